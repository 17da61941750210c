/** The connection that batches are written to, where one is more than the system takes at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionLimits } from '../../src/limits.ts'
import { Connections } from '../../src/storage/index.ts'
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

const pause = { name: 'pause', text: 'select pg_sleep($1)', values: ['0.2'] }
const large = { name: 'large', text: 'select length($1)', values: ['x'.repeat(16_000_000)] }

test('a small batch has left as soon as it was sent', async () => {
  const writer = connections.writerOf(1)
  const sent = writer.send([pause])
  await new Promise(setImmediate)
  expect(writer.sending()).toBeNull()
  await sent
})

test('a large batch is told to be on its way until the database has taken it', async () => {
  const writer = connections.writerOf(1)
  await writer.send([pause])
  const sent = writer.send([pause, large])
  await Promise.resolve()
  const sending = writer.sending()
  expect(sending).not.toBeNull()
  expect(writer.sending()).toBe(sending)
  await sending
  expect(writer.sending()).toBeNull()
  await sent
})

test('nobody waits for a large batch whose connection breaks', async () => {
  const writer = connections.writerOf(1)
  await writer.send([pause])
  const sent = writer.send([{ ...pause, values: ['60'] }, large])
  const refused = expect(sent).rejects.toThrow(/database/)
  await Promise.resolve()
  const sending = writer.sending()
  expect(sending).not.toBeNull()
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'diptych writer'`,
  )
  await Promise.all([sending, refused])
  expect(writer.sending()).toBeNull()
})
