/**
 * Recomputes books from their entries and events, and says what is not as it must be.
 *
 * Each book is read as it was at one moment, in the order of its indexes, and nothing is kept of it but what was found:
 * memory does not grow with the book.
 */
import { assert, GENESIS, type Hash, type Micros } from '../ledger/index.ts'
import { checkBalances } from './balance.ts'
import {
  type Chain,
  type ChainTotals,
  checkChain,
  lastIdOf,
  type Mark,
  type Progress,
  tellLink,
  trusted,
} from './chain.ts'
import { checkCheckpoints, type TrustedKeys } from './checkpoints.ts'
import { checkDirectory } from './directory.ts'
import { type Finding, Findings } from './finding.ts'
import { checkLots } from './lots.ts'
import type { BatchRow, BookReader, BookRow, VerificationStore } from './port.ts'
import { checkReferences } from './references.ts'
import { checkRest, type RestReport } from './rest.ts'
import { timeText } from './time-text.ts'
import { checkValueDates } from './value-dates.ts'

/** What was read of a book and found in it. */
export type BookReport = ChainTotals & {
  readonly bookId: number
  /** Where the book stands: whoever keeps the two can tell later whether what led there was changed. */
  readonly seq: number
  readonly head: string
  /** The last batch that was not read again, because it was verified before; 0 when all were. */
  readonly trustedSeq: number
  /** The last batch that is under a checkpoint; 0 when none is. */
  readonly signedSeq: number
  readonly findings: readonly Finding[]
  /** Findings beyond those that are listed. */
  readonly unlisted: number
}

/** What is believed beside the database. */
export type Trust = {
  /** The only keys that checkpoints may be signed with; null when any will do. */
  readonly trusted: TrustedKeys
  /** What was verified before; null to read everything. */
  readonly progress: Progress | null
}

const NO_TRUST: Trust = { trusted: null, progress: null }

/** When a book was made, which its id tells. */
export type MadeAt = (bookId: number) => Micros

/** Verifies one book. */
export async function verifyBook(
  reader: BookReader,
  hash: Hash,
  madeAt: MadeAt,
  { trusted: keys, progress }: Trust,
): Promise<BookReport> {
  const { bookId } = reader
  const findings = new Findings(bookId)
  const book = await reader.book()
  assert(book !== null, 'the books that are verified exist')
  const mark = progress?.markOf(bookId) ?? null
  const after = mark === null ? null : await trusted(reader, mark, findings)
  const passed = (passedMark: Mark) => progress?.passed(bookId, passedMark)
  const right = findings.count === 0 ? await checkRest(reader, after, hash, passed) : null
  const chain =
    right === null ? await lookCloser(reader, after, findings, hash) : wholeChain(right, after)
  checkHead(book, chain, madeAt(bookId), bookId, findings)
  const explained = await checkDirectory(reader, chain.missing, findings)
  for (const [time, seq] of chain.missing)
    if (!explained.has(seq))
      findings.add(
        'transactions',
        `of ${timeText(time)}`,
        'id',
        { expected: 'a row', found: null },
        `batch ${seq} has more leaves than there are rows`,
      )
  const signedSeq = await checkCheckpoints(reader, keys, findings, hash)
  await checkReferences(reader, findings)
  await checkValueDates(reader, findings)
  await checkLots(reader, findings)
  // What is wrong must be found the next time too.
  if (findings.count > 0) progress?.passed(bookId, mark)
  const { end: _end, missing: _missing, ...totals } = chain
  return {
    ...totals,
    bookId,
    seq: book.seq,
    head: book.head,
    trustedSeq: after?.seq ?? 0,
    signedSeq,
    findings: findings.list,
    unlisted: findings.unlisted,
  }
}

/** Finds out what is wrong with the balances and the chain, of which it is known that something is. */
async function lookCloser(
  reader: BookReader,
  after: BatchRow | null,
  findings: Findings,
  hash: Hash,
): Promise<Chain> {
  const unclear = await checkBalances(reader, findings)
  const chain = await checkChain(reader, after, null, findings, hash, () => {})
  for (const { name, columns } of unclear)
    if (!findings.has('entries', name))
      findings.add('entries', name, columns, {}, 'the entry before it tells')
  if (chain.entries !== (await reader.countEntries(lastIdOf(after))))
    await tellOrphans(reader, findings)
  return chain
}

function wholeChain({ last, ...totals }: RestReport, after: BatchRow | null): Chain {
  const batch = last ?? after
  const head = batch?.head ?? GENESIS
  return { ...totals, end: { batch, stored: head, computed: head }, missing: new Map() }
}

/** The row of a book says where its last batch ended. */
function checkHead(
  book: BookRow,
  chain: Chain,
  madeAt: Micros,
  bookId: number,
  findings: Findings,
): void {
  const { batch, computed, stored } = chain.end
  tellLink(
    chain.end,
    book.head === computed ? computed : book.head === stored ? stored : null,
    findings,
  )
  const tell = (column: string, expected: unknown, found: unknown, reason: string) => {
    if (expected !== found)
      findings.add('books', String(bookId), column, { expected, found }, reason)
  }
  if (book.seq > (batch?.seq ?? 0) && book.head !== stored && book.head !== computed) {
    findings.add(
      'batches',
      String((batch?.seq ?? 0) + 1),
      'seq',
      { expected: book.seq, found: batch?.seq ?? 0 },
      'the book has had more batches than there are',
    )
    return
  }
  tell('seq', batch?.seq ?? 0, book.seq, 'it is that of its last batch')
  if (book.head !== computed)
    tell('head', batch === null ? GENESIS : stored, book.head, 'it is that of its last batch')
  tell(
    'recorded_at',
    timeText(batch?.recordedAt ?? book.createdAt),
    timeText(book.recordedAt),
    'it is that of its last batch',
  )
  tell('created_at', timeText(madeAt), timeText(book.createdAt), 'the id of the book tells')
}

async function tellOrphans(reader: BookReader, findings: Findings): Promise<void> {
  for await (const { transactionId, leg } of reader.orphanEntries()) {
    findings.add(
      'entries',
      `${transactionId}/${leg}`,
      'transaction_id',
      { expected: 'a transaction', found: transactionId },
      'there is no such transaction',
    )
    if (!findings.has('transactions', transactionId))
      findings.add(
        'transactions',
        transactionId,
        'id',
        { expected: 'a row', found: null },
        'entries belong to it',
      )
  }
}

/**
 * Verifies every book, one after the other, and hands over the report of each as soon as it is ready.
 *
 * @returns how many findings there were in all
 */
export async function verifyBooks(
  store: VerificationStore,
  hash: Hash,
  madeAt: MadeAt,
  onReport: (report: BookReport) => void,
  trust: Trust = NO_TRUST,
): Promise<number> {
  let count = 0
  for (const bookId of await store.books()) {
    const report = await store.snapshot(bookId, (reader) => verifyBook(reader, hash, madeAt, trust))
    count += report.findings.length + report.unlisted
    onReport(report)
  }
  for (const finding of await strayFindings(store)) {
    count += 1
    onReport(reportOf(finding))
  }
  return count
}

/** Rows that speak of books which do not exist. */
async function strayFindings(store: VerificationStore): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const { bookId, tables } of await store.strays()) {
    const findings = new Findings(bookId)
    // A book that has rows in many tables was there: then it is its own row that is missing.
    const wrong = tables.includes('batches') && tables.length > 1 ? ['books'] : tables
    for (const table of wrong)
      findings.add(
        table,
        `of book ${bookId}`,
        'book_id',
        { expected: 'a book', found: bookId },
        table === 'books' ? 'other tables have its rows' : 'there is no such book',
      )
    found.push(...findings.list)
  }
  const between = new Findings(0)
  for (const { table, id, column, expected, found: there } of await store.danglingBooks())
    between.add(table, id, column, { expected, found: there }, 'there is no such book')
  return [...found, ...between.list]
}

function reportOf(finding: Finding): BookReport {
  return {
    bookId: finding.bookId,
    seq: 0,
    head: '',
    signedSeq: 0,
    trustedSeq: 0,
    batches: 0,
    transactions: 0,
    entries: 0,
    events: 0,
    erased: 0,
    findings: [finding],
    unlisted: 0,
  }
}
