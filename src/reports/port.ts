/** What reports need from storage. */
import type {
  Balance,
  Carried,
  Entry,
  Hold,
  JsonObject,
  Micros,
  Transaction,
} from '../ledger/index.ts'
import type { ListQuery } from './query.ts'

/** A balance as it is shown: its terms, its account's, and its sums. */
export type BalanceView = Balance & {
  readonly bookId: number
  readonly indicator: string | null
  readonly accountMetadata: JsonObject | null
  readonly metadata: JsonObject | null
  readonly settings: JsonObject | null
  /** What its companion carries for it; null where it has none. */
  readonly carried: Carried | null
  readonly createdAt: Micros
  readonly updatedAt: Micros
  readonly deletedAt: Micros | null
}

/** A transaction as it is shown: with what was amended since, and how far it has come. */
export type TransactionView = Transaction & {
  readonly hold: Hold | null
  readonly reversalId: string | null
  /** When its description or metadata were written over; null when they are as they were recorded. */
  readonly amendedAt: Micros | null
}

/** An entry as it is shown, with the balance and the transaction that it belongs to. */
export type EntryView = Entry & {
  readonly accountId: string
  readonly alias: string
  readonly key: string
  readonly recordedAt: Micros
  /** What was written into it since: replaces the description and metadata in its details. */
  readonly amendment: {
    readonly description: string | null
    readonly metadata: JsonObject | null
    readonly at: Micros
  } | null
}

export interface ReportStore {
  balances(bookId: number, ids: readonly string[]): Promise<readonly BalanceView[]>
  listBalances(bookId: number, query: ListQuery): Promise<readonly BalanceView[]>
  countBalances(bookId: number, query: ListQuery): Promise<number>
  transactions(bookId: number, ids: readonly string[]): Promise<readonly TransactionView[]>
  transactionByReference(bookId: number, reference: string): Promise<TransactionView | null>
  /** What belongs to an id, in order: the transaction itself, its children, and those whose request it is. */
  family(bookId: number, id: string): Promise<readonly TransactionView[]>
  listTransactions(bookId: number, query: ListQuery): Promise<readonly TransactionView[]>
  countTransactions(bookId: number, query: ListQuery): Promise<number>
  /** The entries of transactions in order of their legs, those of the settlements and releases of holds included. */
  entriesOf(bookId: number, transactionIds: readonly string[]): Promise<readonly EntryView[]>
  listEntries(bookId: number, query: ListQuery): Promise<readonly EntryView[]>
}
