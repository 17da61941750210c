/** What searching needs from storage. */
export {
  COLLECTIONS,
  type Collection,
  FIELDS,
  type Field,
  type FieldType,
  fieldOf,
  METADATA,
  METADATA_CODE,
} from './collections.ts'

import type { Collection } from './collections.ts'
import type { Filter, Sort, TextQuery } from './filter.ts'

export type { Bound, Filter, Sort, TextQuery, WordQuery } from './filter.ts'

/** How far the index has come. */
export type Followed = {
  /** Whether it has everything that the log of the book had. */
  readonly complete: boolean
  /** The last fact that it has; null when somebody else is moving it. */
  readonly position: string | null
}

/** How making the index again is coming along. Times are microseconds since 1970. */
export type Reindexing = {
  readonly status: 'in_progress' | 'completed' | 'failed'
  readonly total: number
  readonly processed: number
  readonly failure: string | null
  readonly startedAt: number
  readonly completedAt: number | null
}

/** Keeps what can be searched in step with the log of a book. */
export interface SearchIndex {
  /** Takes in the next facts of the log. Whoever calls while another does so takes nothing. */
  follow(bookId: number, limit: number): Promise<Followed>
  /** Begins again from the first fact; null when that is under way already. */
  reindex(bookId: number): Promise<Reindexing | null>
  /** The last time that the index was made again; null when it never was. */
  reindexing(bookId: number): Promise<Reindexing | null>
}

/** What a search asks for. */
export type Search = {
  readonly collection: Collection
  readonly text: TextQuery | null
  readonly filter: Filter
  readonly sort: readonly Sort[]
  readonly limit: number
  readonly offset: number
  readonly facets: readonly string[]
  /** Different values of each facet that are told. */
  readonly facetValuesMax: number
}

export type FacetCounts = {
  readonly field: string
  readonly counts: readonly { readonly value: string; readonly count: number }[]
  /** Different values among what was counted. */
  readonly different: number
}

export type Findings = {
  readonly ids: readonly string[]
  readonly found: number
  /** Whether there are more than were counted. */
  readonly cutOff: boolean
  /** Documents of the collection. */
  readonly outOf: number
  readonly facets: readonly FacetCounts[]
}

export interface SearchStore {
  search(bookId: number, search: Search): Promise<Findings>
  /** Words of a collection that look like one, the most alike first. */
  wordsLike(bookId: number, collection: Collection, word: string): Promise<readonly string[]>
}
