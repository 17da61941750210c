import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Outage } from '../../src/engine/index.ts'
import { findings } from '../support/audit.ts'
import { Chance } from '../support/chance.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeBook, openBalance, openEngine, type TestEngine } from '../support/engine.ts'
import { faultsOf, payUntil } from '../support/payments.ts'
import { accepted, outcomeOf, post } from '../support/posts.ts'
import { type Judge, Relay, type Verdict } from '../support/relay.ts'

let database: TestDatabase
let relay: Relay
let server: TestEngine
let bookId: number
let world: string

beforeAll(async () => {
  database = await createDatabase()
  relay = await Relay.open(database.url)
  server = openEngine(
    relay.url,
    { outageMs: 1000 },
    { connectMs: 300, statementMs: 300, lockMs: 300 },
  )
  bookId = await makeBook(server)
  world = (await openBalance(server, bookId, { external: true })).id
})

afterAll(async () => {
  relay.judge = () => 'pass'
  expect(await findings(database.query)).toEqual([])
  await server.close()
  await relay.close()
  await database.drop()
})

async function newBalance(): Promise<string> {
  return (await openBalance(server, bookId)).id
}

/** Does something to one in so many of the messages that commit. */
function atCommits(chance: Chance, probability: number, verdict: Verdict): Judge {
  return (data) => (data.includes('commit') && chance.isHit(probability) ? verdict : 'pass')
}

/** Pays for a while under a judge, then with a free way until all is settled. */
async function payUnder(judge: Judge, millis: number) {
  const to = await newBalance()
  relay.judge = judge
  const until = Date.now() + millis
  const paying = payUntil(
    () => server,
    { bookId, from: world, to, clients: 8 },
    () => Date.now() > until,
  )
  setTimeout(() => {
    relay.judge = () => 'pass'
  }, millis)
  const paid = await paying
  expect(await faultsOf(paid, database.query, { bookId, to })).toEqual([])
  return paid
}

describe('when the connection breaks during COMMIT', () => {
  test('before it arrives, nothing is acknowledged that is not there, and nothing is paid twice', async () => {
    const paid = await payUnder(atCommits(new Chance(1), 0.2, 'cut'), 1500)
    expect(paid.acknowledged.size).toBeGreaterThan(0)
    expect(server.recoveries.get('Outage')).toBeGreaterThan(0)
  })

  test('after it has arrived, nothing is acknowledged that is not there, and nothing is paid twice', async () => {
    const paid = await payUnder(atCommits(new Chance(2), 0.2, 'last'), 1500)
    expect(paid.acknowledged.size).toBeGreaterThan(0)
  })

  test('every time, callers learn that the outcome is unknown, and later settle it', async () => {
    const paid = await payUnder(atCommits(new Chance(3), 1, 'last'), 3000)
    expect(paid.unknown).toBeGreaterThan(0)
  })

  test('of an edit, it is made once', async () => {
    const chance = new Chance(4)
    for (let round = 0; round < 8; round += 1) {
      relay.judge = atCommits(chance, 0.5, round % 2 === 0 ? 'last' : 'cut')
      const opened = await newBalance().catch((error: unknown) => {
        expect(error).toBeInstanceOf(Outage)
        return null
      })
      relay.judge = () => 'pass'
      if (opened !== null) await accepted(server, bookId, post(world, opened, 1n))
    }
    const [twice] = await database.query<{ count: number }>(
      `select count(*)::int as count from (
         select from events where book_id = $1 group by subject_id, verb having count(*) > 1) e`,
      [bookId],
    )
    expect(twice).toEqual({ count: 0 })
  })
})

describe('when the way to the database falls silent', () => {
  test('a payment is told so in bounded time, and the next one goes through when it is back', async () => {
    const to = await newBalance()
    relay.judge = () => 'hang'
    await expect(
      server.engine.submit(bookId, [post(world, to, 1n, { reference: 'into silence' })]),
    ).rejects.toThrow(Outage)
    relay.judge = () => 'pass'
    const again = await outcomeOf(
      server,
      bookId,
      post(world, to, 1n, { reference: 'into silence' }),
    )
    expect('id' in again || again.code === 'reference_taken').toBe(true)
  })

  test('a payment that was committed into the silence is not made twice', async () => {
    const to = await newBalance()
    let isSilent = false
    relay.judge = (data) => {
      if (isSilent) return 'hang'
      isSilent = data.includes('commit')
      return isSilent ? 'last' : 'pass'
    }
    await expect(
      server.engine.submit(bookId, [post(world, to, 1n, { reference: 'committed' })]),
    ).rejects.toThrow(Outage)
    relay.judge = () => 'pass'
    expect(
      await outcomeOf(server, bookId, post(world, to, 1n, { reference: 'committed' })),
    ).toEqual({ code: 'reference_taken' })
  })
})

test('when all connections break again and again, payments go on', async () => {
  const cutting = setInterval(() => relay.cut(), 50)
  const paid = await payUnder(() => 'pass', 1500)
  clearInterval(cutting)
  expect(paid.acknowledged.size).toBeGreaterThan(0)
})

test('whoever waits while the database is away is told at once when it is given up', async () => {
  const to = await newBalance()
  const small = openEngine(
    relay.url,
    { outageMs: 500, batchMax: 1 },
    { connectMs: 100, statementMs: 100, lockMs: 100 },
  )
  await accepted(small, bookId, post(world, to, 1n))
  relay.judge = () => 'cut'
  relay.cut()
  const told = await Promise.allSettled(
    Array.from({ length: 50 }, () => small.engine.submit(bookId, [post(world, to, 1n)])),
  )
  relay.judge = () => 'pass'
  expect(told.every((one) => one.status === 'rejected' && one.reason instanceof Outage)).toBe(true)
  await small.close()
})
