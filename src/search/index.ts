export {
  type Collection,
  type Field,
  fieldOf,
  isCollection,
  METADATA,
  SORTED_BY,
} from './collections.ts'
export { EVERYTHING, type Filter, type Sort, type TextQuery, type WordQuery } from './filter.ts'
export { find } from './find.ts'
export type {
  FacetCounts,
  Findings,
  Group,
  Listed,
  Reindexing,
  Search,
  SearchIndex,
  SearchStore,
} from './port.ts'
