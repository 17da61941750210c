import { expect, test } from 'vitest'
import { Outage, Overloaded } from '../../src/engine/index.ts'
import { makeSmallBook, openBalance, openEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { accepted, FAR, post } from '../support/posts.ts'
import { Relay } from '../support/relay.ts'

const database = await fileDatabase()
const server = database.closing(openEngine(database.url))

async function countOf(bookId: number): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from transactions where book_id = $1',
    [bookId],
  )
  return row?.count ?? -1
}

test('past its bound the queue turns commands away; they leave no trace, and all others are answered', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const small = openEngine(database.url, { queueMax: 50, batchMax: 10 })
  const told = await Promise.allSettled(
    Array.from({ length: 500 }, () => small.engine.submit(bookId, [post(from, to, 1n)])),
  )
  const accepted_ = told.filter((one) => one.status === 'fulfilled' && one.value.accepted)
  const refused = told.filter((one) => one.status === 'rejected')
  expect(refused.every((one) => one.reason instanceof Overloaded)).toBe(true)
  expect(accepted_.length).toBe(50)
  expect(await countOf(bookId)).toBe(50)
  await small.close()
})

test('a group larger than the queue is taken when nothing else waits', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const small = openEngine(database.url, { queueMax: 5, batchMax: 5 })
  const group = Array.from({ length: 30 }, () => post(from, to, 1n))
  expect(await small.engine.submit(bookId, group)).toMatchObject({ accepted: true })
  await small.close()
})

test('an engine that is closed answers what it accepted and takes nothing more', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const closing = openEngine(database.url, { batchMax: 3 })
  const submitted = Array.from({ length: 30 }, () =>
    closing.engine.submit(bookId, [post(from, to, 1n)]),
  )
  const closed = closing.engine.close()
  await expect(closing.engine.submit(bookId, [post(from, to, 1n)])).rejects.toThrow(Overloaded)
  await closed
  for (const decision of await Promise.all(submitted)) expect(decision.accepted).toBe(true)
  expect(await countOf(bookId)).toBe(30)
  await closing.close()
})

test('an engine that is closed while the database is away tells everybody and ends', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const relay = await Relay.open(database.url)
  const closing = openEngine(relay.url, { outageMs: 300 }, { connectMs: 100 })
  await accepted(closing, bookId, post(from, to, 1n))
  relay.judge = () => 'cut'
  const submitted = Array.from({ length: 30 }, () =>
    closing.engine.submit(bookId, [post(from, to, 1n)]),
  )
  const told = Promise.allSettled(submitted)
  await closing.close()
  for (const one of await told)
    expect(one.status === 'rejected' ? one.reason : one.value).toBeInstanceOf(Outage)
  await relay.close()
})

test('more books than are kept at hand are all written', async () => {
  const few = openEngine(database.url, { booksMax: 2 })
  const books = await Promise.all(Array.from({ length: 8 }, () => makeSmallBook(server)))
  const rounds = Array.from({ length: 10 }, async () => {
    for (const { bookId, from, to } of books) await accepted(few, bookId, post(from, to, 1n))
  })
  await Promise.all(rounds)
  for (const { bookId } of books) expect(await countOf(bookId)).toBe(10)
  await few.close()
})

test('orders of many legs make batches of fewer orders', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const counted = openEngine(database.url, { batchMax: 10 })
  const legs = 20
  const order = {
    ...post(from, to, BigInt(legs)),
    destinations: Array.from({ length: legs }, () => post(from, to, 1n).destinations).flat(),
  }
  await Promise.all(Array.from({ length: 20 }, () => counted.engine.submit(bookId, [order])))
  const sizes = await database.query<{ size: number }>(
    'select count(*)::int as size from transactions where book_id = $1 group by seq',
    [bookId],
  )
  expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThanOrEqual(1)
  await counted.close()
})

test('payments that draw on many lots make batches of fewer payments', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const identityId = server.engine.freeId()
  const { id } = await openBalance(server, bookId, { lineage: 'proportional', identityId })
  for (let provider = 0; provider < 10; provider += 1)
    await accepted(server, bookId, post(from, id, 1000n, { provider: `provider ${provider}` }))
  const counted = openEngine(database.url, { batchMax: 10 })
  const pay = post(id, to, 100n)
  const paid = await Promise.all(
    Array.from({ length: 30 }, () => counted.engine.submit(bookId, [pay])),
  )
  expect(paid.every(({ accepted }) => accepted)).toBe(true)
  const sizes = await database.query<{ size: number }>(
    'select count(*)::int as size from transactions where book_id = $1 group by seq',
    [bookId],
  )
  // Each payment is one transaction and ten steps; four transactions for each of ten commands fill a batch.
  expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThanOrEqual(44)
  await counted.close()
})

test('batches are written whatever mix of things is in them, on one connection', async () => {
  const { bookId, from, to } = await makeSmallBook(server)
  const effectiveAt = Date.now() * 1000 - 86_400_000_000
  const key = (name: string) => ({ key: name, fingerprint: 'f', expiresAt: FAR })
  const backdated = { kind: 'hold', effectiveAt } as const
  const other = (await openBalance(server, bookId)).id
  for (const command of [
    post(from, to, 9n),
    post(to, other, 1n, backdated),
    post(to, other, 1n, { ...backdated, key: key('one') }),
    post(to, other, 1n, { effectiveAt, key: key('two') }),
    post(to, other, 1n, { ...backdated, expiresAt: FAR }),
    post(to, other, 1n, { effectiveAt }),
  ])
    await accepted(server, bookId, command)
  expect(await countOf(bookId)).toBe(6)
  expect(server.recoveries.get('error')).toBe(undefined)
})
