import type { Post } from './command.ts'
import type { PlannedLeg } from './hold.ts'
import type { JsonObject } from './json.ts'
import type { LotStep } from './lineage.ts'
import type { Amount } from './money.ts'
import type { Micros } from './time.ts'

/** What part a transaction plays. */
export type TransactionKind =
  /** Money moved at once. */
  | 'transfer'
  /** Money set aside, to be settled or released later. */
  | 'hold'
  /** All or part of a hold is posted; its parent is the hold. */
  | 'settlement'
  /** The rest of a hold is given back; its parent is the hold. */
  | 'release'
  /** The opposite of a posted transaction, its parent. */
  | 'reversal'
  /** What a caller asked for, kept apart from what became of it: a child with this parent. */
  | 'request'
  /** A request that was turned down; its parent is the request. */
  | 'rejection'
  /** Recorded only: moves nothing. */
  | 'note'
  /** Which lot its parent filled or drew on. */
  | 'lineage'

/** The state in which a transaction was recorded. Rows never change: what happens later is told by children. */
export type TransactionStatus =
  | 'queued'
  | 'scheduled'
  | 'pending'
  | 'posted'
  | 'voided'
  | 'expired'
  | 'rejected'
  | 'noted'

/** What is still to be done, kept with the transaction that promised it. */
export type Plan =
  /** The legs of a hold or of a note. */
  | {
      readonly kind: 'legs'
      readonly legs: readonly PlannedLeg[]
      /** What a hold of tracked money does to lots; none where nothing is tracked. */
      readonly steps?: readonly LotStep[]
    }
  /** The command of a scheduled request. */
  | { readonly kind: 'command'; readonly command: Post }

/** What a caller asked for, or a step of it, as it stands in the journal. */
export type Transaction = {
  readonly id: string
  readonly kind: TransactionKind
  readonly status: TransactionStatus
  readonly recordedAt: Micros
  /** Value date, when it is not the time of recording. */
  readonly effectiveAt: Micros | null
  readonly parentId: string | null
  /** The request to which a whole family of transactions belongs: a split, a bulk, a queued request. */
  readonly requestId: string | null
  /** The caller's own name for it, unique in the book. */
  readonly reference: string | null
  readonly assetCode: string
  readonly amount: Amount
  /** The one balance that gives, when there is one. */
  readonly sourceId: string | null
  /** The one balance that takes, when there is one. */
  readonly destinationId: string | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  /** What a face needs to show the transaction as it was asked for; of all that only the route means something to the rules. */
  readonly terms: JsonObject | null
  readonly plan: Plan | null
  /** The transaction that this one undoes. */
  readonly reversesId: string | null
  /** The key or token on whose behalf it was made. */
  readonly actor: string | null
}
