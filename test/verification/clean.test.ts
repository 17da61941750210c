import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAt } from '../../src/maintenance.ts'
import type { BookReport } from '../../src/verification/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeBook, openBalance, openEngine } from '../support/engine.ts'
import { accepted, post, reverse, settle } from '../support/posts.ts'
import { makeSample, type Sample } from './sample.ts'

let database: TestDatabase
let sample: Sample

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
})

afterAll(async () => {
  await sample.close()
  await database.drop()
})

test('a book that nobody meddled with has no findings', async () => {
  const reports: BookReport[] = []
  await verifyAt(database.url, (report) => reports.push(report))
  expect(reports.flatMap((report) => report.findings)).toEqual([])
  const [{ count } = {}] = await database.query('select count(*)::int as count from entries')
  expect(reports.map((report) => report.entries)).toEqual([count])
})

test('what is settled of a hold after its reversal is no part of the reversal', async () => {
  const engine = openEngine(database.url)
  try {
    const bookId = await makeBook(engine)
    const open = async (external: boolean) => (await openBalance(engine, bookId, { external })).id
    const [world, from, to] = [await open(true), await open(false), await open(false)]
    await accepted(engine, bookId, post(world, from, 10n))
    const holdId = await accepted(engine, bookId, post(from, to, 10n, { kind: 'hold' }))
    await accepted(engine, bookId, settle(holdId, 4n))
    await accepted(engine, bookId, reverse(holdId))
    await accepted(engine, bookId, settle(holdId, 3n))
  } finally {
    await engine.close()
  }
  const found: unknown[] = []
  await verifyAt(database.url, (report) => found.push(...report.findings))
  expect(found).toEqual([])
})
