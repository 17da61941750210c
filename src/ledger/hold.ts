import { assert } from './assert.ts'
import type { Side } from './balance.ts'
import type { JsonObject } from './json.ts'
import type { Amount } from './money.ts'
import { type Draft, draftPostedCredit } from './posting.ts'
import type { Refusal } from './refusal.ts'

export type HoldStatus = 'pending' | 'posted' | 'voided' | 'expired'

/** How far a hold has been settled. */
export type Hold = {
  readonly transactionId: string
  readonly status: HoldStatus
  /** What was set aside. */
  readonly amount: Amount
  /** What of it is posted by now. */
  readonly settled: Amount
}

/** A leg as planned: what a hold, a note or a request will do or would have done. */
export type PlannedLeg = {
  readonly side: Side
  readonly balanceId: string
  readonly amount: Amount
  /** Whether the amount is set aside on the balance already. */
  readonly reserved: boolean
  readonly details: JsonObject | null
  /** The details of the other half, where what is given back is booked in two halves; never kept with the plan. */
  readonly otherHalf?: JsonObject | null
}

/** A hold with the legs that it will post. */
export type HoldWithPlan = Hold & { readonly plan: readonly PlannedLeg[] }

/** What is still set aside. */
export function remainingOf(hold: Hold): Amount {
  return hold.amount - hold.settled
}

/**
 * Posts all or part of what a hold set aside.
 *
 * `amount` null posts everything left. A hold of one source and one destination may be posted in parts, so a shop can
 * ship, and charge, in parts; a hold of more legs is posted whole. Flags and funds were checked when the money was set
 * aside and are not checked again: a promise made before a freeze is kept. Only a destination that credits lower, and
 * that was not set aside, may turn out to have too little.
 */
export function draftSettlement(
  hold: HoldWithPlan,
  amount: Amount | null,
  draft: Draft,
): Refusal | { readonly hold: HoldWithPlan; readonly amount: Amount } {
  const refusal = refusalOfState(hold)
  if (refusal !== null) return refusal
  const remaining = remainingOf(hold)
  const posted = amount ?? remaining
  if (posted <= 0n) return { code: 'amount_not_positive' }
  if (posted > remaining)
    return { code: 'amount_exceeds_hold', held: hold.amount, remaining, requested: posted }
  if (posted < hold.amount && hold.plan.length > 2)
    return { code: 'hold_not_divisible', transactionId: hold.transactionId }
  for (const leg of hold.plan)
    if (draft.get(leg.balanceId) === undefined)
      return { code: 'balance_not_found', balanceId: leg.balanceId }

  for (const leg of hold.plan) {
    const refused = draftSettledLeg(leg, posted < hold.amount ? posted : leg.amount, draft)
    if (refused !== null) return refused
  }
  draft.assertBalanced()
  const settled = hold.settled + posted
  const status = settled === hold.amount ? 'posted' : 'pending'
  return { hold: { ...hold, settled, status }, amount: posted }
}

function draftSettledLeg(leg: PlannedLeg, amount: Amount, draft: Draft): Refusal | null {
  const balance = draft.get(leg.balanceId)
  assert(balance !== undefined, 'the balance was found before')
  if (!leg.reserved) {
    assert(leg.side === 'credit', 'what a hold takes is always set aside')
    return draftPostedCredit(balance, amount, leg.details, draft)
  }
  draft.add(balance, leg.side, 'settle', amount, leg.details)
  return null
}

/** Gives back everything that a hold still sets aside. */
export function draftRelease(
  hold: HoldWithPlan,
  status: 'voided' | 'expired',
  draft: Draft,
): Refusal | { readonly hold: HoldWithPlan; readonly amount: Amount } {
  const refusal = refusalOfState(hold)
  if (refusal !== null) return refusal
  const remaining = remainingOf(hold)
  assert(remaining > 0n, 'a pending hold has something left')
  for (const leg of hold.plan) {
    if (!leg.reserved) continue
    const balance = draft.get(leg.balanceId)
    if (balance === undefined) return { code: 'balance_not_found', balanceId: leg.balanceId }
  }
  for (const leg of hold.plan) {
    const balance = draft.get(leg.balanceId)
    if (!leg.reserved || balance === undefined) continue
    const amount = remaining < hold.amount ? remaining : leg.amount
    draft.add(balance, leg.side, 'release', amount, leg.details)
    if (leg.otherHalf !== undefined)
      draft.addHalf(balance.id, 'credit', 'freed', amount, leg.otherHalf)
  }
  return { hold: { ...hold, status }, amount: remaining }
}

function refusalOfState(hold: Hold): Refusal | null {
  switch (hold.status) {
    case 'pending':
      return null
    case 'posted':
      return { code: 'hold_already_posted', transactionId: hold.transactionId }
    case 'voided':
    case 'expired':
      return { code: 'hold_already_voided', transactionId: hold.transactionId }
  }
}
