/**
 * Recomputes the chain of a book from its rows: every leaf, every root, every head.
 *
 * A batch says of itself when it was recorded, how many leaves it has, and their root; its head commits to all three and
 * to the head before it. So when something does not fit, there is nearly always enough left that does to tell what was
 * changed: the columns are tried one by one with what the rows say, until the hash agrees.
 */
import { idsOf } from '../engine/index.ts'
import { GENESIS, type Hash, headAfter, type Micros, rootOf } from '../ledger/index.ts'
import { explain } from './explain.ts'
import type { Findings } from './finding.ts'
import type { Fold } from './fold.ts'
import { isErased, leafOfEvent, leafOfTransaction } from './leaf.ts'
import { type Group, grouped, type Item, type Sealed, tableOf } from './merge.ts'
import type { BatchRow, BookReader, Leg, TransactionRow } from './port.ts'
import { checkPosting, entryName } from './posting.ts'
import { timeText } from './time-text.ts'

/** What was read on the way. */
export type ChainTotals = {
  batches: number
  transactions: number
  entries: number
  events: number
  /** Items whose texts were erased. */
  erased: number
}

/** A batch up to which everything was verified, with the head after it. */
export type Mark = { readonly seq: number; readonly head: string }

/** How far books have been verified. */
export type Progress = {
  /** From where to go on; what led there is trusted. Null to begin with the first batch. */
  markOf(bookId: number): Mark | null
  /** Everything up to here was read, and nothing found; null when it must all be read again. */
  passed(bookId: number, mark: Mark | null): void
}

export type Chain = ChainTotals & {
  /** The head that the batches come to, and those that it could be besides when the last of them does not fit. */
  readonly end: Link
  /** Batches that have more leaves than there are rows, by their time. */
  readonly missing: ReadonlyMap<Micros, number>
}

/** Where a batch joins the one before it: the head as it stands, and as it should be. */
type Link = { readonly batch: BatchRow | null; readonly stored: string; readonly computed: string }

/** The last id that an item of a batch can have; null where there is no batch. */
export function lastIdOf(batch: BatchRow | null): string | null {
  return batch === null ? null : idsOf(batch.recordedAt).last
}

/**
 * Recomputes the chain after a batch, null for all of it; whatever led to that batch is taken as it stands.
 *
 * @param fold follows the balances too, and lets the check end with the first thing that is wrong; null to look at
 * everything
 * @param passed is told of each batch up to which nothing was found
 */
export async function checkChain(
  reader: BookReader,
  after: BatchRow | null,
  fold: Fold | null,
  findings: Findings,
  hash: Hash,
  passed: (mark: Mark) => void,
): Promise<Chain> {
  const totals = { batches: 0, transactions: 0, entries: 0, events: 0, erased: 0 }
  const missing = new Map<Micros, number>()
  const groups = grouped(fold?.following(reader) ?? reader, findings, lastIdOf(after))[
    Symbol.asyncIterator
  ]()
  let group = await groups.next()
  const head = after?.head ?? GENESIS
  let link: Link = { batch: after, stored: head, computed: head }
  let seq = after?.seq ?? 0

  for await (const batch of reader.batches(seq)) {
    totals.batches += 1
    tellGap(batch.seq, seq + 1, findings)
    const items: Item[] = []
    while (group.done !== true && (group.value.seq ?? 0) <= batch.seq) {
      if (group.value.seq === batch.seq) items.push(...group.value.items)
      else tellStray(group.value, seq, findings)
      group = await groups.next()
    }
    const sealed = items.map((item) => seal(item, totals, findings, hash))
    if (fold !== null) for (const { legs } of sealed) fold.take(legs)
    const root = rootOf(
      sealed.map(({ leaf }) => leaf),
      hash,
    )
    const fit = fitOf({ ...batch, bookId: reader.bookId }, link, sealed, root, hash)
    tellLink(link, fit.previous, findings)
    for (const column of fit.changed)
      tellColumn(batch, column, derive(batch, sealed, root), findings)
    const isCounted = fit.changed.includes('leaf_count') || batch.leafCount === sealed.length
    const isWhole = isCounted && (fit.changed.includes('root') || root === batch.root)
    // Which row is missing, or was changed, is found out by trying: that takes its time.
    if (fold !== null) fold.isOdd ||= !isWhole
    else if (!isCounted) tellCount(batch, sealed, missing, findings)
    else if (!isWhole) await explain(batch, sealed, reader, findings, hash)
    checkIds(batch, sealed, fit.changed.includes('recorded_at'), findings)
    link = { batch, stored: batch.head, computed: fit.head }
    seq = batch.seq
    if (findings.count === 0 && fold?.isOdd !== true) passed({ seq, head: batch.head })
    else if (fold !== null) break
  }
  for (; group.done !== true && fold?.isOdd !== true; group = await groups.next())
    tellStray(group.value, seq, findings)
  return { ...totals, end: link, missing }
}

/** The batch up to which a book was verified before, or null when it is not what it was then. */
export async function trusted(
  reader: BookReader,
  mark: Mark,
  findings: Findings,
): Promise<BatchRow | null> {
  for await (const batch of reader.batches(mark.seq - 1)) {
    const isSame = batch.seq === mark.seq && batch.head === mark.head
    if (isSame && Number.isSafeInteger(batch.recordedAt)) return batch
    break
  }
  findings.add(
    'batches',
    String(mark.seq),
    ['head', 'seq'],
    { expected: mark.head },
    'it was verified before with this head: history was rewritten since',
  )
  return null
}

function seal(item: Item, totals: ChainTotals, findings: Findings, hash: Hash): Sealed {
  if (isErased(item.row)) totals.erased += 1
  if (item.type === 'event') {
    totals.events += 1
    return { item, legs: [], leaf: leafOfEvent(item.row, hash) }
  }
  totals.transactions += 1
  const row = timed(item, findings)
  const legs = findings.hasRepairs
    ? row.legs.map((leg) => repaired(row.id, leg, findings))
    : row.legs
  totals.entries += legs.length
  checkPosting(row, legs, findings)
  return {
    item: row === item.row ? item : { ...item, row },
    legs,
    leaf: leafOfTransaction(row, legs, hash),
  }
}

type TransactionItem = Extract<Item, { readonly type: 'transaction' }>

/** The transaction with the time that its id and its batch have. */
function timed({ row, time }: TransactionItem, findings: Findings): TransactionRow {
  if (time === null || time === row.recordedAt || time !== row.batchRecordedAt) return row
  findings.add(
    'transactions',
    row.id,
    'recorded_at',
    { expected: timeText(time), found: timeText(row.recordedAt) },
    'its id and its batch tell',
  )
  return { ...row, recordedAt: time }
}

/** The entry with the columns put right that are known to be wrong. */
function repaired(transactionId: string, leg: Leg, findings: Findings): Leg {
  const repairs = findings.repairsOf('entries', entryName({ id: transactionId }, leg.leg))
  if (repairs === undefined) return leg
  return {
    ...leg,
    side: repairs.get('side') ?? leg.side,
    effect: repairs.get('effect') ?? leg.effect,
    amount: repairs.get('amount') ?? leg.amount,
    postedDebits: repairs.get('posted_debits') ?? leg.postedDebits,
    postedCredits: repairs.get('posted_credits') ?? leg.postedCredits,
    pendingDebits: repairs.get('pending_debits') ?? leg.pendingDebits,
    pendingCredits: repairs.get('pending_credits') ?? leg.pendingCredits,
  }
}

/** What the rows say of their batch. */
type Derived = {
  readonly recorded_at: Micros
  readonly leaf_count: number
  readonly root: string
}

type BatchColumn = keyof Derived

const BATCH_COLUMNS: readonly BatchColumn[] = ['recorded_at', 'leaf_count', 'root']

function derive(batch: BatchRow, sealed: readonly Sealed[], root: string): Derived {
  const times = new Set(sealed.map(({ item }) => item.time))
  const [time = null] = times
  return {
    recorded_at: times.size === 1 && time !== null ? time : batch.recordedAt,
    leaf_count: sealed.length,
    root,
  }
}

type Fit = {
  /** The head of the batch before, as this one knows it; null when it cannot be told. */
  readonly previous: string | null
  /** The columns that are right only when replaced by what the rows say. */
  readonly changed: readonly BatchColumn[]
  /** The head that the batch should have. */
  readonly head: string
}

/** Finds the fewest columns that must be replaced for the head to come out as it stands. */
function fitOf(
  batch: NamedBatch,
  link: Link,
  sealed: readonly Sealed[],
  root: string,
  hash: Hash,
): Fit {
  const previousHeads = [...new Set([link.stored, link.computed])]
  // Nearly every batch is as it was: then there is nothing to be derived.
  for (const previous of previousHeads)
    if (headAfter(previous, batch, hash) === batch.head)
      return { previous, changed: [], head: batch.head }
  const derived = derive(batch, sealed, root)
  const masks = [1, 2, 4, 3, 5, 6, 7]
  for (const mask of masks)
    for (const previous of previousHeads) {
      const changed = BATCH_COLUMNS.filter((_, index) => (mask & (1 << index)) !== 0)
      const head = headWith(batch, previous, changed, derived, hash)
      if (head === batch.head) return { previous, changed, head }
    }
  return { previous: null, changed: [], head: headAfter(link.computed, batch, hash) }
}

type NamedBatch = BatchRow & { readonly bookId: number }

function headWith(
  batch: NamedBatch,
  previous: string,
  changed: readonly BatchColumn[],
  derived: Derived,
  hash: Hash,
): string {
  const { bookId, seq } = batch
  return headAfter(
    previous,
    {
      bookId,
      seq,
      recordedAt: changed.includes('recorded_at') ? derived.recorded_at : batch.recordedAt,
      leafCount: changed.includes('leaf_count') ? derived.leaf_count : batch.leafCount,
      root: changed.includes('root') ? derived.root : batch.root,
    },
    hash,
  )
}

/**
 * Tells what was wrong with the batch before, once the one after it says which head it knew: the computed one, so the
 * head was changed; or the stored one, so something that the head commits to was.
 */
export function tellLink(link: Link, known: string | null, findings: Findings): void {
  const { batch, stored, computed } = link
  if (batch === null || stored === computed) return
  if (known === computed)
    findings.add(
      'batches',
      String(batch.seq),
      'head',
      { expected: computed, found: stored },
      'the batch after it knows another',
    )
  else
    findings.add(
      'batches',
      String(batch.seq),
      ['seq', 'recorded_at', 'leaf_count', 'root', ...(known === stored ? [] : ['head'])],
      { expected: computed, found: stored },
      'they do not make its head',
    )
}

function tellGap(found: number, expected: number, findings: Findings): void {
  if (found === expected) return
  findings.add(
    'batches',
    String(found),
    'seq',
    { expected, found },
    'batches are counted without a gap',
  )
}

function tellStray(group: Group, seq: number, findings: Findings): void {
  // Rows of a batch that is missing are told of by the gap that it left.
  if (group.seq !== null && group.seq > seq) return
  for (const item of group.items)
    findings.add(
      tableOf(item),
      item.row.id,
      ['id', 'seq', 'book_id'],
      { found: item.row.seq },
      'it is in no batch of this book',
    )
}

function tellColumn(
  batch: BatchRow,
  column: BatchColumn,
  derived: Derived,
  findings: Findings,
): void {
  const expected = { ...derived, recorded_at: timeText(derived.recorded_at) }
  const found = {
    recorded_at: timeText(batch.recordedAt),
    leaf_count: batch.leafCount,
    root: batch.root,
  }
  findings.add(
    'batches',
    String(batch.seq),
    column,
    { expected: expected[column], found: found[column] },
    'its rows and its head tell',
  )
}

function tellCount(
  batch: BatchRow,
  sealed: readonly Sealed[],
  missing: Map<Micros, number>,
  findings: Findings,
): void {
  if (sealed.length < batch.leafCount) {
    missing.set(batch.recordedAt, batch.seq)
    return
  }
  for (const { item } of sealed)
    findings.add(
      tableOf(item),
      item.row.id,
      'id',
      { expected: `${batch.leafCount} rows in batch ${batch.seq}`, found: `${sealed.length}` },
      'one of these rows was added',
    )
}

/** The id of an item has the time of its batch. */
function checkIds(
  batch: BatchRow,
  sealed: readonly Sealed[],
  isElsewhen: boolean,
  findings: Findings,
): void {
  for (const { item } of sealed) {
    if (item.time !== batch.recordedAt && !isElsewhen)
      findings.add(
        tableOf(item),
        item.row.id,
        'id',
        { expected: `an id of ${timeText(batch.recordedAt)}`, found: item.row.id },
        'it does not have the time of its batch',
      )
  }
}
