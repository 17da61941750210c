/** What is read of the journal: balances by name, operations, and balances at a moment. */
import type {
  Amount,
  Balance,
  Carried,
  Effect,
  Entry,
  JsonObject,
  Micros,
  Side,
  TransactionKind,
} from '../ledger/index.ts'

/**
 * What a balance is called and what it is. Nothing of it ever changes but the companion, which it may get once, so it may be
 * remembered.
 */
export type BalanceFacts = Pick<
  Balance['terms'],
  | 'accountId'
  | 'ledgerId'
  | 'alias'
  | 'key'
  | 'assetCode'
  | 'accountType'
  | 'normalSide'
  | 'external'
  | 'internal'
  | 'principalId'
> & {
  readonly id: string
  /** The balance that carries its overdraft; null while it has none. */
  readonly companionId: string | null
}

export type BalanceName = { readonly alias: string; readonly key: string }

/**
 * An entry as a caller sees it: beside the transaction that was asked for, with what was written into it since. The
 * entries of settlements and releases stand beside the hold that they end.
 */
export type Operation = Entry & {
  /** The transaction that a caller knows it by. */
  readonly shownId: string
  readonly kind: TransactionKind
  readonly accountId: string
  readonly ledgerId: string
  readonly alias: string
  readonly key: string
  readonly assetCode: string
  readonly normalSide: Side
  readonly external: boolean
  readonly principalId: string | null
  /** What the companion of its balance carried before and after it; null where there is none. */
  readonly carried: { readonly before: Carried; readonly after: Carried } | null
  readonly recordedAt: Micros
  /** Value date, when it is not the time of recording. */
  readonly effectiveAt: Micros | null
  /** What the transaction was described as when it was recorded. */
  readonly transactionDescription: string | null
  /** The terms of the transaction that was asked for. */
  readonly terms: JsonObject | null
  readonly amendment: {
    readonly description: string | null
    readonly metadata: JsonObject | null
    readonly at: Micros
  } | null
}

/** What entries do. */
export type EntryKind = {
  readonly effects: readonly Effect[]
  readonly side?: Side
  /** Whether they were booked under a rubric; either, where nothing is said. */
  readonly ruled?: boolean
}

/** Which entries of an account are asked for. */
export type OperationFilter = {
  /** Whether they are on companions; null for all. */
  readonly ofCompanions: boolean | null
  /** Entries of one of these kinds; null for all. */
  readonly kinds: readonly EntryKind[] | null
  /** The side that it moved to, which for what is given back is the other one. */
  readonly direction: Side | null
  /** What the transaction was asked for as, in the terms of the face: null for nothing special. */
  readonly action: string | null | undefined
  readonly routeId: string | null
  readonly routeCode: string | null
  readonly metadata: readonly (readonly [key: string, value: string])[]
}

/** Where a list of operations goes on. */
export type OperationPlace = {
  readonly transactionId: string
  readonly leg: number
  /** The time that the operation counts for. */
  readonly valueAt: Micros
}

export type OperationQuery = {
  readonly accountId: string
  /** Operations that count for these times, in the order of the times; null for all in the order of the journal. */
  readonly span: { readonly from: Micros; readonly to: Micros } | null
  readonly order: 'asc' | 'desc'
  readonly after: OperationPlace | null
  readonly limit: number
  readonly filter: OperationFilter
}

/** What a balance stood at at a moment. */
export type BalanceAt = {
  readonly balanceId: string
  /** All that was posted to it by then, by side, each amount counted at its value date. */
  readonly posted: { readonly debits: Amount; readonly credits: Amount }
  /** The last entry that was recorded by then; null where there was none yet. */
  readonly last: (Entry & { readonly at: Micros }) | null
  /** The settings that it had then; null for none, and where there was no such balance yet. */
  readonly settings: JsonObject | null
}

export const ALL_OPERATIONS: OperationFilter = {
  ofCompanions: null,
  kinds: null,
  direction: null,
  action: undefined,
  routeId: null,
  routeCode: null,
  metadata: [],
}

export interface JournalStore {
  /** Living balances of a ledger by name; those that there are none of are left out. */
  balancesByName(
    bookId: number,
    ledgerId: string,
    names: readonly BalanceName[],
  ): Promise<readonly BalanceFacts[]>
  /** Balances by id, closed ones included. */
  balanceFacts(bookId: number, ids: readonly string[]): Promise<readonly BalanceFacts[]>
  /** The operations of transactions, in the order of the journal. */
  operationsOf(bookId: number, transactionIds: readonly string[]): Promise<readonly Operation[]>
  /** One operation by the transaction that recorded it and its leg, or null. */
  operation(bookId: number, transactionId: string, leg: number): Promise<Operation | null>
  listOperations(bookId: number, query: OperationQuery): Promise<readonly Operation[]>
  /** What balances stood at. */
  balancesAt(
    bookId: number,
    balanceIds: readonly string[],
    at: Micros,
  ): Promise<readonly BalanceAt[]>
}
