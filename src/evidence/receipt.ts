/**
 * Receipts: that one transaction is in a book as it is shown, provable with nothing but the receipt and a public key.
 *
 * The leaf of the transaction leads to the root of its batch, that to the head of the book after the batch, and that to
 * the root of a checkpoint, which is signed.
 */
import {
  type Checkpoint,
  type Hash,
  headAfter,
  isoOf,
  type JsonObject,
  pathTo,
  rootAlong,
  rootOf,
} from '../ledger/index.ts'
import { isErased, isSigned, leafOfEvent, leafOfTransaction } from '../verification/index.ts'
import type { TransactionRow } from '../verification/port.ts'
import type { EvidenceStore, StoredBatch } from './port.ts'
import {
  Given,
  hasLooseTexts,
  readBatch,
  readCheckpoint,
  readPath,
  readTransaction,
  shownBatch,
  shownCheckpoint,
  shownPath,
  shownTransaction,
  withheld,
} from './wire.ts'

const FORMAT = 'diptych-receipt-1'

/** Why there is no receipt. */
export type NoReceipt =
  | 'no_transaction'
  /** No checkpoint covers it yet. */
  | 'not_signed'
  /** What is in the database does not come to what was signed. */
  | 'not_in_order'

export type ReceiptAnswer = { readonly receipt: JsonObject } | { readonly none: NoReceipt }

/** Makes the receipt of a transaction; `isOpen` says whether its texts are shown. */
export async function receiptOf(
  store: EvidenceStore,
  bookId: number,
  transactionId: string,
  isOpen: boolean,
  hash: Hash,
): Promise<ReceiptAnswer> {
  const stored = await store.batchOf(bookId, transactionId)
  if (stored === null) return { none: 'no_transaction' }
  const { batch, previous } = stored
  const checkpoint = await store.checkpointOf(bookId, batch.seq)
  if (checkpoint === null) return { none: 'not_signed' }
  const { leaves, index, row } = leavesOf(stored, transactionId, hash)
  const span = checkpoint.seq - checkpoint.fromSeq
  const heads = (await store.headsAfter(bookId, checkpoint.fromSeq, span)).map(({ head }) => head)
  const isInOrder =
    row !== null &&
    rootOf(leaves, hash) === batch.root &&
    headAfter(previous, { ...batch, bookId }, hash) === batch.head &&
    rootOf(heads, hash) === checkpoint.root
  if (!isInOrder) return { none: 'not_in_order' }
  const receipt = {
    format: FORMAT,
    transaction: shownTransaction(isOpen ? row : withheld(row, hash)),
    path: shownPath(pathTo(leaves, index, hash)),
    batch: { ...shownBatch(batch), previous },
    span: shownPath(pathTo(heads, batch.seq - checkpoint.fromSeq - 1, hash)),
    checkpoint: shownCheckpoint(checkpoint),
  }
  return { receipt }
}

/** The leaves of a batch in their order, and where among them a transaction is. */
function leavesOf(
  { transactions, events }: StoredBatch,
  transactionId: string,
  hash: Hash,
): { readonly leaves: string[]; readonly index: number; readonly row: TransactionRow | null } {
  const items = [
    ...transactions.map((row) => ({
      id: row.id,
      leaf: () => leafOfTransaction(row, row.legs, hash),
    })),
    ...events.map((row) => ({ id: row.id, leaf: () => leafOfEvent(row, hash) })),
  ].sort((one, other) => (one.id < other.id ? -1 : 1))
  return {
    leaves: items.map(({ leaf }) => leaf()),
    index: items.findIndex(({ id }) => id === transactionId),
    row: transactions.find(({ id }) => id === transactionId) ?? null,
  }
}

/** What a receipt shows when it is right. */
export type Shown = {
  readonly transaction: TransactionRow
  readonly batch: number
  readonly checkpoint: Checkpoint
  /** Whether its texts are in it, as they were committed to; else they were withheld or erased, or there are none. */
  readonly isOpen: boolean
}

export type ReceiptVerdict =
  | { readonly right: true; readonly shown: Shown }
  | { readonly right: false; readonly reason: string }

/**
 * Checks a receipt: nothing is believed but the keys.
 *
 * @throws Unreadable when it is no receipt
 */
export function checkReceipt(
  value: unknown,
  keys: ReadonlySet<string>,
  hash: Hash,
): ReceiptVerdict {
  const given = new Given(value)
  given.text('format', new RegExp(`^${FORMAT}$`))
  const row = readTransaction(given.part('transaction'))
  const batch = readBatch(given.part('batch'))
  const previous = given.part('batch').digest('previous')
  const checkpoint = readCheckpoint(given.part('checkpoint'))
  const { bookId, fromSeq, seq } = checkpoint
  const wrong = (reason: string): ReceiptVerdict => ({ right: false, reason })
  if (hasLooseTexts(row)) return wrong('it shows texts that nothing commits to')
  if (
    rootAlong(leafOfTransaction(row, row.legs, hash), readPath(given.list('path')), hash) !==
    batch.root
  )
    return wrong('the transaction is not what the batch wrote')
  if (batch.recordedAt !== row.recordedAt)
    return wrong('the transaction does not have the time of its batch')
  if (headAfter(previous, { ...batch, bookId }, hash) !== batch.head)
    return wrong('the batch does not come to its head')
  if (rootAlong(batch.head, readPath(given.list('span')), hash) !== checkpoint.root)
    return wrong('the head is not among those that were signed')
  if (batch.seq <= fromSeq || batch.seq > seq)
    return wrong('the checkpoint does not cover the batch')
  if (!isSigned(checkpoint)) return wrong('the signature is not right')
  if (!keys.has(checkpoint.publicKey)) return wrong('it was signed with another key')
  const isOpen = row.seal !== null && !isErased(row)
  return { right: true, shown: { transaction: row, batch: batch.seq, checkpoint, isOpen } }
}

/** A receipt that is right, in words. */
export function tellReceipt({ transaction, batch, checkpoint, isOpen }: Shown): string {
  const { id, kind, status, amount, assetCode, recordedAt } = transaction
  return [
    `Transaction ${id}: ${kind} of ${amount} ${assetCode}, ${status}, recorded at ${isoOf(recordedAt)}.`,
    `It is in batch ${batch} of book ${checkpoint.bookId}, under the checkpoint of batch ${checkpoint.seq}, ` +
      `signed at ${isoOf(checkpoint.signedAt)}.`,
    isOpen
      ? 'Its texts are those that were committed to.'
      : 'Texts of it, if there are any, are not shown.',
  ].join('\n')
}
