/** Carries out a search and answers it as Typesense does. */
import { type FacetCounts, type Findings, find, type WordQuery } from '../../../search/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import type { Face } from '../face.ts'
import { type Document, documentsOf, selected } from './documents.ts'
import { shownValue } from './fields.ts'
import { highlightsOf } from './highlights.ts'
import { type Asked, askedIn, collectionNamed, type Shown } from './parameters.ts'
import type { SearchBody } from './schema.ts'

type Answer = { readonly [name: string]: JsonValue }

/** @throws SearchFault when it cannot be carried out as it was asked for */
export async function searchFor(face: Face, name: unknown, body: SearchBody): Promise<Answer> {
  const started = performance.now()
  const { store, ready } = face.services.search
  const collection = collectionNamed(name)
  const asked = await askedIn(body, collection, store)
  await ready(face.bookId)
  const { findings, words } = await find(store, face.bookId, asked.search, asked.mistakesMax)
  const documents = await documentsOf(face, collection, findings.ids)
  const hit = hitOf(asked, words)
  const hits = (ids: readonly string[]): JsonValue[] =>
    ids.flatMap((id) => {
      const document = documents.get(id)
      return document === undefined ? [] : [hit(document)]
    })
  const { shown } = asked
  return {
    facet_counts: facetsOf(findings, shown),
    ...(asked.search.grouping === null
      ? { found: findings.found, hits: hits(findings.ids) }
      : {
          found: findings.groupsFound,
          found_docs: findings.found,
          grouped_hits: findings.groups.map(({ key, ids, found }) => ({
            found,
            group_key: key.flatMap((value, nth) => keyOf(shown, value, nth)),
            hits: hits(ids),
          })),
          hits: [],
        }),
    out_of: findings.outOf,
    page: shown.page,
    request_params: {
      collection_name: collection,
      first_q: shown.q,
      per_page: shown.perPage,
      q: shown.q,
    },
    search_cutoff: findings.cutOff,
    search_time_ms: Math.round(performance.now() - started),
  }
}

function hitOf({ search, shown }: Asked, words: readonly WordQuery[]) {
  return (document: Document): JsonValue => {
    const marks = highlightsOf(document, shown.highlight, words, shown.tags)
    return {
      document: selected(document, shown.include, shown.exclude),
      highlight: marks.highlight,
      highlights: marks.highlights,
      ...(search.text === null ? {} : { text_match: marks.match }),
    }
  }
}

function keyOf({ grouping }: Shown, value: string | null, nth: number): readonly string[] {
  const field = grouping[nth]
  return value === null || field === undefined ? [] : [shownValue(field, value)]
}

function facetsOf({ facets }: Findings, shown: Shown): JsonValue[] {
  return facets.map((facet, nth) => facetOf(facet, shown.facets[nth]))
}

function facetOf(facet: FacetCounts, field: Shown['facets'][number] | undefined): JsonValue {
  const counts = facet.counts.map(({ value, count }) => {
    const text = field === undefined ? value : shownValue(field, value)
    return { count, highlighted: text, value: text }
  })
  return {
    counts,
    field_name: facet.field,
    sampled: false,
    stats: { total_values: facet.different },
  }
}
