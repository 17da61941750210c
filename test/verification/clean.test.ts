import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAt } from '../../src/maintenance.ts'
import type { BookReport } from '../../src/verification/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
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
