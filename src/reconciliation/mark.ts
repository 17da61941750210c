/** What a matched transaction says of itself afterwards. */
import { isoOf, type JsonObject, type Micros } from '../ledger/index.ts'
import type { Match } from './control.ts'

/** The metadata that a match adds. `id` is what callers know the reconciliation by. */
export function markOf(match: Match, id: string, now: Micros): JsonObject {
  return {
    reconciled: true,
    reconciliation_id: id,
    reconciled_at: `${isoOf(now).slice(0, 19)}Z`,
    external_txn_id: match.externalIds.join(' | '),
    reconciliation_amount: Number(match.amount),
  }
}
