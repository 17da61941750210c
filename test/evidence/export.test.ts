/** A book as a third party gets it: what was tampered with does not pass, whatever it is. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  checkExport,
  type ExportReport,
  exportLines,
  publicKeysIn,
} from '../../src/evidence/index.ts'
import { PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeSample, type Sample } from '../verification/sample.ts'

const { hash } = machineSurroundings()

let database: TestDatabase
let sample: Sample
let store: PostgresVerificationStore
let keys: ReadonlySet<string>
let lines: readonly string[]

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
  store = await PostgresVerificationStore.open(database.url)
  keys = publicKeysIn(sample.publicKey)
  lines = await exported(true)
})

afterAll(async () => {
  await store.close()
  await sample.close()
  await database.drop()
})

function exported(isOpen: boolean): Promise<string[]> {
  return store.snapshot(sample.bookId, async (reader) => {
    const all: string[] = []
    for await (const line of exportLines(reader, isOpen, hash)) all.push(line.trimEnd())
    return all
  })
}

function check(of: readonly string[]): Promise<ExportReport> {
  const given = async function* () {
    yield* of
  }
  return checkExport(given(), keys, hash)
}

test('a book that was exported is verified with nothing but its lines and the public key', async () => {
  const report = await check(lines)
  expect(report.faults).toEqual([])
  const [counted] = await database.query(
    `select (select count(*)::int from batches) as batches, (select count(*)::int from entries) as entries,
            (select count(*)::int from transactions) as transactions, (select count(*)::int from events) as events,
            (select head from books) as head`,
  )
  expect(report).toMatchObject({ ...counted, bookId: sample.bookId, closed: 0 })
  expect(report.checkpoint?.seq).toBe(counted?.['batches'])
  for (const { debits, credits } of report.assets) expect(debits).toBe(credits)
})

test('without its texts it is verified all the same', async () => {
  const closed = await exported(false)
  const report = await check(closed)
  expect(report.faults).toEqual([])
  expect(report.closed).toBeGreaterThan(0)
  expect(closed.join('\n')).not.toContain('First money')
  expect(lines.join('\n')).toContain('First money')
})

/** Every value of a document in turn replaced by another of its kind. */
function* variants(value: unknown): Iterable<unknown> {
  if (Array.isArray(value))
    for (const [index, item] of value.entries())
      for (const other of variants(item)) yield value.with(index, other)
  else if (value !== null && typeof value === 'object')
    for (const [name, item] of Object.entries(value))
      for (const other of variants(item)) yield { ...value, [name]: other }
  else if (typeof value === 'string') yield* [`${value}1`, '', null]
  else if (typeof value === 'number') yield* [value + 1, String(value)]
  else if (value === null) yield* ['00000000-0000-4000-8000-000000000009', { a: 1 }]
  else yield !value
}

test('every change of every value is found', async () => {
  const missed: string[] = []
  const seen = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const document = JSON.parse(line) as Record<string, Record<string, unknown>>
    const item = document['transaction'] ?? document['event']
    const kind = `${Object.keys(document)[0]} ${item?.['kind'] ?? item?.['verb']} ${item?.['seal'] === null}`
    if (seen.has(kind)) continue
    seen.add(kind)
    for (const variant of variants(document)) {
      const { faults } = await check(lines.with(index, JSON.stringify(variant)))
      if (faults.length === 0) missed.push(JSON.stringify(variant))
    }
  }
  expect(seen.size).toBeGreaterThan(10)
  expect(missed).toEqual([])
})

test('every line that is left out, added or swapped is found', async () => {
  for (const [index, line] of lines.entries()) {
    expect((await check(lines.toSpliced(index, 1))).faults, `without ${line}`).not.toEqual([])
    expect((await check(lines.toSpliced(index, 0, line))).faults, `twice ${line}`).not.toEqual([])
    const next = lines[index + 1]
    if (next !== undefined)
      expect(
        (await check(lines.toSpliced(index, 2, next, line))).faults,
        `swapped ${line}`,
      ).not.toEqual([])
  }
})

test('a checkpoint of another key is not believed', async () => {
  const { faults } = await checkExport(
    (async function* () {
      yield* lines
    })(),
    new Set(['another']),
    hash,
  )
  expect(faults.map(({ what }) => what)).toContainEqual(
    expect.stringContaining('is signed with another key'),
  )
})
