/**
 * What an operation is called, and what the balance shows before and after it.
 *
 * Under a route a hold is booked as two operations, and so is its release: money leaves what is available (DEBIT), then it
 * is on hold (ON_HOLD); it is no longer on hold (RELEASE), then it is available again (CREDIT). The ledger sets it aside at
 * once, with the first entry of a hold or a release, so what stands between the two is worked out here.
 */
import {
  type Amount,
  type Carried,
  type Effect,
  type JsonObject,
  rubricIn,
  type Side,
  type Sums,
} from '../../../ledger/index.ts'
import type { Operation } from '../../../reports/index.ts'
import type { Profile } from '../profile.ts'
import { type Standing, standingOf } from '../shown-money.ts'

type Moved = {
  readonly side: Side
  readonly effect: Effect
  readonly amount: Amount
  readonly details: JsonObject | null
}

/** The name of what an entry does; on a companion everything is the overdraft of its principal. */
export function typeOf(
  { side, effect, details }: Moved,
  principalId: string | null,
  action: string | null,
): string {
  if (principalId !== null) return 'OVERDRAFT'
  if (action !== null) return action.toUpperCase()
  const ruled = rubricIn(details) !== null
  switch (effect) {
    case 'hold':
      return ruled ? 'DEBIT' : 'ON_HOLD'
    case 'held':
      return 'ON_HOLD'
    case 'release':
      return 'RELEASE'
    case 'freed':
      return 'CREDIT'
    case 'settle':
      return ruled && side === 'debit' ? 'ON_HOLD' : side === 'debit' ? 'DEBIT' : 'CREDIT'
    case 'post':
      return side === 'debit' ? 'DEBIT' : 'CREDIT'
  }
}

/** What is given back counts as a credit, except as the first of two operations. */
export function directionOf(moved: Moved, principalId: string | null): Side {
  const { side, effect } = moved
  if (effect !== 'release' || isHalved(moved, principalId)) return side
  return side === 'debit' ? 'credit' : 'debit'
}

/** Whether it is the first of two operations: what an overdraft carries is booked as one. */
function isHalved({ effect, details }: Moved, principalId: string | null): boolean {
  const setsAside = effect === 'hold' || effect === 'release'
  return setsAside && principalId === null && rubricIn(details) !== null
}

type Facts = Parameters<typeof standingOf>[1]

/** The standing of the balance before and after an operation. */
export function standingsOf(
  moved: Moved,
  sums: { readonly before: Sums; readonly after: Sums; readonly carried: Operation['carried'] },
  facts: Facts,
  profile: Profile,
): { readonly before: Standing; readonly after: Standing } {
  const before = standing(sums.before, sums.carried?.before, facts, profile)
  const after = standing(sums.after, sums.carried?.after, facts, profile)
  const { effect, amount } = moved
  const halved = isHalved(moved, facts.principalId)
  if (effect === 'hold' && halved) return { before, after: { ...after, onHold: before.onHold } }
  if (effect === 'release' && halved)
    return { before, after: { ...after, available: before.available } }
  if (effect === 'held') return { before: { ...after, onHold: after.onHold - amount }, after }
  if (effect !== 'freed') return { before, after }
  const stillHeld = { ...sums.after, pendingDebits: sums.after.pendingDebits + amount }
  const { available } = standing(stillHeld, sums.carried?.after, facts, profile)
  return { before: { ...after, available }, after }
}

/** What a companion stands at is what its principal has used. */
function standing(
  sums: Sums,
  carried: Carried | undefined,
  facts: Facts,
  profile: Profile,
): Standing {
  const shown = standingOf(sums, facts, carried ?? null, profile)
  return facts.principalId === null ? shown : { ...shown, overdraftUsed: shown.available }
}
