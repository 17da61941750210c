/** Bulks as large as they may be. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from '../support/audit.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const MOST = 10_000

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

/** One payment of 1.00 to each of a hundred, and again, under names of their own. */
function payments(name: string, count: number, last: object = {}) {
  return Array.from({ length: count }, (_, n) => ({
    amount: 1,
    precision: 100,
    currency: 'USD',
    reference: `${name}-${n}`,
    description: 'wages',
    source: `@${name}-payer`,
    destination: `@${name}-${n % 100}`,
    allow_overdraft: true,
    ...(n === count - 1 ? last : {}),
  }))
}

const bulk = (transactions: object, more: object = {}) =>
  server.send('POST', '/transactions/bulk', { skip_queue: true, ...more, transactions })

async function standing(indicator: string): Promise<readonly number[] | null> {
  const path = `/balances/indicator/${encodeURIComponent(indicator)}/currency/USD`
  const { status, body } = await server.send('GET', path)
  return status === 404 ? null : [body.balance, body.inflight_balance]
}

test('an atomic bulk of 10,000 is carried out, and refunded as a whole', async () => {
  const made = await bulk(payments('whole', MOST), { atomic: true })
  expect(made.body).toMatchObject({ status: 'applied', transaction_count: MOST })
  expect([await standing('@whole-payer'), await standing('@whole-99')]).toEqual([
    [-1_000_000, 0],
    [10_000, 0],
  ])
  const path = `/refund-transaction/${made.body.batch_id}`
  expect((await server.send('POST', path, { skip_queue: true })).status).toBe(201)
  expect([await standing('@whole-payer'), await standing('@whole-99')]).toEqual([
    [0, 0],
    [0, 0],
  ])
  expect((await server.send('POST', path, { skip_queue: true })).status).toBe(409)
})

test('an atomic bulk of 10,000 of which the last is refused leaves nothing', async () => {
  const refused = await bulk(payments('none', MOST, { allow_overdraft: false, source: '@none' }), {
    atomic: true,
  })
  expect(refused.status).toBe(400)
  expect(refused.body.error).toMatch(/^failed to queue transaction 10000 .* have been refunded\.$/)
  expect((await server.send('GET', '/transactions/reference/none-0')).status).toBe(404)
  expect(await standing('@none-1')).toEqual([0, 0])
})

test('10,000 holds are committed by the id of their bulk', async () => {
  const { body } = await bulk(payments('held', MOST), { inflight: true })
  expect(body.status).toBe('inflight')
  expect(await standing('@held-payer')).toEqual([0, -1_000_000])
  const commit = { status: 'commit', skip_queue: true }
  const path = `/transactions/inflight/${body.batch_id}`
  expect((await server.send('PUT', path, commit)).status).toBe(200)
  expect(await standing('@held-payer')).toEqual([-1_000_000, 0])
})

test('10,000 through the queue are all there when the answer is', async () => {
  const { status } = await bulk(payments('queued', MOST), { skip_queue: false, run_async: true })
  expect(status).toBe(202)
  expect(await standing('@queued-payer')).toEqual([-1_000_000, 0])
})

test('10,001 are refused before anything is done', async () => {
  const { status, body } = await bulk(payments('more', MOST + 1))
  expect([status, body.error_detail]).toEqual([
    400,
    { code: 'TXN_BULK_LIMIT_EXCEEDED', message: 'too many transactions; max is 10000' },
  ])
  expect(await standing('@more-payer')).toBeNull()
})

test('books with large bulks verify', async () => {
  expect(await findings(server.database.query)).toEqual([])
})
