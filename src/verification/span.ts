/**
 * Whether a book is right, found out as fast as can be: what is wrong is for those to say who look closer.
 *
 * Every batch has the head before it and its own, so a book can be read in spans: each begins with the head that stands
 * at its start, and the span before it tells whether that head is right. Spans are read by helpers at the same time,
 * where there are any.
 */
import type { Hash } from '../ledger/index.ts'
import { type ChainTotals, checkChain, idsIn, type Mark, type Span } from './chain.ts'
import { Findings } from './finding.ts'
import { Fold } from './fold.ts'
import type { BatchRow, BookReader } from './port.ts'

/** Leaves of a span, where there are helpers: so many that beginning with one costs little beside reading it. */
const LEAVES = 50_000

/** What a span came to in which nothing is wrong. */
export type SpanReport = ChainTotals & {
  /** Its last batch; null when there is none. */
  readonly last: BatchRow | null
}

/** A span to be read as it was at one moment. */
export type SpanOrder = {
  readonly bookId: number
  readonly snapshotId: string
  readonly span: Span
}

/** Others who read spans at the same time. */
export type Helpers = {
  /** Answers in the order that was asked in. Whoever has heard enough ends it. */
  check(orders: readonly SpanOrder[]): AsyncIterable<SpanReport | null>
}

/** Reads one span; null when something in it is wrong. */
export async function checkSpan(
  reader: BookReader,
  span: Span,
  hash: Hash,
  passed: (mark: Mark) => void = () => {},
): Promise<SpanReport | null> {
  const findings = new Findings(reader.bookId)
  const fold = new Fold(reader)
  const chain = await checkChain(reader, span, fold, findings, hash, passed)
  const { end, missing: _missing, ...totals } = chain
  if (findings.count > 0 || !(await fold.end())) return null
  if (chain.entries !== (await reader.countEntries(idsIn(span)))) return null
  return { ...totals, last: end.batch }
}

/** Reads everything after a batch, and whether balances stand where it leaves them; null when something is wrong. */
export async function checkRest(
  reader: BookReader,
  after: BatchRow | null,
  helpers: Helpers | null,
  hash: Hash,
  passed: (mark: Mark) => void,
): Promise<SpanReport | null> {
  const spans = helpers === null ? [] : await spansAfter(reader, after)
  const report =
    helpers === null || spans.length < 2
      ? await checkSpan(reader, { after, upTo: null }, hash, passed)
      : await checkTogether(reader, spans, helpers, passed)
  return report !== null && (await reader.sumsAreLast()) ? report : null
}

async function spansAfter(reader: BookReader, after: BatchRow | null): Promise<readonly Span[]> {
  const ends = await reader.pieces(after?.seq ?? 0, LEAVES)
  // Where times are not in order, whoever looks closer says so.
  const areInOrder = ends.every(
    ({ recordedAt }, index) =>
      recordedAt > (ends[index - 1] ?? after ?? { recordedAt: 0 }).recordedAt,
  )
  if (!areInOrder) return []
  return ends.map((end, index) => ({
    after: ends[index - 1] ?? after,
    upTo: index === ends.length - 1 ? null : end,
  }))
}

async function checkTogether(
  reader: BookReader,
  spans: readonly Span[],
  helpers: Helpers,
  passed: (mark: Mark) => void,
): Promise<SpanReport | null> {
  const { bookId } = reader
  const snapshotId = await reader.snapshotId()
  const totals = { batches: 0, transactions: 0, entries: 0, events: 0, erased: 0 }
  let last: BatchRow | null = null
  const orders = spans.map((span) => ({ bookId, snapshotId, span }))
  for await (const report of helpers.check(orders)) {
    if (report === null) return null
    for (const name of Object.keys(totals) as (keyof ChainTotals)[]) totals[name] += report[name]
    last = report.last ?? last
    if (last !== null) passed({ seq: last.seq, head: last.head })
  }
  return { ...totals, last }
}
