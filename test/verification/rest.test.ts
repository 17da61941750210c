/** A book that is right is read once; only one that is not is looked at closer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import type { BatchRow } from '../../src/verification/port.ts'
import { checkRest } from '../../src/verification/rest.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeSample, type Sample } from './sample.ts'

const { hash } = machineSurroundings()

let database: TestDatabase
let sample: Sample
let store: PostgresVerificationStore

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
  store = await PostgresVerificationStore.open(database.url)
})

afterAll(async () => {
  await store.close()
  await sample.close()
  await database.drop()
})

function rest() {
  return store.snapshot(sample.bookId, (reader) => checkRest(reader, null, hash, () => {}))
}

test('a book that is right need not be looked at closer', async () => {
  const [count] = await database.query(
    `select (select count(*)::int from entries) as entries, (select count(*)::int from batches) as batches,
            (select count(*)::int from transactions) as transactions, (select count(*)::int from events) as events`,
  )
  expect(await rest()).toMatchObject({ ...count })
})

test('a text that was changed has it looked at closer', async () => {
  await database.query(`update transactions set reference = 'other' where reference = 'fund'`)
  const found = await rest()
  await database.query(`update transactions set reference = 'fund' where reference = 'other'`)
  expect(found).toBeNull()
})

test('so has a row that is missing', async () => {
  const [row] = await database.query(
    `select t.id from transactions t where t.kind = 'note' and t.book_id = $1`,
    [sample.bookId],
  )
  const id = [row?.['id']]
  await database.query('create table kept as select * from transactions where id = $1', id)
  await database.query('delete from transactions where id = $1', id)
  const found = await rest()
  await database.query('insert into transactions select * from kept')
  await database.query('drop table kept')
  expect(found).toBeNull()
})

/** Reads on after the last batch, as if everything had been verified before. */
function restAfterAll() {
  return store.snapshot(sample.bookId, async (reader) => {
    let last: BatchRow | null = null
    for await (const batch of reader.batches(0)) last = batch
    return checkRest(reader, last, hash, () => {})
  })
}

test('so has what a balance comes to, whatever was verified before', async () => {
  expect(await restAfterAll()).not.toBeNull()
  const last = `(balance_id, version) in (
    select balance_id, max(version) from entries where effect = 'post' group by balance_id order by 1 limit 1)`
  await database.query(`update entries set posted_credits = posted_credits + 1 where ${last}`)
  const found = await restAfterAll()
  await database.query(`update entries set posted_credits = posted_credits - 1 where ${last}`)
  expect(found).toBeNull()
})
