/** What searching needs from storage. */
export {
  type Collection,
  type Field,
  type FieldType,
  fieldOf,
  METADATA,
  METADATA_CODE,
} from './collections.ts'

import type { ListQuery } from '../reports/index.ts'
import type { Collection } from './collections.ts'
import type { Filter, Sort, TextQuery } from './filter.ts'

export type { Bound, Filter, Sort, TextQuery, WordQuery } from './filter.ts'

/** How far the index has come. */
export type Followed = {
  /** Whether it has everything that the log of the book had. */
  readonly complete: boolean
  /** The last fact that it has; null when somebody else is moving it, or it was never begun. */
  readonly position: string | null
  /** Whether there is something left to be made again. */
  readonly reindexing: boolean
}

/** How making the index again is coming along. Times are microseconds since 1970. */
export type Reindexing = {
  readonly status: 'in_progress' | 'completed'
  /** Null until they have been counted. */
  readonly total: number | null
  readonly processed: number
  /** What went wrong last, though it is tried again. */
  readonly failure: string | null
  readonly startedAt: number
  readonly completedAt: number | null
}

/** Keeps what can be searched in step with the log of a book. */
export interface SearchIndex {
  /** Has the book followed from now on. Until somebody asks for it, a book pays nothing for its index. */
  begin(bookId: number): Promise<void>
  /**
   * Takes in the next facts of the log. Whoever calls while another does so takes nothing. A book that was never begun is
   * complete as it is.
   */
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
  /** Fields by whose values the hits are put together, and hits of each group; null for one list. */
  readonly grouping: { readonly fields: readonly string[]; readonly limit: number } | null
}

export type FacetCounts = {
  readonly field: string
  readonly counts: readonly { readonly value: string; readonly count: number }[]
  /** Different values among what was counted. */
  readonly different: number
}

/** Collections whose lists may be long. */
export type Listed = Extract<Collection, 'transactions' | 'balances' | 'identities'>

/** Hits that have the same values. */
export type Group = {
  readonly key: readonly (string | null)[]
  readonly ids: readonly string[]
  readonly found: number
}

export type Findings = {
  readonly ids: readonly string[]
  /** None unless it was asked for; then the ids are those of the groups. */
  readonly groups: readonly Group[]
  /** Documents. */
  readonly found: number
  readonly groupsFound: number
  /** Whether there are more than were counted. */
  readonly cutOff: boolean
  /** Documents of the collection. */
  readonly outOf: number
  readonly facets: readonly FacetCounts[]
}

export interface SearchStore {
  /** The ids of a list, in its order; null when the index is too far behind to tell. */
  list(bookId: number, collection: Listed, query: ListQuery): Promise<readonly string[] | null>
  /** How many a list has; null when the index is too far behind to tell. */
  count(bookId: number, collection: Listed, query: ListQuery): Promise<number | null>
  search(bookId: number, search: Search): Promise<Findings>
  /** The words of a text, as they are in the index. */
  wordsIn(text: string): Promise<readonly string[]>
  /** Words of a collection that look like one, the most alike first. */
  wordsLike(bookId: number, collection: Collection, word: string): Promise<readonly string[]>
}
