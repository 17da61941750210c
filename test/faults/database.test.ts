import { expect, test } from 'vitest'
import { Outage } from '../../src/engine/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { Connections } from '../../src/storage/index.ts'
import { makeSmallBook, openBalance, openEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { faultsOf, payUntil } from '../support/payments.ts'
import { accepted, outcomeOf, post } from '../support/posts.ts'

const database = await fileDatabase()
const server = database.closing(
  openEngine(database.url, { outageMs: 500 }, { connectMs: 500, statementMs: 300, lockMs: 300 }),
)
const { bookId, from: world, to } = await makeSmallBook(server)

/** Runs a statement that closes all other connections, so that what was set takes effect. */
async function setAndReconnect(setting: string): Promise<void> {
  const name = await databaseName()
  await database.query(`alter database ${name} ${setting}`)
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`,
    [name],
  )
}

async function databaseName(): Promise<string> {
  const [row] = await database.query<{ name: string }>('select current_database() as name')
  return row?.name ?? ''
}

test('a database that is set read-only acknowledges nothing, and payments go on when it is not', async () => {
  const order = post(world, to, 1n, { reference: 'while read-only' })
  await setAndReconnect('set default_transaction_read_only = on')
  await expect(server.engine.submit(bookId, [order])).rejects.toThrow(Outage)
  await setAndReconnect('reset default_transaction_read_only').catch(async () => {
    await database.query('set transaction_read_only = off')
    await setAndReconnect('reset default_transaction_read_only')
  })
  await accepted(server, bookId, order)
})

test('a statement that takes too long is not acknowledged, and what it was about is settled later', async () => {
  const order = post(world, to, 1n, { reference: 'while locked' })
  await database.query('begin; select from books for update')
  const told = await Promise.allSettled([server.engine.submit(bookId, [order])])
  expect(told[0]).toMatchObject({ status: 'rejected' })
  await database.query('rollback')
  await accepted(server, bookId, order)
})

test('a book that is locked for a moment only makes payments wait', async () => {
  await database.query('begin; select from books for update')
  const paying = accepted(server, bookId, post(world, to, 1n))
  await new Promise((resolve) => setTimeout(resolve, 350))
  await database.query('rollback')
  await paying
})

test('a database whose connections are ended one after the other loses nothing', async () => {
  const name = await databaseName()
  const until = Date.now() + 1500
  const target = (await openBalance(server, bookId)).id
  const paying = payUntil(
    () => server,
    { bookId, from: world, to: target, clients: 8 },
    () => Date.now() > until,
  )
  while (Date.now() < until) {
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = $1 and pid <> pg_backend_pid() order by random() limit 1`,
      [name],
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const paid = await paying
  expect(await faultsOf(paid, database.query, { bookId, to: target })).toEqual([])
})

test('a database without a free connection makes payments wait or fail, and nothing else', async () => {
  const name = await databaseName()
  await database.query(
    `create role cashier_${name} login password 'x' in role diptych_server connection limit 2`,
  )
  const url = database.url.replace(/\/\/[^@]*@/, `//cashier_${name}:x@`)
  const poor = openEngine(url, { outageMs: 500 }, { role: null, connectMs: 500 })
  const target = (await openBalance(server, bookId)).id
  const until = Date.now() + 1500
  const paying = payUntil(
    () => poor,
    { bookId, from: world, to: target, clients: 8 },
    () => Date.now() > until,
  )
  setTimeout(() => void database.query(`alter role cashier_${name} connection limit -1`), 1000)
  const paid = await paying
  expect(await faultsOf(paid, database.query, { bookId, to: target })).toEqual([])
  await poor.close()
  await database.query(`drop role cashier_${name}`)
})

test('a database that need not keep what it commits is told to keep it', async () => {
  await setAndReconnect('set synchronous_commit = off')
  const connections = new Connections(database.url, { ...connectionLimits, role: null })
  const setting = ['setting', 'show synchronous_commit', []] as const
  const on = [{ synchronous_commit: 'on' }]
  expect(await connections.query(...setting)).toEqual(on)
  const isOn = `select 1 / (current_setting('synchronous_commit') = 'on')::int`
  await connections.writerOf(0).send([{ name: 'is on', text: isOn, values: [] }])
  expect(await connections.transaction((querier) => querier.query(...setting))).toEqual(on)
  await connections.close()
  await setAndReconnect('reset synchronous_commit')
})

test('a payment that the database cannot hold fails alone, and its neighbours are made', async () => {
  const orders = Array.from({ length: 40 }, (_, index) =>
    post(world, to, 1n, {
      reference: `neighbour ${index}`,
      // PostgreSQL has no text with a zero in it.
      description: index === 7 || index === 30 ? 'a\u0000b' : 'plain',
    }),
  )
  const told = await Promise.allSettled(orders.map((order) => outcomeOf(server, bookId, order)))
  const failed = told.flatMap((one, index) => (one.status === 'rejected' ? [index] : []))
  expect(failed).toEqual([7, 30])
  const codes = await Promise.all(
    orders.map((order) => outcomeOf(server, bookId, order).catch(() => null)),
  )
  expect(codes.filter((outcome) => outcome !== null && 'code' in outcome)).toHaveLength(38)
})

test('an edit that goes on after one of its statements failed is not acknowledged, and takes nobody with it', async () => {
  const careless = server.directory.edit(bookId, null, async (reader) => {
    await reader.isEmpty(bookId, ['no id at all']).catch(() => null)
    return { accepted: true, outcome: { changes: [], value: null } }
  })
  const opened = [openBalance(server, bookId), openBalance(server, bookId)]
  await expect(careless).rejects.toThrow()
  for (const balance of await Promise.all(opened))
    await accepted(server, bookId, post(world, balance.id, 1n))
})
