/** What may happen once happens once: by key, by hold, by original, by the money there is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let first: TestServer
let second: TestServer
let ledger: Bench

beforeAll(async () => {
  first = await startTestServer({ midazProfile: 'v3' })
  second = await startTestServer({ midazProfile: 'v3' }, first.database)
  ledger = await ledgerWith(first, ['@a', '@b'])
  await ledger.inflow('@a', '10000')
})

afterAll(async () => {
  await second.stop()
  await first.stop()
})

/** Does the same from many clients at once, half of them at another server. */
function together<T>(count: number, act: (bench: Bench) => Promise<T>): Promise<readonly T[]> {
  const other = ledger.through(second)
  return Promise.all(Array.from({ length: count }, (_, n) => act(n % 2 === 0 ? ledger : other)))
}

const tally = (answers: readonly { readonly status: number }[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test('of 200 debits of 1 from a balance of 100, from two servers, exactly 100 are made', async () => {
  const bench = await ledgerWith(first, ['@x', '@y'])
  await bench.inflow('@x', '100')
  const other = bench.through(second)
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      (n % 2 === 0 ? bench : other).pay('1', [['@x', '1']], [['@y', '1']]),
    ),
  )
  expect(tally(answers)).toEqual({ 201: 100, 422: 100 })
  expect((await bench.balance('@x')).available).toBe('0')
  expect((await bench.balance('@y')).available).toBe('100')
})

test('of many commits and cancellations of one pending transaction, one wins', async () => {
  for (let round = 0; round < 10; round += 1) {
    const held = await ledger.pay('3', [['@a', '3']], [['@b', '3']], { pending: true })
    let turn = 0
    const answers = await together(16, (bench) => {
      turn += 1
      const end = turn % 3 === 0 ? 'cancel' : 'commit'
      return bench.send('POST', `/transactions/${held.body.id}/${end}`)
    })
    expect(tally(answers)).toEqual({ 201: 1, 422: 15 })
  }
  expect((await ledger.balance('@a')).onHold).toBe('0')
})

test('of many reversals of one transaction, one is made', async () => {
  for (let round = 0; round < 10; round += 1) {
    const paid = await ledger.pay('3', [['@a', '3']], [['@b', '3']])
    const answers = await together(16, (bench) =>
      bench.send('POST', `/transactions/${paid.body.id}/revert`),
    )
    expect(tally(answers)).toEqual({ 201: 1, 400: 15 })
  }
})

describe('a key', () => {
  const one = (bench: Bench, key: string, ttl?: string) =>
    bench.pay(
      '1',
      [['@a', '1']],
      [['@b', '1']],
      {},
      {
        'x-idempotency': key,
        ...(ttl === undefined ? {} : { 'x-ttl': ttl }),
      },
    )

  test('makes one transaction, whoever uses it at the same time; all get the same answer', async () => {
    const before = (await ledger.balance('@b')).available
    const answers = await together(64, (bench) => one(bench, 'together'))
    expect(tally(answers)).toEqual({ 201: 64 })
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    const made = answers.filter(({ headers }) => headers.get('x-idempotency-replayed') === 'false')
    expect(made).toHaveLength(1)
    expect(Number((await ledger.balance('@b')).available)).toBe(Number(before) + 1)
  })

  test('is answered as the first time, whatever became of the transaction since', async () => {
    const order = { pending: true }
    const key = { 'x-idempotency': 'pending' }
    const made = await ledger.pay('1', [['@a', '1']], [['@b', '1']], order, key)
    await ledger.send('POST', `/transactions/${made.body.id}/commit`)
    const again = await ledger.pay('1', [['@a', '1']], [['@b', '1']], order, key)
    expect(again.headers.get('x-idempotency-replayed')).toBe('true')
    expect(again.body).toEqual(made.body)
  })

  test('recognizes the same request in another spelling', async () => {
    const key = { 'x-idempotency': 'spelling' }
    const made = await ledger.pay('2', [['@a', '2.0']], [['@b', '2']], {}, key)
    const again = await ledger.pay(
      '2.00',
      [['@a', '2']],
      [['@b', '2.000']],
      { description: null },
      key,
    )
    expect(again.body.id).toBe(made.body.id)
  })

  test('is free again after a refusal', async () => {
    const key = { 'x-idempotency': 'refused' }
    const refused = await ledger.pay('99999', [['@a', '99999']], [['@b', '99999']], {}, key)
    expect(refused.status).toBe(422)
    expect((await ledger.pay('1', [['@a', '1']], [['@b', '1']], {}, key)).status).toBe(201)
  })

  test('is free again when its time is over', async () => {
    const made = await one(ledger, 'short', '1')
    expect((await one(ledger, 'short', '1')).body.id).toBe(made.body.id)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await one(ledger, 'short', '1')).body.id).not.toBe(made.body.id)
  })

  test('belongs to its ledger', async () => {
    const bench = await ledgerWith(first, ['@a', '@b'])
    await bench.inflow('@a', '10')
    const [here, there] = [await one(ledger, 'anywhere'), await one(bench, 'anywhere')]
    expect([here.status, there.status]).toEqual([201, 201])
    expect(here.body.id).not.toBe(there.body.id)
  })

  test('makes a reversal safe to repeat', async () => {
    const paid = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    const path = `/transactions/${paid.body.id}/revert`
    const key = { 'x-idempotency': 'revert' }
    const made = await ledger.send('POST', path, undefined, key)
    const again = await ledger.send('POST', path, undefined, key)
    expect([again.status, again.body]).toEqual([201, made.body])
    expect(again.headers.get('x-idempotency-replayed')).toBe('true')
  })
})

test('equal transactions without a key are one where the operator has asked for it', async () => {
  const server = await startTestServer({ midazProfile: 'v3', midazImplicitIdempotency: true })
  try {
    const bench = await ledgerWith(server, ['@a', '@b'])
    await bench.inflow('@a', '10')
    const made = await bench.pay('1', [['@a', '1']], [['@b', '1']])
    const again = await bench.pay('1.00', [['@a', '1']], [['@b', '1']])
    expect(again.body.id).toBe(made.body.id)
    expect((await bench.balance('@b')).available).toBe('1')
  } finally {
    await server.stop()
  }
})
