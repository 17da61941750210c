/** What the scheduler needs from storage. */
import type { Micros } from '../ledger/index.ts'

/** Something whose time has come. */
export type Due = {
  readonly bookId: number
  readonly transactionId: string
  readonly action: 'execute' | 'settle' | 'expire'
  /** The request to which a whole family belongs. */
  readonly requestId: string | null
}

export interface DueStore {
  /** What is due, the longest overdue first. */
  due(now: Micros, limit: number): Promise<readonly Due[]>
  /** Takes it off the list: it has been done, or there is nothing left to do. */
  done(items: readonly Due[]): Promise<void>
}
