import type { Side } from './balance.ts'
import type { Entry } from './entry.ts'
import type { PostedStep } from './lineage.ts'
import { type Amount, sum } from './money.ts'
import { type Balances, type Leg, NO_OVERDRAFT, type OverdraftPermit } from './posting.ts'
import type { Refusal } from './refusal.ts'
import type { Transaction } from './transaction.ts'

/** A transaction as a reversal sees it. */
export type Reversible = {
  readonly transaction: Transaction
  /** What it posted, the parts of a settled hold included, in order. */
  readonly posted: readonly Entry[]
  /** What that did to lots; none where nothing is tracked. */
  readonly steps?: readonly PostedStep[]
  /** The reversal that it has already, itself or through a transaction that moved the same money. */
  readonly reversalId: string | null
  /** An operation route that leads one way and that some of it was posted under; null when there is none. */
  readonly oneWayRouteId: string | null
}

/** Whether undoing one transaction undoes the other: a hold moves the money that its settlements move. */
export function isUndoneWith(one: Transaction, other: Transaction): boolean {
  const settles = ({ kind, parentId }: Transaction, hold: Transaction) =>
    kind === 'settlement' && parentId === hold.id
  return one.id === other.id || settles(one, other) || settles(other, one)
}

/** The legs that undo a transaction: who took gives back, who gave is given back to. */
export type Opposite = {
  readonly amount: Amount
  readonly sources: readonly Leg[]
  readonly destinations: readonly Leg[]
}

/**
 * Plans the opposite of what a transaction posted. Each transaction is reversed once; a reversal is not reversed.
 *
 * `overdraft` says how far the balances that give back may go below zero.
 */
export function oppositeOf(
  { transaction, posted, reversalId, oneWayRouteId }: Reversible,
  balances: Balances,
  overdraft: OverdraftPermit,
): Refusal | Opposite {
  const transactionId = transaction.id
  if (reversalId !== null) return { code: 'already_reversed', transactionId, reversalId }
  if (transaction.kind === 'reversal') return { code: 'is_reversal', transactionId }
  const moved = posted.filter((entry) => entry.effect === 'post' || entry.effect === 'settle')
  if (moved.length === 0)
    return { code: 'not_reversible', transactionId, status: transaction.status }
  if (oneWayRouteId !== null) return { code: 'route_one_way', routeId: oneWayRouteId }
  const sources = legsOf(moved, 'credit', balances, overdraft)
  const destinations = legsOf(moved, 'debit', balances, NO_OVERDRAFT)
  return { amount: sum(sources.map((leg) => leg.amount)), sources, destinations }
}

/**
 * The legs that undo the entries of one side. What an overdraft carried belongs to the leg of its principal, which
 * decides anew what is drawn and what is repaid.
 */
function legsOf(
  moved: readonly Entry[],
  side: Side,
  balances: Balances,
  overdraft: OverdraftPermit,
): readonly Leg[] {
  const legs: Leg[] = []
  let drawnFrom: string | null = null
  for (const entry of moved) {
    if (entry.side !== side) continue
    const principalId = balances.get(entry.balanceId)?.terms.principalId ?? null
    const balanceId = principalId ?? entry.balanceId
    const last = legs.at(-1)
    if (last?.balanceId === balanceId && principalId !== drawnFrom) {
      legs[legs.length - 1] = { ...last, amount: last.amount + entry.amount }
    } else {
      legs.push({ balanceId, amount: entry.amount, overdraft, details: entry.details })
    }
    drawnFrom = principalId
  }
  return legs
}
