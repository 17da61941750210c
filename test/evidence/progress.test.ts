/** Verification that goes on where it was left. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { makeSample, type Sample } from '../verification/sample.ts'

let database: TestDatabase
let sample: Sample
let folder: string
let file: string

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
  folder = mkdtempSync(path.join(tmpdir(), 'diptych-progress-'))
  file = path.join(folder, 'progress.json')
})

afterAll(async () => {
  await sample.close()
  await database.drop()
  rmSync(folder, { recursive: true })
})

function verify(): Promise<Ended> {
  return runProgram(['verify', '--json', '--progress', file], { DATABASE_URL: database.url })
}

function bookOf({ stdout }: Ended) {
  return JSON.parse(stdout).books[0]
}

function marks(): Record<string, { seq: number; head: string }> {
  return JSON.parse(readFileSync(file, 'utf8')).books
}

test('what was verified before is trusted, and said to be', async () => {
  const first = await verify()
  expect(first.code).toBe(0)
  expect(bookOf(first)).toMatchObject({ trustedSeq: 0 })
  const [mark] = Object.values(marks())
  expect(mark).toEqual({ seq: bookOf(first).seq, head: bookOf(first).head })
  const second = await verify()
  expect(second.code).toBe(0)
  expect(bookOf(second)).toMatchObject({ trustedSeq: mark?.seq, batches: 0, entries: 0 })
})

test('from the middle on everything is read, and what is wrong there is found', async () => {
  const middle = Math.floor((bookOf(await verify()).seq as number) / 2)
  const [batch] = await database.query('select head from batches where seq = $1', [middle])
  const books = { [sample.bookId]: { seq: middle, head: batch?.['head'] } }
  const write = () => writeFileSync(file, JSON.stringify({ format: 'diptych-progress-1', books }))
  write()
  const rest = await verify()
  expect(rest.code, rest.stdout).toBe(0)
  expect(bookOf(rest)).toMatchObject({ trustedSeq: middle })
  expect(bookOf(rest).batches).toBe(bookOf(rest).seq - middle)

  write()
  await database.query(`update transactions set reference = 'other' where reference = 'fund'`)
  const wrong = await verify()
  expect(wrong.code).toBe(1)
  const [finding] = bookOf(wrong).findings
  expect(finding.table).toBe('transactions')
  expect(finding.columns).toContain('reference')
  await database.query(`update transactions set reference = 'fund' where reference = 'other'`)
})

test('a history that was rewritten since is found', async () => {
  const books = { [sample.bookId]: { seq: 2, head: 'a'.repeat(64) } }
  writeFileSync(file, JSON.stringify({ format: 'diptych-progress-1', books }))
  const ended = await verify()
  expect(ended.code).toBe(1)
  expect(bookOf(ended).findings[0].reason).toContain('rewritten')
  expect(marks()[sample.bookId]).toEqual({ seq: 2, head: 'a'.repeat(64) })
})

test('a file of something else is refused', async () => {
  writeFileSync(file, '{"books": 1}')
  expect((await verify()).code).toBe(2)
})
