/** Why a hold cannot be committed or voided, in Blnk's words. */
import { type Amount, type Refusal, toUnits } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import { Problem } from '../wire/problem.ts'
import { problemOf } from '../wire/refusals.ts'
import { fixedText, majorOf } from './amounts.ts'
import type { Action } from './holds.ts'
import { termsOf } from './terms.ts'
import { precisionOf } from './translate.ts'

/** What the engine says of a hold. */
export function problemOfHold(
  face: Face,
  hold: TransactionView,
  action: Action,
  refusal: Refusal,
): Problem {
  switch (refusal.code) {
    case 'hold_already_posted':
      return alreadyCommitted(action)
    case 'amount_exceeds_hold': {
      const { held, remaining, requested } = refusal
      const [what, most] =
        requested > held
          ? ['original transaction amount. Original', held]
          : ['remaining amount. Available', remaining]
      return new Problem(
        'TXN_COMMIT_AMOUNT_EXCEEDED',
        `cannot commit more than the ${what}: ${shown(face, hold, most)}, Requested: ${shown(face, hold, requested)}`,
      )
    }
    default:
      return problemOf(refusal)
  }
}

function alreadyCommitted(action: Action): Problem {
  return new Problem('TXN_ALREADY_COMMITTED', `cannot ${action}. Transaction already committed`)
}

/** Why holds that are all settled cannot be settled again. */
export function problemOfSettled([first]: readonly TransactionView[], action: Action): Problem {
  if (first === undefined) return new Problem('TXN_NOT_INFLIGHT', `no transaction to ${action}`)
  return first.hold?.status === 'posted'
    ? alreadyCommitted(action)
    : new Problem('TXN_ALREADY_VOIDED', 'transaction has already been voided')
}

/** An amount as messages name it: `USD45.00`. */
function shown(face: Face, hold: TransactionView, amount: Amount): string {
  const precision = precisionOf(hold, face.scales)
  const units = toUnits(amount, face.scales.known(hold.assetCode) ?? 0)
  return `${termsOf(hold).currency ?? hold.assetCode}${fixedText(majorOf(units, precision))}`
}

/** How Blnk tells of what went wrong while it worked. */
export function whileProcessing(problem: Problem): Problem {
  return new Problem(problem.code, `error occurred during processing: [${problem.message}]`)
}
