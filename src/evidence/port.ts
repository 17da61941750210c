/** What evidence needs from storage. */
import type { Checkpoint } from '../ledger/index.ts'
import type { BatchRow, EventRow, TransactionRow } from '../verification/port.ts'

/** A batch with everything that it wrote, in order. */
export type StoredBatch = {
  readonly batch: BatchRow
  /** The head of the batch before it. */
  readonly previous: string
  readonly transactions: readonly TransactionRow[]
  readonly events: readonly EventRow[]
}

/** A head of a book. */
export type HeadRow = { readonly seq: number; readonly head: string }

export interface CheckpointStore {
  /** Books by their ids, and where they stand, after one of them. */
  booksAfter(
    bookId: number,
    limit: number,
  ): Promise<readonly { readonly bookId: number; readonly seq: number }[]>
  lastCheckpoint(bookId: number): Promise<Checkpoint | null>
  /** The first that covers a batch. */
  checkpointOf(bookId: number, seq: number): Promise<Checkpoint | null>
  /** In their order, after one that ends at a batch. */
  checkpointsAfter(bookId: number, seq: number, limit: number): Promise<readonly Checkpoint[]>
  /** The heads of batches after one of them, in their order. */
  headsAfter(bookId: number, seq: number, limit: number): Promise<readonly HeadRow[]>
  /** False when another server has signed the same batches meanwhile. */
  addCheckpoint(checkpoint: Checkpoint): Promise<boolean>
}

export interface EvidenceStore extends CheckpointStore {
  /** The batch that wrote a transaction; null when there is no such transaction in the book. */
  batchOf(bookId: number, transactionId: string): Promise<StoredBatch | null>
}
