/** What monitors need from storage. */
import type { MonitorCondition } from '../ledger/index.ts'

/** A monitor as it was at some time. */
export type Watch = MonitorCondition & {
  readonly id: string
  readonly balanceId: string
  /** RFC 3339. */
  readonly createdAt: string
  readonly description: string | null
  readonly terms: { readonly [name: string]: unknown } | null
}

/** A monitor was made, changed or deleted. */
export type WatchChange = {
  /** Its place in the log of the book. */
  readonly id: string
  readonly watchId: string
  /** What it is from then on; null for nothing. */
  readonly watch: Watch | null
}

export interface WatchHistory {
  /** Everything that was told, up to a place in the log, of monitors that have ever watched one of the balances. */
  changesOf(
    bookId: number,
    balanceIds: readonly string[],
    upTo: string,
  ): Promise<readonly WatchChange[]>
}
