/**
 * Which monitors fire at which transactions.
 *
 * It is a function of the log alone: a transaction is seen by the monitors that stood when it was committed, with the sums
 * that its entries left. So every server comes to the same answer, at any time, and however many transactions a commit
 * has, none is skipped. A monitor fires at every transaction that leaves its condition true, once.
 */
import { type Entry, holds } from '../ledger/index.ts'
import type { Watch, WatchChange, WatchHistory } from './port.ts'

/** A transaction with its entries, in the order of the log. */
export type Moved = { readonly id: string; readonly entries: readonly Entry[] }

/** The monitors that fire at each of the transactions, by the transactions' ids. */
export async function firings(
  history: WatchHistory,
  bookId: number,
  moved: readonly Moved[],
): Promise<ReadonlyMap<string, readonly Watch[]>> {
  const last = moved.at(-1)
  const balanceIds = new Set(moved.flatMap(({ entries }) => entries.map((one) => one.balanceId)))
  if (last === undefined || balanceIds.size === 0) return new Map()
  const changes = await history.changesOf(bookId, [...balanceIds], last.id)
  return changes.length === 0 ? new Map() : firingsAmong(changes, moved)
}

/** The same, from all that was told of the monitors before the last of the transactions, in the order of the log. */
export function firingsAmong(
  changes: readonly WatchChange[],
  moved: readonly Moved[],
): ReadonlyMap<string, readonly Watch[]> {
  const standing = new Map<string, Watch>()
  const fired = new Map<string, readonly Watch[]>()
  let next = 0
  for (const { id, entries } of moved) {
    for (; next < changes.length; next += 1) {
      const change = changes[next]
      if (change === undefined || change.id > id) break
      if (change.watch === null) standing.delete(change.watchId)
      else standing.set(change.watchId, change.watch)
    }
    if (standing.size === 0) continue
    const atLast = new Map(entries.map((entry) => [entry.balanceId, entry]))
    const here = [...standing.values()].filter((watch) => {
      const entry = atLast.get(watch.balanceId)
      return entry !== undefined && holds(watch, entry)
    })
    if (here.length > 0) fired.set(id, here)
  }
  return fired
}
