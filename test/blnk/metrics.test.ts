/** What Blnk's dashboards look for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

async function metric(name: string): Promise<number> {
  const { text } = await server.send('GET', '/metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}

test('transactions are counted by status and currency, holds by how they end, and balances', async () => {
  const post = async (more: object) => {
    const answer = await server.send('POST', '/transactions', {
      amount: 5,
      precision: 100,
      currency: 'USD',
      description: 'counted',
      source: '@World',
      destination: '@Till',
      allow_overdraft: true,
      skip_queue: true,
      ...more,
    })
    expect(answer.status).toBe(201)
    return answer.body.transaction_id as string
  }
  await post({ reference: 'a' })
  const first = await post({ reference: 'b', inflight: true })
  const second = await post({ reference: 'c', inflight: true })
  for (const [id, status] of [
    [first, 'commit'],
    [second, 'void'],
  ])
    expect((await server.send('PUT', `/transactions/inflight/${id}`, { status })).status).toBe(200)
  expect(await metric('blnk_transaction_total{status="APPLIED",currency="USD"}')).toBe(2)
  expect(await metric('blnk_transaction_total{status="INFLIGHT",currency="USD"}')).toBe(2)
  expect(await metric('blnk_transaction_total{status="VOID",currency="USD"}')).toBe(1)
  expect(await metric('blnk_inflight_commit_total')).toBe(1)
  expect(await metric('blnk_inflight_void_total')).toBe(1)
  expect(await metric('blnk_balance_created_total')).toBe(2)
  expect(await metric('blnk_transaction_batch_size_count')).toBeGreaterThan(0)
  const taken = (status: string) =>
    metric(`blnk_transaction_duration_seconds_count{status="${status}"}`)
  expect([await taken('APPLIED'), await taken('INFLIGHT'), await taken('VOID')]).toEqual([2, 2, 1])
  expect(await metric('blnk_chain_backlog')).toBe(0)
  const [book] = await server.database.query<{ seq: number }>('select seq::int from books')
  expect(await metric('blnk_chain_head_seq')).toBe(book?.seq)
})

test('what was rejected is counted by its reason', async () => {
  const order = { amount: 5, precision: 100, currency: 'USD', description: 'd' }
  const poor = { ...order, source: '@Poor', destination: '@Till' }
  await server.send('POST', '/transactions', { ...poor, reference: 'too-much' })
  const indebted = { ...poor, allow_overdraft: true, overdraft_limit: 1 }
  await server.send('POST', '/transactions', { ...indebted, reference: 'beyond' })
  expect(await metric('blnk_transaction_rejected_total{reason="insufficient_funds"}')).toBe(1)
  expect(await metric('blnk_transaction_rejected_total{reason="overdraft_limit"}')).toBe(1)
})
