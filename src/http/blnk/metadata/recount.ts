/** Counting a balance anew, which is asked for by a key in its metadata and answered there. */
import { isoOf, type JsonObject } from '../../../ledger/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import { scaleOf, units } from '../balances/translate.ts'
import type { Face } from '../face.ts'

const ASKED = 'BLNK_RUN_RECONCILIATION'
const ANSWERED = 'BLNK_RECONCILIATION_RESULT'

export function asksForRecount(added: JsonObject): boolean {
  return added[ASKED] === 'SOURCE'
}

/**
 * What the balance stands at, beside what its entries come to. The two are the same in a sound book; where they are not,
 * nothing is written over: the entries are the truth, and verification tells what was tampered with.
 */
export async function recount(face: Face, view: BalanceView): Promise<JsonObject> {
  const { journal, now } = face.services
  // At the time of the last entry that the view has, so that what is posted meanwhile makes no difference.
  const [found] = await journal.balancesAt(face.bookId, [view.id], view.updatedAt)
  const counted = found?.last ?? { postedDebits: 0n, postedCredits: 0n }
  const shown = (amount: bigint) => units(amount, scaleOf(view, face.scales))
  const before = view.postedCredits - view.postedDebits
  const after = counted.postedCredits - counted.postedDebits
  return {
    difference: shown(after - before),
    executed_at: isoOf(now()).replace('T', ' ').replace('Z', '+00'),
    previous_balance: shown(before),
    previous_credit: shown(view.postedCredits),
    previous_debit: shown(view.postedDebits),
    recalculated_balance: shown(after),
    recalculated_credit: shown(counted.postedCredits),
    recalculated_debit: shown(counted.postedDebits),
  }
}

/** The metadata with the answer in place of the question. */
export function withRecount(metadata: JsonObject, result: JsonObject): JsonObject {
  const { [ASKED]: _asked, ...rest } = metadata
  return { ...rest, [ANSWERED]: result }
}
