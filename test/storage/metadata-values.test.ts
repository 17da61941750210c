/** What the program makes of metadata, so that rows can be found by it, is what the database would make of it. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TransactionRow } from '../../src/engine/port.ts'
import type { JsonObject } from '../../src/ledger/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { Connections } from '../../src/storage/index.ts'
import { metadataOfJournal } from '../../src/storage/statements/metadata-values.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let connections: Connections

beforeAll(async () => {
  database = await createDatabase()
  connections = new Connections(database.url, { ...connectionLimits, role: null })
})

afterAll(async () => {
  await connections.close()
  await database.drop()
})

const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\u0000', ''))
const plain = fc.oneof(text, fc.boolean(), fc.maxSafeInteger(), fc.constant(null))
const value = fc.oneof(
  { weight: 5, arbitrary: plain },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(plain),
  fc.dictionary(text, plain),
)
const name = fc.oneof(text, fc.constantFrom('n'.repeat(400), 'n'.repeat(401), 'ü'.repeat(201)))
const metadata = fc.dictionary(name, value).map((all) => ({ ...all }) as JsonObject)

/** As much of a row as is looked at. */
function rowOf(id: string, of: JsonObject, ofEntry: JsonObject): TransactionRow {
  const entry = { balanceId: id, version: 7, details: { metadata: ofEntry } }
  return {
    transaction: { id, metadata: of },
    entries: [{ entry }],
  } as unknown as TransactionRow
}

const MADE = `
select key, value_hash from metadata_values where book_id = 1 and entity = 'transaction' and id = $1
 order by key, value_hash`
const MADE_OF_ENTRY = `
select key, value_hash from entry_metadata where book_id = 1 and balance_id = $1 and version = 7
 order by key, value_hash`
const WANTED = `
select key, substring(sha256(convert_to(value, 'UTF8')) for 16) as value_hash from jsonb_each_text($1::jsonb)
 where value is not null and octet_length(key) <= 400 order by key, value_hash`

test('whatever is in it', async () => {
  await fc.assert(
    fc.asyncProperty(metadata, metadata, async (of, ofEntry) => {
      const id = randomUUID()
      const steps = metadataOfJournal(1, [rowOf(id, of, ofEntry)])
      if (steps.length > 0) await connections.writerOf(1).send(steps)
      const { query } = database
      expect(await query(MADE, [id])).toEqual(await query(WANTED, [JSON.stringify(of)]))
      expect(await query(MADE_OF_ENTRY, [id])).toEqual(
        await query(WANTED, [JSON.stringify(ofEntry)]),
      )
    }),
    { numRuns: 200 },
  )
})

test('500 names of one row are kept, however many there are', async () => {
  const ids = [499, 500, 501].map((count) => {
    const of = Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, true]))
    return { id: randomUUID(), of }
  })
  const rows = ids.map(({ id, of }) => rowOf(id, of, {}))
  await connections.writerOf(1).send(metadataOfJournal(1, rows))
  const counts = await Promise.all(ids.map(({ id }) => database.query(MADE, [id])))
  expect(counts.map((found) => found.length)).toEqual([499, 500, 500])
})
