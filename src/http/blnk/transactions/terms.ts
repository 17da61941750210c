/** What Blnk's face remembers of how a transaction was asked for, kept in its terms. Nothing here means anything to the rules. */
import type { JsonObject, Transaction } from '../../../ledger/index.ts'

export type WireTerms = {
  /** Minor units in a major one. */
  readonly precision: number
  /** Decimals of the asset, where they are not those of the precision. */
  readonly scale?: number
  /** The float that was asked for, where it is not what the minor units come to. */
  readonly amount?: number
  /** Whether minor units were asked for. */
  readonly precise?: true
  /** The currency that was asked for, where it is not the one of the balances. */
  readonly currency?: string
  /** Indicators, by the names that they were asked for. */
  readonly source?: string
  readonly destination?: string
  /** Whether it came through the queue. */
  readonly queued?: true
  /** Whether it belongs to a bulk, which its parent or its request then stands for. */
  readonly batch?: true
  /** Whether a queued request is for a hold. */
  readonly inflight?: true
  /** For a part of a split: which side was split, and what was said of this part. */
  readonly split?: SplitTerms
}

export type SplitTerms = {
  readonly side: 'sources' | 'destinations'
  readonly identifier: string
  readonly distribution: string
  readonly precise?: string
}

export function asJson(terms: WireTerms): JsonObject {
  return terms as unknown as JsonObject
}

/** The terms of a transaction, whichever face it was made through. */
export function termsOf({ terms }: Pick<Transaction, 'terms'>): Partial<WireTerms> {
  return (terms ?? {}) as Partial<WireTerms>
}
