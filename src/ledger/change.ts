import type { JsonObject } from './json.ts'

/** What the directory keeps: everything of a book that is not money. */
export type EntityName =
  | 'organization'
  | 'ledger'
  | 'asset'
  | 'asset_rate'
  | 'account'
  | 'balance'
  | 'identity'
  | 'portfolio'
  | 'segment'
  | 'account_type'
  | 'ledger_rules'
  | 'operation_route'
  | 'transaction_route'
  | 'amendment'
  | 'bank_account'
  | 'closure'
  | 'monitor'
  | 'subscription'
  | 'notice'
  | 'matching_rule'
  | 'upload'
  | 'reconciliation'
  | 'lot'

/** What happened to it. */
export type Verb = 'created' | 'updated' | 'deleted'

/**
 * A fact about the directory: what a row was before and what it is after. Rows are written as they stand, times and
 * amounts as text, so that the event log tells them without the program that wrote them.
 */
export type Change = {
  readonly entity: EntityName
  readonly verb: Verb
  readonly id: string
  readonly before: JsonObject | null
  readonly after: JsonObject
}
