import { describe, expect, test } from 'vitest'
import {
  makeBook,
  type NewTestBalance,
  openBalance,
  openEngine,
  type TestEngine,
} from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { leg } from '../support/ledger.ts'
import {
  accepted,
  FAR,
  outcomeOf,
  post,
  postOf,
  release,
  reverse,
  settle,
} from '../support/posts.ts'

const database = await fileDatabase()
/** One that remembers, and one that has just been started for each test. */
const server = database.closing(openEngine(database.url))
const bookId = await makeBook(server)
const world = await open({ external: true })

async function open(order: NewTestBalance = {}): Promise<string> {
  return (await openBalance(server, bookId, order)).id
}

/** A balance with money on it. */
async function funded(amount: bigint, order: NewTestBalance = {}): Promise<string> {
  const id = await open(order)
  await accepted(server, bookId, post(world, id, amount))
  return id
}

/** Runs the work on a server that has just been started. */
async function restarted<T>(work: (fresh: TestEngine) => Promise<T>): Promise<T> {
  const fresh = openEngine(database.url)
  try {
    return await work(fresh)
  } finally {
    await fresh.close()
  }
}

describe('a caller who never got an answer and asks again after a restart', () => {
  test('is told that the reference is taken, though the money is gone', async () => {
    const from = await funded(10n)
    const order = post(from, world, 10n, { reference: 'the only payment' })
    await accepted(server, bookId, order)
    const again = await restarted((fresh) => outcomeOf(fresh, bookId, order))
    expect(again).toEqual({ code: 'reference_taken' })
  })

  test('is told what was posted under the key, though the money is gone', async () => {
    const from = await funded(10n)
    const key = { key: 'the only key', fingerprint: 'f', expiresAt: FAR }
    const order = post(from, world, 10n, { key })
    const id = await accepted(server, bookId, order)
    const again = await restarted((fresh) => outcomeOf(fresh, bookId, order))
    expect(again).toEqual({ id, isReplay: true })
  })

  test('is told what was posted under the key, though only the reference is remembered', async () => {
    const key = { key: 'the forgotten key', fingerprint: 'f', expiresAt: FAR }
    const reference = 'the remembered reference'
    const from = await funded(10n)
    const order = post(from, world, 10n, { key, reference })
    const id = await accepted(server, bookId, order)
    await restarted(async (fresh) => {
      const other = post(from, world, 10n, { reference })
      expect(await outcomeOf(fresh, bookId, other)).toEqual({ code: 'reference_taken' })
      expect(await outcomeOf(fresh, bookId, order)).toEqual({ id, isReplay: true })
    })
  })

  test('is told that the reference is taken, though the hold has ended', async () => {
    const holdId = await accepted(
      server,
      bookId,
      post(await funded(10n), world, 10n, { kind: 'hold' }),
    )
    const order = { ...settle(holdId), reference: 'the only settlement' }
    await accepted(server, bookId, order)
    const again = await restarted((fresh) => outcomeOf(fresh, bookId, order))
    expect(again).toEqual({ code: 'reference_taken' })
  })

  test('is told that the reference is taken, though the balance is closed', async () => {
    const from = await funded(10n)
    const order = post(from, world, 10n, { reference: 'before the end' })
    await accepted(server, bookId, order)
    await server.directory.remove('balance', bookId, from, null)
    const again = await restarted((fresh) => outcomeOf(fresh, bookId, order))
    expect(again).toEqual({ code: 'reference_taken' })
  })
})

describe('two servers', () => {
  test('see money that came in through the other one', async () => {
    const from = await open()
    await restarted(async (other) => {
      for (let round = 0; round < 5; round += 1) {
        expect(await outcomeOf(server, bookId, post(from, world, 10n))).toEqual({
          code: 'insufficient_funds',
        })
        await accepted(other, bookId, post(world, from, 10n))
        await accepted(server, bookId, post(from, world, 10n))
      }
    })
  })

  test('refuse no settlement of a hold that the other one has made', async () => {
    const from = await funded(50n)
    await restarted(async (other) => {
      for (let round = 0; round < 5; round += 1) {
        const holdId = await accepted(other, bookId, post(from, world, 10n, { kind: 'hold' }))
        await accepted(server, bookId, settle(holdId))
      }
    })
  })

  test('tell the truth about a group of which an earlier part would have been refused', async () => {
    const holdId = await accepted(
      server,
      bookId,
      post(await funded(10n), world, 10n, { kind: 'hold' }),
    )
    await restarted((other) => accepted(other, bookId, settle(holdId)))
    const decision = await server.engine.submit(bookId, [release(holdId), release(holdId)])
    expect(decision).toMatchObject({
      refusal: { index: 0, refusal: { code: 'hold_already_posted' } },
    })
  })
})

describe('an overdraft', () => {
  test('is repaid by a server that has forgotten its companion', async () => {
    const small = openEngine(database.url, { balancesMax: 2, othersMax: 2 })
    const owing = await openBalance(server, bookId, { overdraftLimit: null })
    const others = [await funded(10n), await funded(10n)]
    await accepted(small, bookId, post(owing.id, world, 30n))
    for (const other of [...others, ...others])
      await accepted(small, bookId, post(other, world, 1n))
    await accepted(small, bookId, post(world, owing.id, 20n))
    await small.close()
    const [companion] = await database.query(
      `select (posted_debits - posted_credits) * 1e18 = 10 as right from balance_sums where book_id = $1 and id = $2`,
      [bookId, owing.companionId],
    )
    expect(companion).toEqual({ right: true })
  })

  test('that carried a whole payment is reversed by a server that has never seen the balance', async () => {
    const owing = await openBalance(server, bookId, { overdraftLimit: 100n })
    const id = await accepted(server, bookId, post(owing.id, world, 30n))
    await restarted((fresh) => accepted(fresh, bookId, reverse(id)))
  })
})

describe('a reversal', () => {
  test('undoes what was settled after it was first tried', async () => {
    const from = await funded(100n)
    const to = await open()
    const holdId = await accepted(server, bookId, post(from, to, 100n, { kind: 'hold' }))
    expect(await outcomeOf(server, bookId, reverse(holdId))).toEqual({ code: 'not_reversible' })
    await accepted(server, bookId, settle(holdId, 40n))
    const tried = server.engine.submit(bookId, [reverse(holdId), post(to, world, 1000n)])
    expect(await tried).toMatchObject({ accepted: false })
    await accepted(server, bookId, settle(holdId, 60n))
    const decision = await server.engine.submit(bookId, [reverse(holdId)])
    expect(decision).toMatchObject({ outcome: [{ transaction: { amount: 100n } }] })
  })

  test('of a hold and of its settlement undo the same money, so only one is made', async () => {
    const holdId = await accepted(
      server,
      bookId,
      post(await funded(10n), world, 10n, { kind: 'hold' }),
    )
    const settlementId = await accepted(server, bookId, settle(holdId))
    await accepted(server, bookId, reverse(settlementId))
    expect(await outcomeOf(server, bookId, reverse(holdId))).toEqual({ code: 'already_reversed' })
    const fresh = await restarted((other) => outcomeOf(other, bookId, reverse(holdId)))
    expect(fresh).toEqual({ code: 'already_reversed' })
  })

  test('of one part of a hold leaves the other part to be reversed', async () => {
    const from = await funded(10n)
    const holdId = await accepted(server, bookId, post(from, world, 10n, { kind: 'hold' }))
    const parts = [
      await accepted(server, bookId, settle(holdId, 4n)),
      await accepted(server, bookId, settle(holdId)),
    ]
    const decisions = await Promise.all(
      parts.map((part) => server.engine.submit(bookId, [reverse(part, true)])),
    )
    expect(decisions.map((decision) => decision.accepted)).toEqual([true, true])
  })

  test('sees a settlement that is still on its way', async () => {
    const from = await funded(100n)
    const to = await open()
    for (let round = 0; round < 10; round += 1) {
      const holdId = await accepted(server, bookId, post(from, to, 1n, { kind: 'hold' }))
      const settled = server.engine.submit(bookId, [settle(holdId)])
      // The settlement has been sent by now and is not there yet.
      await new Promise((resolve) => setTimeout(resolve, 1))
      const reversed = server.engine.submit(bookId, [reverse(holdId)])
      expect([(await settled).accepted, (await reversed).accepted]).toEqual([true, true])
    }
  })
})

test('a scheduled payment whose name was taken is rejected once, not tried for ever', async () => {
  const from = await funded(20n)
  const request = { reference: 'later', dueAt: FAR }
  const requestId = await accepted(
    server,
    bookId,
    post(from, world, 10n, { reference: 'contested', request }),
  )
  await accepted(server, bookId, post(from, world, 10n, { reference: 'contested' }))
  await restarted(async (fresh) => {
    const decision = await fresh.engine.submit(bookId, [{ type: 'execute', requestId }])
    expect(decision).toMatchObject({
      outcome: [{ transaction: { kind: 'rejection' }, rejection: { code: 'reference_taken' } }],
    })
  })
  expect(await outcomeOf(server, bookId, { type: 'execute', requestId })).toEqual({
    code: 'transaction_not_found',
  })
})

test('a group larger than everything the engine may remember is posted', async () => {
  const small = openEngine(database.url, { balancesMax: 2, othersMax: 2, batchMax: 2 })
  const ids = await Promise.all(Array.from({ length: 12 }, () => funded(5n)))
  const group = ids.flatMap((id) => [
    post(id, world, 2n, { kind: 'hold', reference: `hold of ${id}` }),
    post(id, world, 3n, { reference: `post of ${id}` }),
  ])
  expect(await small.engine.submit(bookId, group)).toMatchObject({ accepted: true })
  await small.close()
})

test('a transaction of a thousand legs on either side is posted and undone', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => open()))
  const legs = Array.from({ length: 1000 }, (_, index) => leg(ids[index % 20] ?? '', 1n))
  const id = await accepted(
    server,
    bookId,
    postOf(
      Array.from({ length: 1000 }, () => leg(world, 1n)),
      legs,
    ),
  )
  await restarted((fresh) => accepted(fresh, bookId, reverse(id)))
})
