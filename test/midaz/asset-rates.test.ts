/** What one asset is worth in another: kept exactly, told, verified, and never a reason to stop. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAt } from '../../src/maintenance.ts'
import type { BookReport } from '../../src/verification/index.ts'
import { TestEventSource } from '../support/event-source.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, emptyLedger } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  ledger = await emptyLedger(server)
})

afterAll(() => server.stop())

const EXTERNAL_ID = '3c95583f-79ca-42ca-9014-8974334a3fef'
const put = (rate: object | string) => ledger.send('PUT', '/asset-rates', rate)
const codeOf = ({ status, body }: { status: number; body: { code?: unknown } }) => [
  status,
  body.code,
]

test('a pair has one rate, which a second request replaces', async () => {
  const rate = { from: 'USD', to: 'BRL', rate: 550, scale: 2, ttl: 3600, source: 'Central' }
  const made = await put({ ...rate, externalId: EXTERNAL_ID, metadata: { desk: 'fx' } })
  expect(made.status).toBe(201)
  const changed = await put({ from: 'USD', to: 'BRL', rate: 561, scale: 2, ttl: 60 })
  expect(changed.body).toMatchObject({
    id: made.body.id,
    externalId: EXTERNAL_ID,
    rate: 561,
    source: 'Central',
    ttl: 60,
    metadata: { desk: 'fx' },
  })
  const kept = await ledger.get(`/asset-rates/${EXTERNAL_ID}`)
  expect(kept.body).toEqual(changed.body)
})

test('a request for the same pair at the same time makes no second rate', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map((rate) => put({ from: 'AAA', to: 'BBB', rate, ttl: 1 })),
  )
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  expect((await ledger.get('/asset-rates/from/AAA')).body.items).toHaveLength(1)
})

test('a rate keeps all digits of 64 bits', async () => {
  const digits = '9223372036854775807'
  const made = await put(`{"from":"XAU","to":"XAG","rate":${digits},"scale":18,"ttl":${digits}}`)
  expect(made.text).toContain(`"rate":${digits},"scale":18`)
  const read = await ledger.get(`/asset-rates/${made.body.externalId}`)
  expect(read.text).toContain(`"rate":${digits}`)
  expect(read.text).toContain(`"ttl":${digits}`)
  const beyond = await put('{"from":"XAU","to":"XAG","rate":9223372036854775808,"ttl":1}')
  expect(codeOf(beyond)).toEqual([400, '0047'])
})

test('rates from an asset are listed page by page, for the assets asked for', async () => {
  for (const to of ['AAA', 'BBB', 'CCC', 'DDD']) await put({ from: 'EUR', to, rate: 1, ttl: 1 })
  const pairs = (answer: { body: { items: { to: string }[] } }) =>
    answer.body.items.map(({ to }) => to)
  expect(pairs(await ledger.get('/asset-rates/from/EUR?to=DDD,BBB'))).toEqual(['BBB', 'DDD'])
  expect(pairs(await ledger.get('/asset-rates/from/EUR?sort_order=desc&limit=2'))).toEqual([
    'DDD',
    'CCC',
  ])
  const first = await ledger.get('/asset-rates/from/EUR?limit=3')
  const second = await ledger.get(`/asset-rates/from/EUR?cursor=${first.body.next_cursor}`)
  expect([...pairs(first), ...pairs(second)]).toEqual(['AAA', 'BBB', 'CCC', 'DDD'])
})

test('an external id belongs to one pair of a ledger', async () => {
  const taken = await put({ from: 'GBP', to: 'JPY', rate: 1, ttl: 1, externalId: EXTERNAL_ID })
  expect(codeOf(taken)).toEqual([409, '0028'])
  const other = await emptyLedger(server)
  const rate = { from: 'GBP', to: 'JPY', rate: 1, ttl: 1, externalId: EXTERNAL_ID }
  expect((await other.send('PUT', '/asset-rates', rate)).status).toBe(201)
})

test('a rate belongs to its ledger', async () => {
  const other = await emptyLedger(server)
  expect((await other.get('/asset-rates/from/USD')).body.items).toEqual([])
  expect(codeOf(await other.get(`/asset-rates/${EXTERNAL_ID}`))).toEqual([404, '0007'])
})

test.each([
  [{ to: 'BRL', rate: 1 }, '0009'],
  [{ from: 'USD', to: 'BRL', rate: 0 }, '0009'],
  [{ from: 'USD', to: 'BRL', rate: '1' }, '0094'],
  [{ from: 'USD', to: 'BRL', rate: 1.5 }, '0094'],
  [{ from: 'USD', to: 'BRL', rate: 1e30 }, '0094'],
  [{ from: 'USD', to: 'BRL', rate: 1, ttl: -1 }, '0047'],
  [{ from: 'USD', to: 'BRL', rate: 1, scale: -1 }, '0047'],
  [{ from: 'USD', to: 'BRL', rate: 1, scale: 101 }, '0047'],
  [{ from: 'USD', to: 'BRL', rate: 1, externalId: 'x' }, '0047'],
  [{ from: 'USD', to: 'BRL', rate: 1, source: 'x'.repeat(201) }, '0047'],
  [{ from: 'usd', to: 'BRL', rate: 1 }, '0004'],
  [{ from: 'USD', to: 'B1', rate: 1 }, '0033'],
])('%o is refused with %s', async (rate, code) => {
  expect(codeOf(await put(rate))).toEqual([400, code])
})

const TIMES = { effectiveAt: '2026-01-31T00:00:00Z', expirationAt: '2026-02-01' }
const putOfAsset = (code: string, rate: object | string) =>
  ledger.send('PUT', `/assets/${code}/rates`, rate)

test('a rate that is put as a decimal keeps all of its digits, as text or as a number', async () => {
  const digits = '9.223372036854775807'
  for (const rate of [digits, `"${digits}"`, `"${digits}000"`]) {
    const order = `{"toAsset":"XAG","rate":${rate},"effectiveAt":"2026-01-31","expirationAt":"2026-02-01"}`
    const made = await putOfAsset('XPT', order)
    expect(made.status, made.text).toBe(201)
    expect(made.text).toContain(`"rate":${digits},`)
    const { text } = await ledger.get('/asset-rates/from/XPT')
    expect(text).toContain('"rate":9223372036854775807,"scale":18')
  }
})

test('a rate is one, on whichever route it is put: the last one stands, and keeps what it does not say', async () => {
  const pair = { from: 'CHF', to: 'BRL' }
  const whole = { rate: 5, ttl: 1, source: 'Central', metadata: { desk: 'fx' } }
  const made = await put({ ...pair, ...whole })
  const decimal = await putOfAsset('CHF', { toAsset: 'BRL', rate: '5.25', ...TIMES })
  expect(decimal.body).toMatchObject({ id: made.body.id, rate: 5.25 })
  const shown = await ledger.get(`/asset-rates/${made.body.externalId}`)
  expect(shown.body).toMatchObject({
    rate: 525,
    scale: 2,
    ttl: 86_400,
    source: 'Central',
    metadata: { desk: 'fx' },
  })
  const again = await put({ ...pair, rate: 6, ttl: 9_223_372_036_854 })
  const [only] = (await ledger.get('/assets/CHF/rates?to=BRL,USD')).body
  expect(only).toMatchObject({
    id: made.body.id,
    rate: 6,
    effectiveAt: again.body.updatedAt,
    expirationAt: '9999-12-31T23:59:59.000000Z',
  })
  expect((await ledger.get('/assets/CHF/rates?to=USD')).body).toEqual([])
})

test('a rate with more decimals than an amount may have is shown as a number all the same', async () => {
  await put({ from: 'SHIB', to: 'BRL', rate: -15, scale: 30, ttl: 1 })
  expect((await ledger.get('/assets/SHIB/rates')).body[0].rate).toBe(-1.5e-29)
})

test.each([
  ['CHF', { rate: '1', ...TIMES }, '0009'],
  ['CHF', { toAsset: 'BRL', rate: 1, expirationAt: '2026-02-01' }, '0009'],
  ['CHF', { toAsset: 'BRL', rate: 0, ...TIMES }, '0009'],
  ['CHF', { toAsset: 'BRL', rate: 'x', ...TIMES }, '0094'],
  ['CHF', { toAsset: 'BRL', rate: 1, ...TIMES, effectiveAt: 'now' }, '0094'],
  ['CHF', { toAsset: 'BRL', rate: 1, ...TIMES, ttl: 1 }, '0053'],
  ['CHF', { toAsset: 'BRL', rate: '0.0', ...TIMES }, '0047'],
  ['CHF', { toAsset: 'BRL', rate: '-1', ...TIMES }, '0047'],
  ['CHF', { toAsset: 'BRL', rate: '9223372036854775808', ...TIMES }, '0047'],
  ['CHF', { toAsset: 'BRL', rate: '0.1234567890123456789', ...TIMES }, '0047'],
  ['CHF', { toAsset: 'BRL', rate: 1, ...TIMES, expirationAt: '2026-01-31' }, '0047'],
  ['CHF', { toAsset: 'brl', rate: 1, ...TIMES }, '0004'],
  ['chf', { toAsset: 'BRL', rate: 1, ...TIMES }, '0004'],
  ['C1', { toAsset: 'BRL', rate: 1, ...TIMES }, '0033'],
])('of %s, %o is refused with %s', async (code, rate, expected) => {
  expect(codeOf(await putOfAsset(code, rate))).toEqual([400, expected])
})

test('rates are told as events, and verified', async () => {
  const source = await TestEventSource.open(
    `${server.url}${ledger.path}/events?after=beginning&types=asset-rate.*`,
  )
  await expect.poll(() => source.heard.length).toBeGreaterThan(2)
  source.close()
  expect(source.heard[0]).toMatchObject({ event: 'asset-rate.created' })
  expect(source.heard[1]).toMatchObject({ event: 'asset-rate.updated' })
  expect(await faults()).toEqual([])
  await server.database.query("update asset_rates set rate = rate + 1 where from_code = 'EUR'")
  expect(await faults()).not.toEqual([])
})

async function faults() {
  const found: BookReport['findings'][number][] = []
  await verifyAt(server.database.url, ({ findings }) => found.push(...findings))
  return found
}
