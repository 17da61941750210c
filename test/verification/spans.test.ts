/** A book that is right is read once, as a whole or in spans by several threads, and each way comes to the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SpanThreads } from '../../src/span-threads.ts'
import { PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { checkSpan, type SpanReport } from '../../src/verification/index.ts'
import type { BookReader } from '../../src/verification/port.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeSample, type Sample } from './sample.ts'

const { hash } = machineSurroundings()
const WHOLE = { after: null, upTo: null }

let database: TestDatabase
let sample: Sample
let store: PostgresVerificationStore
let threads: SpanThreads

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
  store = await PostgresVerificationStore.open(database.url)
  threads = new SpanThreads(database.url)
})

afterAll(async () => {
  await threads.close()
  await store.close()
  await sample.close()
  await database.drop()
})

function reading<T>(work: (reader: BookReader) => Promise<T>): Promise<T> {
  return store.snapshot(sample.bookId, work)
}

/** The book in spans of about so many leaves, each read by whichever thread is free. */
function inSpans(leaves: number): Promise<readonly (SpanReport | null)[]> {
  return reading(async (reader) => {
    const ends = await reader.pieces(0, leaves)
    const orders = ends.map((end, index) => ({
      bookId: sample.bookId,
      span: { after: ends[index - 1] ?? null, upTo: index === ends.length - 1 ? null : end },
    }))
    const snapshotId = await reader.snapshotId()
    const reports: (SpanReport | null)[] = []
    for await (const report of threads.check(orders.map((order) => ({ ...order, snapshotId }))))
      reports.push(report)
    return reports
  })
}

test('a book that is right need not be looked at closer', async () => {
  const whole = await reading((reader) => checkSpan(reader, WHOLE, hash))
  const [count] = await database.query(
    `select (select count(*)::int from entries) as entries, (select count(*)::int from batches) as batches,
            (select count(*)::int from transactions) as transactions, (select count(*)::int from events) as events`,
  )
  expect(whole).toMatchObject({ ...count })
})

test.each([1, 7, 40])('spans of %i leaves come to what the whole comes to', async (leaves) => {
  const whole = await reading((reader) => checkSpan(reader, WHOLE, hash))
  const reports = await inSpans(leaves)
  expect(reports.length).toBeGreaterThan(1)
  expect(reports.at(-1)?.last).toEqual(whole?.last)
  for (const name of ['batches', 'transactions', 'entries', 'events'] as const)
    expect(reports.reduce((sum, report) => sum + (report?.[name] ?? 0), 0)).toBe(whole?.[name])
})

test('the span in which something is wrong says so, and no other', async () => {
  await database.query(`update transactions set reference = 'other' where reference = 'fund'`)
  const reports = await inSpans(7)
  await database.query(`update transactions set reference = 'fund' where reference = 'other'`)
  expect(reports.filter((report) => report === null)).toHaveLength(1)
})

test('a span that lacks a row says so', async () => {
  const [row] = await database.query(
    `select t.id from transactions t where t.kind = 'note' and t.book_id = $1`,
    [sample.bookId],
  )
  await database.query(`create table kept as select * from transactions where id = $1`, [
    row?.['id'],
  ])
  await database.query('delete from transactions where id = $1', [row?.['id']])
  const reports = await inSpans(7)
  await database.query('insert into transactions select * from kept')
  await database.query('drop table kept')
  expect(reports.filter((report) => report === null)).toHaveLength(1)
})
