import type { Authenticator } from '../auth/index.ts'
import type { Directory, DirectoryReader, Home, Ledger, Tenancy } from '../directory/index.ts'
import type { Engine } from '../engine/index.ts'
import type { EvidenceStore } from '../evidence/index.ts'
import type { Hash } from '../ledger/index.ts'
import type { reconciliationLimits } from '../limits.ts'
import type { WatchHistory } from '../monitors/index.ts'
import type { Destinations, EventLog, OutboxStore, Streams } from '../outbox/index.ts'
import type { ControlStore, ResultStore } from '../reconciliation/index.ts'
import type {
  BalanceView,
  JournalStore,
  Loader,
  ReportStore,
  TransactionView,
} from '../reports/index.ts'
import type { SearchIndex, SearchStore } from '../search/index.ts'
import type { Vault } from '../vault/index.ts'

/** What the faces are given. They translate; everything that is decided or kept is behind these. */
export type Services = {
  readonly engine: Engine<DirectoryReader>
  readonly directory: Directory
  readonly tenancy: Tenancy
  readonly reports: ReportStore
  readonly journal: JournalStore
  /** Balances by id, as they are committed now; look-ups that arrive together are one statement. */
  readonly balances: Loader<BalanceView>
  readonly transactions: Loader<TransactionView>
  readonly ledgers: Loader<Ledger>
  readonly authenticator: Authenticator
  /** Encrypts personal data; null without a key. */
  readonly vault: Vault | null
  /** The organization and the book that Blnk's face lives in. */
  readonly home: Home
  readonly midazProfile: 'seed' | 'v3' | 'v4'
  /** The generation to answer as on ports that have one of their own. */
  readonly midazProfiles: ReadonlyMap<number, 'seed' | 'v3' | 'v4'>
  /** Whether Midaz's face takes a transaction without a key for the same as an equal one before it. */
  readonly midazImplicitIdempotency: boolean
  readonly outgoing: OutgoingServices
  readonly reconciliation: ReconciliationServices
  readonly search: SearchServices
  readonly evidence: EvidenceServices
  readonly version: string
  /** Microseconds since 1970. */
  readonly now: () => number
  /** Whether the database answers, and how long it took in milliseconds. */
  readonly ping: () => Promise<number>
}

/** What goes out: the log of what happened, who is told of it, and how far. */
export type OutgoingServices = {
  readonly log: EventLog
  readonly watches: WatchHistory
  readonly store: OutboxStore
  readonly streams: Streams
  /** Where requests may go. */
  readonly destinations: Destinations
  /** Tells a subscriber soon what was asked to be told again. */
  readonly wake: (homeId: number, subscriptionId: string) => void
}

/** What was signed of the books, and what receipts are made of. */
export type EvidenceServices = { readonly store: EvidenceStore; readonly hash: Hash }

/** Uploads of others, and what comes of them. */
export type ReconciliationServices = {
  readonly store: ControlStore
  readonly results: ResultStore
  readonly limits: typeof reconciliationLimits
  /** Hosts that files may be fetched from. */
  readonly uploadHosts: readonly string[]
  /** A reconciliation was started. */
  readonly wake: () => void
}

/** What can be searched, and how it is kept behind the book. */
export type SearchServices = {
  readonly store: SearchStore
  readonly index: SearchIndex
  /**
   * Sees to it that a book has an index.
   *
   * @throws Overloaded while it is being made for the first time and takes longer than a client should wait
   */
  readonly ready: (bookId: number) => Promise<void>
  /** Has the index of a book made, if it is not, for whoever asks next. */
  readonly begin: (bookId: number) => void
  /** The index is to be moved. */
  readonly wake: () => void
}
