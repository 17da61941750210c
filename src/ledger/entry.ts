import type { Effect, Side, Sums } from './balance.ts'
import type { JsonObject } from './json.ts'
import type { Amount } from './money.ts'

/** One side of one leg on one balance, with the balance after it. Never changed, never deleted. */
export type Entry = Sums & {
  readonly transactionId: string
  /** Position within the transaction, from 0. */
  readonly leg: number
  readonly balanceId: string
  /** The balance's version after it: 1 for the first entry. */
  readonly version: number
  /** The most decimals that were ever posted to the balance, this entry's included. */
  readonly scale: number
  readonly side: Side
  readonly effect: Effect
  readonly amount: Amount
  readonly details: JsonObject | null
}
