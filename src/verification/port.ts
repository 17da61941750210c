/** What verification needs from storage. Rows come in order and one at a time, however many there are. */
import type { Checkpoint, JsonObject, Micros } from '../ledger/index.ts'

export type BookRow = {
  readonly seq: number
  readonly head: string
  readonly recordedAt: Micros
  readonly createdAt: Micros
}

export type BatchRow = {
  readonly seq: number
  readonly recordedAt: Micros
  readonly leafCount: number
  readonly root: string
  readonly head: string
}

/** An entry as it stands in its table, amounts as text without zeros at the end. */
export type Leg = EntrySums & {
  readonly leg: number
  readonly balanceId: string
  readonly version: number
  readonly side: string
  readonly effect: string
  readonly amount: string
  /** The most decimals that the balance has had by then. */
  readonly scale: number
}

/** A transaction as it stands in its table, with its entries. Amounts are decimal text without zeros at the end. */
export type TransactionRow = {
  readonly id: string
  readonly seq: number
  readonly kind: string
  readonly status: string
  readonly recordedAt: Micros
  readonly effectiveAt: Micros | null
  readonly parentId: string | null
  readonly requestId: string | null
  readonly reversesId: string | null
  readonly reference: string | null
  readonly assetCode: string
  readonly amount: string
  readonly sourceId: string | null
  readonly destinationId: string | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  /** JSON as it was written, letter by letter. */
  readonly terms: string | null
  readonly plan: string | null
  readonly actor: string | null
  readonly seal: string | null
  /** The entries in order of their legs. */
  readonly legs: readonly Leg[]
  /** The details of the entries, in the same order; null when none has any. */
  readonly details: readonly (string | null)[] | null
  /** The time of the batch that seq names; null when there is none. */
  readonly batchRecordedAt: Micros | null
  /** The kind of its parent, for the ends of holds and the steps of lots; null for other kinds, and when there is no such parent. */
  readonly parentKind: string | null
  /** Whether the row that a transaction of its kind needs is there: a hold's, or what a scheduled request waits for. */
  readonly hasCompanion: boolean
}

export type EventRow = {
  readonly id: string
  readonly seq: number
  readonly entity: string
  readonly verb: string
  readonly subjectId: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly actor: string | null
  readonly seal: string
  readonly batchRecordedAt: Micros | null
}

/** One entry with those before and after it on the same balance. */
export type StepRow = Leg & { readonly transactionId: string }

export type EntrySums = {
  readonly postedDebits: string
  readonly postedCredits: string
  readonly pendingDebits: string
  readonly pendingCredits: string
}

/** Which entry of a balance is wanted. */
export type Place = { readonly balanceId: string; readonly version: number }

/** Where a balance stood before one of its entries. */
export type Standing = EntrySums &
  Place & {
    /** The transaction of the entry before; null when there is no such entry. */
    readonly transactionId: string | null
    /** Whether the balance is in the directory. */
    readonly hasTerms: boolean
    /** The most decimals that it had had; 0 before the first entry. */
    readonly scale: number
  }

/** A balance that is not in the directory, or whose entries do not follow from one another. */
export type OddBalance = {
  readonly id: string
  readonly hasTerms: boolean
  /** Whether each entry follows from the one before. */
  readonly inStep: boolean
}

/** A hold with what its children did. */
export type HoldRow = {
  readonly transactionId: string
  readonly status: string
  readonly amount: string
  readonly settled: string
  /** The transaction's; null when there is none. */
  readonly kind: string | null
  readonly promised: string | null
  readonly childrenSettled: string
  /** The status of its release, and what that gave back. */
  readonly releaseStatus: string | null
  readonly released: string | null
  readonly releases: number
  /** Legs on which more, or less, was settled and given back than the state of the hold allows. */
  readonly unevenLegs: readonly string[]
}

/** What value dates move in one bucket of time; null on the side where there is no such row. */
export type OddValueDate = {
  readonly balanceId: string
  readonly level: number
  readonly bucket: number
  /** What the entries make. */
  readonly debits: string | null
  readonly credits: string | null
  /** What is in value_dates. */
  readonly keptDebits: string | null
  readonly keptCredits: string | null
}

/** An entry that is kept by its value date and should not be, or the other way round. */
export type OddValueDatedEntry = {
  readonly balanceId: string
  readonly effectiveAt: string
  readonly transactionId: string
  readonly leg: number
  readonly isKept: boolean
}

/** A lot, or an aggregate of lots, that is not what the journal says. */
export type OddLot = {
  readonly id: string
  readonly fault: 'aggregate' | 'overdrawn' | 'movement' | 'hold'
}

/** A row that refers to something that is not there, or to something of the wrong kind. */
export type Dangling = {
  readonly table: string
  readonly id: string
  readonly column: string
  readonly expected: string
  readonly found: string | null
}

/** An event that does not continue what the event before it said of the same row. */
export type BrokenStory = {
  readonly id: string
  readonly entity: string
  readonly verb: string
  readonly subjectId: string
  readonly previousId: string | null
  readonly previousVerb: string | null
  /** Whether its `before` is the `after` of the event before. */
  readonly continues: boolean
}

/** A row of the directory with the last event that told of it. */
export type ToldRow = {
  readonly id: string
  /** The row as the program knows it; null when there is none. */
  readonly row: JsonObject | null
  /** Null when there is no event; `after` is null when the event was erased. */
  readonly event: { readonly id: string; readonly after: JsonObject | null } | null
}

/** An event's neighbours: what was told of the row before and after it, and the row. */
export type Neighbours = {
  readonly previousAfter: JsonObject | null
  readonly nextBefore: JsonObject | null
  readonly row: JsonObject | null
}

export type AssetSums = {
  readonly assetCode: string
  readonly debits: string
  readonly credits: string
}

/** One book as it was at one moment, whatever is written meanwhile. */
export interface BookReader {
  readonly bookId: number
  book(): Promise<BookRow | null>
  /** Those after a batch; 0 is before the first. */
  batches(afterSeq: number): AsyncIterable<BatchRow>
  /** Those after an id, page by page; null is before the first. */
  transactions(afterId: string | null): AsyncIterable<readonly TransactionRow[]>
  events(afterId: string | null): AsyncIterable<readonly EventRow[]>
  checkpoints(): AsyncIterable<Checkpoint>
  /** The seq of the batch that was recorded at a time. */
  batchAt(time: Micros): Promise<number | null>
  /** Entries of transactions after an id. */
  countEntries(afterId: string | null): Promise<number>
  /** Entries whose transaction is not there. */
  orphanEntries(): AsyncIterable<StepRow>
  oddBalances(): AsyncIterable<OddBalance>
  /** Where balances stood before entries of theirs. */
  standings(places: readonly Place[]): Promise<readonly Standing[]>
  /** The entries of a balance by version. */
  steps(balanceId: string): AsyncIterable<StepRow>
  /** Asset code and principal of balances. */
  balances(
    ids: readonly string[],
  ): Promise<
    ReadonlyMap<string, { readonly assetCode: string; readonly principalId: string | null }>
  >
  assetSums(): Promise<readonly AssetSums[]>
  holds(): AsyncIterable<HoldRow>
  /** What value dates move, where it is not what the entries say. */
  oddValueDates(): AsyncIterable<OddValueDate>
  /** Entries by value date, where they are not those of the journal. */
  oddValueDatedEntries(): AsyncIterable<OddValueDatedEntry>
  /** Lots that are not what the movements of their balances made of them. */
  oddLots(): AsyncIterable<OddLot>
  /** Reversals that do not fit what they reverse, keys and due rows that lead nowhere, and so on. */
  dangling(): AsyncIterable<Dangling>
  brokenStories(): AsyncIterable<BrokenStory>
  /** The kinds of rows of the directory, with their tables and the columns that hold times. */
  readonly entities: ReadonlyMap<string, EntityShape>
  /** Rows that are not as their last event says, and rows without one. */
  toldRows(entity: string): AsyncIterable<ToldRow>
  /** Subjects of events whose rows are not there. */
  missingRows(entity: string): AsyncIterable<{ readonly id: string; readonly eventId: string }>
  neighbours(event: EventRow): Promise<Neighbours>
}

export type EntityShape = {
  readonly table: string
  /** Property of the row to column, with whether it holds a time. */
  readonly columns: ReadonlyMap<string, { readonly column: string; readonly isTime: boolean }>
}

/** A table with a row of a book that does not exist. */
export type Stray = { readonly bookId: number; readonly tables: readonly string[] }

export interface VerificationStore {
  /**
   * @throws when the schema is not the one that this program knows
   */
  books(): Promise<readonly number[]>
  /** Books that rows speak of though they do not exist. */
  strays(): Promise<readonly Stray[]>
  /** References between books: settings and ledgers that name books which are not there. */
  danglingBooks(): Promise<readonly Dangling[]>
  snapshot<T>(bookId: number, work: (reader: BookReader) => Promise<T>): Promise<T>
}
