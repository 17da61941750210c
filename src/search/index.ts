export {
  COLLECTIONS,
  type Collection,
  FIELDS,
  type Field,
  fieldOf,
  isCollection,
  METADATA,
  textFieldsOf,
  wordsOf,
} from './collections.ts'
export { EVERYTHING, type Filter, type Sort, type TextQuery, type WordQuery } from './filter.ts'
export { find } from './find.ts'
export type { Findings, Reindexing, Search, SearchIndex, SearchStore } from './port.ts'
