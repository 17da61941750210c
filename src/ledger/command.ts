import type { JsonObject } from './json.ts'
import type { Amount } from './money.ts'
import type { Leg } from './posting.ts'
import type { Micros } from './time.ts'

/** A caller's own key for a request: the same key with the same fingerprint is answered as the first time. */
export type IdempotencyKey = {
  readonly key: string
  /** Tells whether two requests ask for the same. */
  readonly fingerprint: string
  readonly expiresAt: Micros
}

/** What a transaction says about itself beside the money. */
export type Labels = {
  readonly reference: string | null
  readonly parentId: string | null
  readonly requestId: string | null
  readonly effectiveAt: Micros | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly terms: JsonObject | null
  readonly actor: string | null
}

/** Move money, set it aside, or note what would have been moved. */
export type Post = Labels & {
  readonly type: 'post'
  readonly kind: 'transfer' | 'hold' | 'note'
  /** The asset that every balance must have; null when it is enough that all have the same. */
  readonly assetCode: string | null
  readonly amount: Amount
  readonly sources: readonly Leg[]
  readonly destinations: readonly Leg[]
  /** Whether a hold announces itself on the destinations too. */
  readonly reserveDestinations: boolean
  readonly key: IdempotencyKey | null
  /** For a hold: when it is given back by itself. */
  readonly expiresAt: Micros | null
  /** For a hold: when it is posted by itself. */
  readonly settlesAt: Micros | null
  /**
   * Record the request as a transaction of its own, with this reference, and what becomes of it as a child: the
   * posting, or a rejection where the balances do not allow it now. An order that could never be carried out is refused.
   */
  readonly request: RequestRecord | null
  /** Whether the requests of one group are carried out together: when one is rejected, all of them are. */
  readonly jointly?: boolean
  /** Where the money comes from, as far as it is in no lot yet; only balances that are tracked ask. */
  readonly provider?: string
}

export type RequestRecord = {
  readonly reference: string | null
  /** When the posting is to be made; null for at once. */
  readonly dueAt: Micros | null
}

/** Carry out a request whose time has come. */
export type Execute = { readonly type: 'execute'; readonly requestId: string }

/** Post all or part of a hold. */
export type Settle = Follow & {
  readonly type: 'settle'
  readonly holdId: string
  /** Null for everything that is left. */
  readonly amount: Amount | null
}

/** Give back what a hold still sets aside. */
export type Release = Follow & {
  readonly type: 'release'
  readonly holdId: string
  readonly status: 'voided' | 'expired'
}

/** What the end of a hold says about itself. */
export type Follow = {
  readonly reference: string | null
  readonly actor: string | null
  /** Whether it repeats the description, metadata, terms and value date of its hold. */
  readonly inherit: boolean
}

/** Undo a posted transaction, once. */
export type Reverse = Labels & {
  readonly type: 'reverse'
  readonly transactionId: string
  /** Whether balances that give back may go below zero, and switched-off ones take part. */
  readonly unconditional: boolean
  /** Whether switched-off balances are left alone even so. */
  readonly respectFlags?: boolean
  readonly key: IdempotencyKey | null
  readonly request: RequestRecord | null
}

export type Command = Post | Execute | Settle | Release | Reverse
