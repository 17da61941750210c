import { idsOf } from '../../engine/index.ts'
import type { EvidenceStore, HeadRow, StoredBatch } from '../../evidence/port.ts'
import { type Checkpoint, GENESIS, isoOf } from '../../ledger/index.ts'
import type { BatchRow, EventRow, TransactionRow } from '../../verification/port.ts'
import type { Querier, Row } from '../connection.ts'
import {
  CHECKPOINT_COLUMNS,
  READ_EVENTS_BETWEEN,
  READ_TRANSACTIONS_BETWEEN,
} from '../verification/journal.ts'
import { legOf } from '../verification/rows.ts'

/** Checkpoints, and what receipts are made of. Every statement is a look-up or a range of a key. */
export class PostgresEvidenceStore implements EvidenceStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  booksAfter(
    bookId: number,
    limit: number,
  ): Promise<readonly { readonly bookId: number; readonly seq: number }[]> {
    return this.#querier.query(
      'books after',
      'select book_id as "bookId", seq from books where book_id > $1 order by book_id limit $2::int',
      [bookId, limit],
    )
  }

  lastCheckpoint(bookId: number): Promise<Checkpoint | null> {
    return this.#checkpoint('last checkpoint', 'order by seq desc limit 1', [bookId])
  }

  checkpointOf(bookId: number, seq: number): Promise<Checkpoint | null> {
    return this.#checkpoint('checkpoint of', 'and seq >= $2::bigint order by seq limit 1', [
      bookId,
      seq,
    ])
  }

  checkpointsAfter(bookId: number, seq: number, limit: number): Promise<readonly Checkpoint[]> {
    return this.#querier.query<Checkpoint & Row>(
      'checkpoints after',
      `select ${CHECKPOINT_COLUMNS} from checkpoints
        where book_id = $1 and seq > $2::bigint order by seq limit $3::int`,
      [bookId, seq, limit],
    )
  }

  headsAfter(bookId: number, seq: number, limit: number): Promise<readonly HeadRow[]> {
    return this.#querier.query<HeadRow & Row>(
      'heads after',
      'select seq, head from batches where book_id = $1 and seq > $2::bigint order by seq limit $3::int',
      [bookId, seq, limit],
    )
  }

  async addCheckpoint(checkpoint: Checkpoint): Promise<boolean> {
    const { bookId, fromSeq, seq, head, root, signedAt, publicKey, signature } = checkpoint
    const rows = await this.#querier.query(
      'add checkpoint',
      `insert into checkpoints (book_id, from_seq, seq, head, root, signed_at, public_key, signature)
       values ($1, $2, $3, $4, $5, $6::timestamptz, $7, $8) on conflict do nothing returning 1`,
      [bookId, fromSeq, seq, head, root, isoOf(signedAt), publicKey, signature],
    )
    return rows.length > 0
  }

  async batchOf(bookId: number, transactionId: string): Promise<StoredBatch | null> {
    const [found] = await this.#querier.query<BatchRow & { previous: string | null }>(
      'batch of transaction',
      `select b.seq, b.recorded_at as "recordedAt", b.leaf_count as "leafCount", b.root, b.head, p.head as previous
         from transactions t
         join batches b on b.book_id = $1 and b.seq = t.seq
         left join batches p on p.book_id = $1 and p.seq = t.seq - 1
        where t.book_id = $1 and t.id = $2::uuid`,
      [bookId, transactionId],
    )
    if (found === undefined) return null
    const { previous, ...batch } = found
    const { first, last } = idsOf(batch.recordedAt)
    const range = [bookId, first, last, batch.seq]
    type StoredRow = Omit<TransactionRow, 'legs'> & { readonly legs: readonly string[][] }
    const stored = await this.#querier.query<StoredRow & Row>(
      'transactions of batch',
      READ_TRANSACTIONS_BETWEEN,
      range,
    )
    const transactions = stored.map((row) => ({
      ...row,
      legs: row.legs.map((fields) => legOf(fields)),
    }))
    const events = await this.#querier.query<EventRow & Row>(
      'events of batch',
      READ_EVENTS_BETWEEN,
      range,
    )
    return { batch, previous: previous ?? GENESIS, transactions, events }
  }

  async #checkpoint(
    name: string,
    condition: string,
    values: readonly unknown[],
  ): Promise<Checkpoint | null> {
    const [row] = await this.#querier.query<Checkpoint & Row>(
      name,
      `select ${CHECKPOINT_COLUMNS} from checkpoints where book_id = $1 ${condition}`,
      values,
    )
    return row ?? null
  }
}
