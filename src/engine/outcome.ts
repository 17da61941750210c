import type { Decision, Entry, Hold, Refusal, Transaction } from '../ledger/index.ts'

/** What became of a command. */
export type Outcome = Done | Replay

export type Done = {
  readonly type: 'done'
  /** What was recorded: the posting itself, or the rejection that stands for it. */
  readonly transaction: Transaction
  readonly entries: readonly Entry[]
  /** Whether a balance that they changed has an overdraft, or carries one. */
  readonly touchesOverdraft: boolean
  /** The request that was recorded beside it. A scheduled request is recorded alone, as the transaction itself. */
  readonly request: Transaction | null
  readonly hold: Hold | null
  /** Why a recorded request was rejected. */
  readonly rejection: Refusal | null
}

/** The same request was answered before: this is the transaction that it made then. */
export type Replay = { readonly type: 'replay'; readonly transactionId: string }

/** Why a group of commands was turned down, and which of them was the reason. */
export type GroupRefusal = { readonly index: number; readonly refusal: Refusal }

export type GroupDecision = Decision<readonly Outcome[], GroupRefusal>
