/**
 * A whole book as lines of JSON, for somebody who has nothing else: every batch with what it wrote, in order, and the
 * checkpoints that were signed over them. It ends with the last of these, so that all of it is signed.
 */
import type { Hash, Json } from '../ledger/index.ts'
import { Findings, type Group, grouped } from '../verification/index.ts'
import type { BookReader } from '../verification/port.ts'
import {
  shownBatch,
  shownCheckpoint,
  shownEvent,
  shownTransaction,
  withheld,
  withheldEvent,
} from './wire.ts'

export const EXPORT_FORMAT = 'diptych-export-1'

/** The book cannot be exported as it is. */
export class NotExportable extends Error {
  override readonly name = 'NotExportable'
}

function line(value: Readonly<Record<string, Json>>): string {
  return `${JSON.stringify(value)}\n`
}

/**
 * The lines of a book, made while it is read.
 *
 * @param isOpen whether texts are in it; else there are only the commitments to them
 * @throws NotExportable when nothing was signed, or the journal is not in order
 */
export async function* exportLines(
  reader: BookReader,
  isOpen: boolean,
  hash: Hash,
): AsyncIterable<string> {
  const { bookId } = reader
  const findings = new Findings(bookId)
  const groups = grouped(reader, findings)[Symbol.asyncIterator]()
  const checkpoints = reader.checkpoints()[Symbol.asyncIterator]()
  let group = await groups.next()
  let checkpoint = await checkpoints.next()
  if (checkpoint.done === true)
    throw new NotExportable(`Nothing of book ${bookId} is signed: give a --signing-key`)
  const counts = { batches: 0, transactions: 0, entries: 0, events: 0 }
  yield line({ format: EXPORT_FORMAT, bookId })
  for await (const batch of reader.batches(0)) {
    yield line({ batch: shownBatch(batch) })
    counts.batches += 1
    if (group.done !== true && group.value.seq === batch.seq) {
      yield* itemLines(group.value, counts, isOpen, hash)
      group = await groups.next()
    }
    assertInOrder(group, batch.seq, bookId)
    if (checkpoint.value.seq !== batch.seq) continue
    yield line({ checkpoint: shownCheckpoint(checkpoint.value) })
    checkpoint = await checkpoints.next()
    if (checkpoint.done === true) break
  }
  if (checkpoint.done !== true) throw notInOrder(bookId)
  yield line({ end: counts })
}

/** Every item belongs to a batch that is still to come. */
function assertInOrder(group: IteratorResult<Group>, seq: number, bookId: number): void {
  if (group.done !== true && (group.value.seq ?? 0) <= seq) throw notInOrder(bookId)
}

function notInOrder(bookId: number): NotExportable {
  return new NotExportable(`The journal of book ${bookId} is not in order: run diptych verify`)
}

type Counts = { batches: number; transactions: number; entries: number; events: number }

function* itemLines(group: Group, counts: Counts, isOpen: boolean, hash: Hash): Iterable<string> {
  for (const item of group.items) {
    if (item.type === 'event') {
      counts.events += 1
      yield line({ event: shownEvent(isOpen ? item.row : withheldEvent(item.row, hash)) })
    } else {
      counts.transactions += 1
      const shown = shownTransaction(isOpen ? item.row : withheld(item.row, hash))
      counts.entries += (shown['entries'] as Json[]).length
      yield line({ transaction: shown })
    }
  }
}
