import { type Static, Type } from 'typebox'

const text = (description: string) => Type.Optional(Type.Unknown({ description }))

/** Typesense takes numbers and booleans as text too, so that nothing here says more than it must. */
export const SearchRequest = Type.Object(
  {
    collection: text('The collection, in a search of many'),
    q: text('Words, the last perhaps only begun; -word for none of it; * for everything'),
    query_by: text('Fields that are searched for the words, separated by commas'),
    filter_by: text('For example currency:=USD && amount:>100'),
    sort_by: text('For example created_at:desc; up to three'),
    page: text('Counted from 1'),
    per_page: text('Up to 250; 10 unless it is told'),
    limit: text('Another name of per_page'),
    offset: text('Documents to skip, instead of a page'),
    facet_by: text('Fields whose values are counted'),
    max_facet_values: text('Values of each facet that are told; 10 unless it is told'),
    group_by: text('Fields by whose values documents are put together'),
    group_limit: text('Documents of each group, up to 99; 3 unless it is told'),
    include_fields: text('Fields of documents that are told'),
    exclude_fields: text('Fields of documents that are not told'),
    highlight_fields: text('Fields in which what was found is marked'),
    highlight_start_tag: text('What marks the beginning; <mark> unless it is told'),
    highlight_end_tag: text('What marks the end'),
    num_typos: text('Mistakes that are forgiven in a word, up to 2'),
    prefix: text('Whether the last word may be only begun'),
  },
  { title: 'SearchParams' },
)

export const MultiSearchRequest = Type.Object(
  { searches: Type.Optional(Type.Array(Type.Unknown())) },
  { title: 'MultiSearchParams' },
)

export type SearchBody = Static<typeof SearchRequest>
export type MultiSearchBody = Static<typeof MultiSearchRequest>
