import type { Amount } from './money.ts'

/**
 * Every way in which a caller can be turned down by the rules about money.
 *
 * Listed by precedence: where several apply, the first is reported. Each face keeps a table from these to its own
 * status, code and words, and a table that lacks one does not compile.
 */
export type Refusal =
  /** The book takes nothing more: what it belongs to was deleted. */
  | { readonly code: 'book_closed'; readonly bookId: number }
  /** The reference names an earlier transaction. */
  | { readonly code: 'reference_taken'; readonly reference: string; readonly transactionId: string }
  /** The idempotency key was used for something else. */
  | { readonly code: 'key_reused'; readonly key: string }
  /** Another row has a name that must be unique; the constraint tells which. */
  | { readonly code: 'name_taken'; readonly constraint: string }
  | { readonly code: 'transaction_not_found'; readonly transactionId: string }
  | { readonly code: 'balance_not_found'; readonly balanceId: string }
  | { readonly code: 'balance_internal'; readonly balanceId: string }
  /** The same balance would give and take. */
  | { readonly code: 'balance_on_both_sides'; readonly balanceId: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'amount_too_large' }
  | { readonly code: 'amount_too_precise'; readonly balanceId: string; readonly scale: number }
  | { readonly code: 'too_many_legs'; readonly max: number }
  /** Sources and destinations do not add up to the amount. */
  | { readonly code: 'legs_unequal'; readonly amount: Amount }
  | { readonly code: 'asset_mismatch'; readonly balanceId: string; readonly assetCode: string }
  | { readonly code: 'sending_not_allowed'; readonly balanceId: string }
  | { readonly code: 'receiving_not_allowed'; readonly balanceId: string }
  /** Money of the outside world cannot be set aside. */
  | { readonly code: 'hold_on_external'; readonly balanceId: string }
  /** It was posted under a route that leads one way, and so has no way back. */
  | { readonly code: 'route_one_way'; readonly routeId: string }
  /** The ledger moves money under routes only, and none is named. */
  | { readonly code: 'route_not_named' }
  | { readonly code: 'route_not_found'; readonly routeId: string }
  /** None of the route's operation routes is for what is to be done. */
  | { readonly code: 'route_lacks_action'; readonly routeId: string; readonly action: string }
  /** The legs follow more or fewer operation routes than the route has. */
  | {
      readonly code: 'route_count_differs'
      readonly sources: number
      readonly destinations: number
    }
  /** A leg follows an operation route that the route does not have on its side; empty for none. */
  | { readonly code: 'leg_route_not_found'; readonly routeId: string; readonly alias: string }
  | { readonly code: 'route_alias_differs'; readonly alias: string; readonly expected: string }
  | {
      readonly code: 'route_account_type_differs'
      readonly accountType: string
      readonly expected: string
    }
  /** An operation route that goes both ways is used on one side alone. */
  | { readonly code: 'route_one_sided'; readonly routeId: string }
  /** What an overdraft carries has no rubric under the leg's operation route. */
  | { readonly code: 'route_lacks_overdraft'; readonly routeId: string }
  | { readonly code: 'overdraft_limit_exceeded'; readonly balanceId: string }
  | { readonly code: 'insufficient_funds'; readonly balanceId: string }
  /** The money came from more providers than a tracked balance tells apart. */
  | { readonly code: 'too_many_lots'; readonly balanceId: string; readonly max: number }
  | { readonly code: 'hold_not_pending'; readonly transactionId: string; readonly status: string }
  | { readonly code: 'hold_already_posted'; readonly transactionId: string }
  | { readonly code: 'hold_already_voided'; readonly transactionId: string }
  | {
      readonly code: 'amount_exceeds_hold'
      readonly held: Amount
      readonly remaining: Amount
      readonly requested: Amount
    }
  /** A hold of several legs is settled as a whole. */
  | { readonly code: 'hold_not_divisible'; readonly transactionId: string }
  | {
      readonly code: 'already_reversed'
      readonly transactionId: string
      readonly reversalId: string
    }
  | { readonly code: 'is_reversal'; readonly transactionId: string }
  | { readonly code: 'not_reversible'; readonly transactionId: string; readonly status: string }

export type RefusalCode = Refusal['code']

/**
 * Whether a refusal is about how balances stand, so that the same order may be accepted at another time. Every other
 * refusal is about the order itself, or about a book that is closed for good.
 */
export function isAboutState({ code }: Refusal): boolean {
  return (
    code === 'sending_not_allowed' ||
    code === 'receiving_not_allowed' ||
    code === 'overdraft_limit_exceeded' ||
    code === 'insufficient_funds'
  )
}
