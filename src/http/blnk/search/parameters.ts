/** What a search asks for, in Typesense's parameters. */
import {
  type Collection,
  EVERYTHING,
  type Filter,
  isCollection,
  type Search,
  type SearchStore,
  SORTED_BY,
  type Sort,
  type TextQuery,
} from '../../../search/index.ts'
import { SearchFault, short, unknownField } from './fault.ts'
import { fieldNamed, isMetadata, type NamedField } from './fields.ts'
import { filterOf } from './filter.ts'
import type { SearchBody } from './schema.ts'

const PAGE = 10
const PAGE_MAX = 250
/** Documents, counted from the first, that can be reached page by page. */
const REACH_MAX = 100_000
const FACET_VALUES = 10
const FACET_VALUES_MAX = 250
const GROUP = 3
const GROUP_MAX = 99
const NAMES_MAX = 20
const SORTS_MAX = 3
const QUERY_MAX = 4_000
const WORDS_MAX = 20
const TAG_MAX = 50

/** How what was found is shown. */
export type Shown = {
  readonly q: string
  readonly page: number
  readonly perPage: number
  readonly facets: readonly NamedField[]
  readonly grouping: readonly NamedField[]
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly highlight: readonly string[]
  readonly tags: readonly [string, string]
}

export type Asked = {
  readonly search: Search
  readonly mistakesMax: number
  readonly shown: Shown
}

export function collectionNamed(name: unknown): Collection {
  const text = textIn(name, 'collection') ?? ''
  if (isCollection(text)) return text
  throw new SearchFault(`Could not find a collection named \`${short(text)}\`.`, 404)
}

/** @throws SearchFault when it cannot be carried out */
export async function askedIn(
  body: SearchBody,
  collection: Collection,
  store: SearchStore,
): Promise<Asked> {
  const q = textIn(body.q, 'q')
  if (q === undefined) throw new SearchFault('Parameter `q` is required.')
  if (q.length > QUERY_MAX)
    throw new SearchFault(`Parameter \`q\` may have ${QUERY_MAX} characters.`)
  const queried = namesIn(body.query_by, 'query_by').map((name) => textField(collection, name))
  const { text, without } = await wordsAsked(q, queried, body, store)
  const filterText = textIn(body.filter_by, 'filter_by') ?? ''
  const filter = filterText.trim() === '' ? EVERYTHING : filterOf(collection, filterText)
  const { limit, offset, page } = pageIn(body)
  const facets = fieldsIn(collection, body.facet_by, 'facet_by')
  const grouping = fieldsIn(collection, body.group_by, 'group_by')
  const groupLimit = countIn(body.group_limit, 'group_limit', GROUP, 1, GROUP_MAX)
  return {
    search: {
      collection,
      text,
      filter: without.length === 0 ? filter : { kind: 'all', of: [filter, ...without] },
      sort: sortIn(collection, textIn(body.sort_by, 'sort_by') ?? ''),
      limit,
      offset,
      facets: facets.map(({ name }) => name),
      facetValuesMax: Math.min(
        countIn(body.max_facet_values, 'max_facet_values', FACET_VALUES, 0),
        FACET_VALUES_MAX,
      ),
      grouping:
        grouping.length === 0
          ? null
          : { fields: grouping.map(({ name }) => name), limit: groupLimit },
    },
    mistakesMax: countIn(firstOf(body.num_typos), 'num_typos', 2, 0, 2),
    shown: {
      q,
      page,
      perPage: limit,
      facets,
      grouping,
      include: namesIn(body.include_fields, 'include_fields'),
      exclude: namesIn(body.exclude_fields, 'exclude_fields'),
      highlight: highlightsIn(body, queried),
      tags: [
        (textIn(body.highlight_start_tag, 'highlight_start_tag') ?? '<mark>').slice(0, TAG_MAX),
        (textIn(body.highlight_end_tag, 'highlight_end_tag') ?? '</mark>').slice(0, TAG_MAX),
      ],
    },
  }
}

/** The words that must be there, and those that must not. */
async function wordsAsked(
  q: string,
  queried: readonly NamedField[],
  body: SearchBody,
  store: SearchStore,
): Promise<{ readonly text: TextQuery | null; readonly without: readonly Filter[] }> {
  const asked = q.trim()
  if (asked === '' || asked === '*') return { text: null, without: [] }
  if (queried.length === 0) throw new SearchFault('No search fields specified for the query.')
  const parts = asked.split(/\s+/)
  const excluded = parts.filter((part) => /^-./.test(part)).map((part) => part.slice(1))
  const wanted = parts.filter((part) => !/^-./.test(part) && part !== '*').join(' ')
  const words = await store.wordsIn(wanted)
  if (words.length > WORDS_MAX)
    throw new SearchFault(`Parameter \`q\` may have ${WORDS_MAX} words.`)
  const fields = queried.map(({ name }) => name)
  const begun = firstOf(body.prefix)
  const prefix = begun === undefined || String(begun) === 'true'
  const without = excluded.map((text): Filter => {
    const of = fields.map((field): Filter => ({ kind: 'words', field, text, how: 'words' }))
    return { kind: 'not', of: { kind: 'any', of } }
  })
  if (words.length === 0) return { text: null, without: wanted === '' ? without : [NOTHING] }
  const last = words.length - 1
  return {
    text: {
      fields,
      words: words.map((word, nth) => ({ spellings: [word], prefix: prefix && nth === last })),
    },
    without,
  }
}

/** What has no words finds nothing. */
const NOTHING: Filter = { kind: 'any', of: [] }

function textField(collection: Collection, name: string): NamedField {
  const field = fieldNamed(collection, name)
  if (field.code === null)
    throw new SearchFault(`Field \`${short(name)}\` should be a string or a string array.`)
  return field
}

function fieldsIn(collection: Collection, value: unknown, parameter: string): NamedField[] {
  return namesIn(value, parameter).map((name) => {
    const field = fieldNamed(collection, name)
    if (field.name === 'meta_data') throw unknownField(name, ` for \`${parameter}\``)
    return field
  })
}

function sortIn(collection: Collection, text: string): readonly Sort[] {
  if (text.trim() === '') return []
  const parts = text.split(',')
  if (parts.length > SORTS_MAX)
    throw new SearchFault('Only upto 3 sort_by fields can be specified.')
  return parts.map((part): Sort => {
    const [, name, order] = /^\s*([\w.-]+)\s*:\s*(asc|desc)\s*$/i.exec(part) ?? []
    if (name === undefined) throw new SearchFault('Parameter `sort_by` is malformed.')
    const direction = order?.toLowerCase() === 'asc' ? 'asc' : 'desc'
    if (name === '_text_match') return { field: null, order: direction }
    if (!SORTED_BY[collection].includes(name)) throw unknownField(name, ' for sorting')
    return { field: name, order: direction }
  })
}

function pageIn(body: SearchBody): { limit: number; offset: number; page: number } {
  const limit = countIn(body.per_page ?? body.limit, 'per_page', PAGE, 0)
  if (limit > PAGE_MAX) throw new SearchFault(`Only upto ${PAGE_MAX} hits can be fetched per page.`)
  const page = countIn(body.page, 'page', 1, 1)
  const skipped = body.page === undefined ? body.offset : undefined
  const offset = skipped === undefined ? (page - 1) * limit : countIn(skipped, 'offset', 0, 0)
  if (offset > REACH_MAX)
    throw new SearchFault(`Only the first ${REACH_MAX} hits can be reached by page.`)
  return { limit, offset, page }
}

function highlightsIn(body: SearchBody, queried: readonly NamedField[]): readonly string[] {
  const asked = namesIn(body.highlight_fields, 'highlight_fields')
  if (asked.includes('none')) return []
  const names = queried.map(({ name }) => name)
  return asked.length === 0
    ? names
    : names.filter(
        (name) => asked.includes(name) || (isMetadata(name) && asked.includes('meta_data')),
      )
}

/** Text, or a number or a boolean as text; nothing where it is not told. */
function textIn(value: unknown, parameter: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
    const text = String(value)
    if (text.includes('\0')) throw new SearchFault(`Parameter \`${parameter}\` is malformed.`)
    return text
  }
  throw new SearchFault(`Parameter \`${parameter}\` must be a string.`)
}

/** A list with commas, or an array. */
function namesIn(value: unknown, parameter: string): readonly string[] {
  const text = Array.isArray(value) ? value.map(String).join(',') : textIn(value, parameter)
  const names = (text ?? '').split(',').map((name) => name.trim())
  const told = names.filter((name) => name !== '')
  if (told.length > NAMES_MAX)
    throw new SearchFault(`Parameter \`${parameter}\` may have ${NAMES_MAX} fields.`)
  return told
}

/** The first of what may be told field by field: `2,1,0`. */
function firstOf(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',')[0]?.trim() : value
}

function countIn(
  value: unknown,
  parameter: string,
  fallback: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = textIn(value, parameter)
  if (text === undefined || text === '') return fallback
  if (!/^\d{1,15}$/.test(text))
    throw new SearchFault(`Parameter \`${parameter}\` must be an unsigned integer.`)
  if (Number(text) < least)
    throw new SearchFault(
      `Parameter \`${parameter}\` must be an integer of value greater than ${least - 1}.`,
    )
  return Math.min(Number(text), most)
}
