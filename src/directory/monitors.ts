/** Conditions on balances, of which whoever listens is told when they hold. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Monitor } from './rows.ts'

/** Monitors that one balance may have. */
export const MONITORS_MAX = 100

export type MonitorOrder = Pick<
  Monitor,
  'balanceId' | 'field' | 'operator' | 'threshold' | 'description' | 'terms'
>

/** Watches a balance: every transaction that is ordered after it is seen. */
export function createMonitor(
  directory: Directory,
  bookId: number,
  order: MonitorOrder,
  actor: Actor,
): Promise<Decision<Monitor, DirectoryRefusal>> {
  return directory.create('monitor', bookId, actor, async (reader, now, id) => {
    const refusal = await refusalOf(reader, bookId, order.balanceId)
    if (refusal !== null) return refuse(refusal)
    return accept({ ...newRow(bookId, id, now, null), ...order })
  })
}

/** Replaces what a monitor watches, and how. */
export function changeMonitor(
  directory: Directory,
  bookId: number,
  id: string,
  order: MonitorOrder,
  actor: Actor,
): Promise<Decision<Monitor, DirectoryRefusal>> {
  return directory.update('monitor', bookId, id, actor, async (row, reader) => {
    if (row.balanceId === order.balanceId) return accept(order)
    const refusal = await refusalOf(reader, bookId, order.balanceId)
    return refusal === null ? accept(order) : refuse(refusal)
  })
}

async function refusalOf(
  reader: DirectoryReader,
  bookId: number,
  balanceId: string,
): Promise<DirectoryRefusal | null> {
  if ((await reader.get('balance', bookId, balanceId)) === null)
    return { code: 'reference_not_found', entity: 'balance', id: balanceId }
  const within = [equals('balanceId', balanceId)]
  const count = await reader.count('monitor', bookId, { ...FIRST_PAGE, within })
  return count < MONITORS_MAX ? null : { code: 'too_many', entity: 'monitor', most: MONITORS_MAX }
}
