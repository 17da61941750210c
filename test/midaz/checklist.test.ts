/**
 * What a server must do to call itself compatible with Midaz, point by point. What has a file of its own is named with the
 * test that shows it; everything else is tried here, shortly.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, type Leg, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  ledger = await ledgerWith(server, ['@a', '@b', '@c'])
  await ledger.inflow('@a', '1000')
})

afterAll(() => server.stop())

const codeOf = ({ status, body }: { readonly status: number; readonly body: { code?: unknown } }) =>
  [status, body.code] as const

/** Where a point is shown already. */
function shownIn(file: string, title: string): void {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  expect(text, `${file} has the test: ${title}`).toContain(title)
}

const LEDGER = '/organizations/{organization_id}/ledgers/{ledger_id}'

/** All routes of a kind of entity below a ledger. */
function collection(name: string, id: string, counted = true): readonly string[] {
  const all = `${LEDGER}/${name}`
  const one = `${all}/{${id}}`
  return [
    `POST ${all} 201`,
    `GET ${all} 200`,
    `GET ${one} 200`,
    `PATCH ${one} 200`,
    `DELETE ${one} 204`,
    ...(counted ? [`HEAD ${all}/metrics/count 204`] : []),
  ]
}

const ROUTES: readonly string[] = [
  'POST /organizations 201',
  'GET /organizations 200',
  'GET /organizations/{organization_id} 200',
  'PATCH /organizations/{organization_id} 200',
  'DELETE /organizations/{organization_id} 204',
  'HEAD /organizations/metrics/count 204',
  'POST /organizations/{organization_id}/ledgers 201',
  'GET /organizations/{organization_id}/ledgers 200',
  `GET ${LEDGER} 200`,
  `PATCH ${LEDGER} 200`,
  `DELETE ${LEDGER} 204`,
  'HEAD /organizations/{organization_id}/ledgers/metrics/count 204',
  `GET ${LEDGER}/settings 200`,
  `PATCH ${LEDGER}/settings 200`,
  ...collection('assets', 'asset_id'),
  ...collection('portfolios', 'portfolio_id'),
  ...collection('segments', 'segment_id'),
  ...collection('accounts', 'account_id'),
  `GET ${LEDGER}/accounts/alias/{alias} 200`,
  `GET ${LEDGER}/accounts/external/{code} 200`,
  ...collection('account-types', 'account_type_id', false),
  `GET ${LEDGER}/balances 200`,
  `GET ${LEDGER}/balances/{balance_id} 200`,
  `PATCH ${LEDGER}/balances/{balance_id} 200`,
  `DELETE ${LEDGER}/balances/{balance_id} 204`,
  `GET ${LEDGER}/balances/{balance_id}/history 200`,
  `GET ${LEDGER}/accounts/{account_id}/balances 200`,
  `POST ${LEDGER}/accounts/{account_id}/balances 201`,
  `GET ${LEDGER}/accounts/{account_id}/balances/history 200`,
  `GET ${LEDGER}/accounts/alias/{alias}/balances 200`,
  `GET ${LEDGER}/accounts/external/{code}/balances 200`,
  `GET ${LEDGER}/accounts/{account_id}/operations 200`,
  `GET ${LEDGER}/accounts/{account_id}/operations/{operation_id} 200`,
  `PATCH ${LEDGER}/transactions/{transaction_id}/operations/{operation_id} 200`,
  ...['json', 'inflow', 'outflow', 'annotation', 'block', 'unblock', 'dsl'].map(
    (kind) => `POST ${LEDGER}/transactions/${kind} 201`,
  ),
  ...['commit', 'cancel', 'revert'].map(
    (end) => `POST ${LEDGER}/transactions/{transaction_id}/${end} 201`,
  ),
  `PATCH ${LEDGER}/transactions/{transaction_id} 200`,
  `GET ${LEDGER}/transactions/{transaction_id} 200`,
  `GET ${LEDGER}/transactions 200`,
  `HEAD ${LEDGER}/transactions/metrics/count 204`,
  `PUT ${LEDGER}/asset-rates 201`,
  `GET ${LEDGER}/asset-rates/{external_id} 200`,
  `GET ${LEDGER}/asset-rates/from/{asset_code} 200`,
  ...collection('operation-routes', 'operation_route_id', false),
  ...collection('transaction-routes', 'transaction_route_id', false),
  'GET /settings/metadata-indexes 200',
  'POST /settings/metadata-indexes/entities/{entity_name} 201',
  'DELETE /settings/metadata-indexes/entities/{entity_name}/key/{index_key} 204',
]

/** Those of the first point. */
const OUTSIDE_OF_THE_FACE = 3

describe('Midaz, point by point', () => {
  test('1: it says that it is alive and ready, and which version it is', async () => {
    const health = await server.send('GET', '/health', undefined, { 'x-midaz-profile': 'v3' })
    expect([health.status, health.text]).toEqual([200, 'healthy'])
    const version = await server.send('GET', '/version')
    expect(version.body).toMatchObject({
      version: expect.any(String),
      requestDate: expect.any(String),
    })
    const ready = await server.send('GET', '/readyz')
    expect([ready.status, ready.body.status]).toEqual([200, 'healthy'])
  })

  test('2: it has every route with its status; what is deleted or counted has no body', async () => {
    const { body } = await server.send('GET', '/openapi/midaz.json')
    const known = Object.entries(body.paths as Record<string, Record<string, object>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).flatMap(
          ([method, { responses }]: [string, { responses?: object }]) =>
            Object.keys(responses ?? {}).map(
              (status) => `${method.toUpperCase()} ${path.replace(/^\/v1/, '')} ${status}`,
            ),
        ),
    )
    expect(ROUTES.filter((route) => !known.includes(route))).toEqual([])
    expect(new Set(ROUTES).size + OUTSIDE_OF_THE_FACE).toBe(91)
    const count = await ledger.send('HEAD', '/accounts/metrics/count')
    expect([count.status, count.text, count.headers.get('x-total-count')]).toEqual([204, '', '4'])
    const segment = await ledger.send('POST', '/segments', { name: 'to be deleted' })
    const deleted = await ledger.send('DELETE', `/segments/${segment.body.id}`)
    expect([deleted.status, deleted.text]).toEqual([204, ''])
  })

  test('3: the workflow from an organization to its deletion runs twice on one database', async () => {
    for (let round = 0; round < 2; round += 1) await workflow(server)
  })

  test('4: both official clients find what they read', () => {
    shownIn('./sdk-habits.test.ts', "describe('the client for TypeScript'")
    shownIn('./sdk-habits.test.ts', "describe('the client for Go'")
  })

  test('5: every code has its status in each generation, and its title', () => {
    shownIn('./errors.test.ts', '%s is %s: %s')
    shownIn('./errors.test.ts', 'no code is without a test')
  })

  test('6: faults of a body are found in one order', async () => {
    const post = (body: unknown) => ledger.send('POST', '/accounts', body)
    const faults = { unknown: 'x', assetCode: '', alias: 'x'.repeat(101) }
    expect(codeOf(await post('{'))).toEqual([400, '0094'])
    expect(codeOf(await post({ ...faults, name: 1 }))).toEqual([400, '0094'])
    expect(codeOf(await post(faults))).toEqual([400, '0053'])
    expect(codeOf(await post({ ...faults, unknown: null }))).toEqual([400, '0009'])
    const tooLong = { assetCode: 'USD', type: 'deposit', alias: faults.alias }
    expect(codeOf(await post(tooLong))).toEqual([400, '0047'])
  })

  test('7: pages have bounds, and lead forth and back', async () => {
    for (const [query, code] of [
      ['limit=0', '0082'],
      ['limit=abc', '0082'],
      ['limit=101', '0080'],
      ['page=0', '0082'],
      ['sort_order=up', '0081'],
      ['cursor=!', '0082'],
    ])
      expect(codeOf(await ledger.get(`/accounts?${query}`))).toEqual([400, code])
    shownIn('./lists.test.ts', 'has every row once, forth and back, whatever the size of a page')
    shownIn('./lists.test.ts', 'goes on from a cursor in the older form')
  })

  test('8: amounts are exact, to the last of their digits', async () => {
    expect((await ledger.inflow('@c', '100.50')).body.amount).toBe('100.5')
    const most = '99999999999999999999999999999999999999'
    await ledger.inflow('@c', most)
    expect((await ledger.balance('@c')).available).toBe('100000000000000000000000000000000000099.5')
    shownIn(
      './never-as-the-real-one.test.ts',
      'a debit that is larger by the last of eighteen decimals is refused',
    )
    shownIn('./money.test.ts', 'adds up: 0.1 and 0.2 are 0.3')
  })

  test('9: money goes every way that it can go', async () => {
    const bench = await ledgerWith(server, ['@x', '@y', '@z'])
    await flows(bench)
    shownIn('./overdraft.test.ts', 'covers what the balance cannot')
    shownIn('./overdraft.test.ts', 'is repaid before anything becomes available')
    shownIn('./overdraft.test.ts', 'and gets it back when that is canceled')
  })

  test('10: a request with a key counts once', async () => {
    const key = { 'x-idempotency': 'checklist' }
    const first = await ledger.inflow('@a', '1', key)
    const second = await ledger.inflow('@a', '1', key)
    expect(second.body.id).toBe(first.body.id)
    expect([first, second].map(({ headers }) => headers.get('x-idempotency-replayed'))).toEqual([
      'false',
      'true',
    ])
    shownIn('./once.test.ts', 'makes one transaction, whoever uses it at the same time')
    shownIn('./once.test.ts', 'is free again after a refusal')
    shownIn('./once.test.ts', 'is free again when its time is over')
  })

  test('11: a balance is updated in every way that there is', () => {
    for (const title of [
      'changes either flag alone and leaves the other as it is',
      '[\'{"allowSending":null,"allowReceiving":null}\']',
      'refuses the very next posting, and takes it once it may again',
      'keeps the promises made before: what was set aside is committed or given back',
      'may be that of the outside world, and then nothing comes in',
      'is one of several under its account: each key has flags of its own',
      "['balance', '/v1/organizations/O/ledgers/L/balances/x']",
      'answers 404 for a balance that is unknown, deleted, or in another ledger or organization',
      "['an unknown field', '{\"foo\":1}', 400, '0053']",
      'lets null pass under a name that it does not know, as the real server does',
      "['a text for a boolean', '{\"allowSending\":\"true\"}', 400, '0094']",
      'answers the balance with its sixteen fields, money as whole numbers with a scale',
    ])
      shownIn('./update-a-balance.test.ts', title)
    shownIn('./freeze-under-fire.test.ts', 'none gets through')
  })

  test('12: whatever is done, balances cancel out and are what their operations make', () => {
    shownIn('./money.test.ts', 'after anything: all balances cancel out')
  })

  test('13: of many at once, as many succeed as there is money for, or one', () => {
    shownIn('./once.test.ts', 'of 200 debits of 1 from a balance of 100')
    shownIn(
      './once.test.ts',
      'of many commits and cancellations of one pending transaction, one wins',
    )
    shownIn('./once.test.ts', 'of many reversals of one transaction, one is made')
  })

  test('14: what was acknowledged survives a kill', () => {
    shownIn('../crash/crash.test.ts', 'nothing acknowledged is lost')
  })

  test('15: a balance of the past is what it was', async () => {
    const bench = await ledgerWith(server, ['@x'])
    const first = await bench.inflow('@x', '7')
    await bench.inflow('@x', '5')
    const path = `/balances/${await bench.balanceId('@x')}/history`
    const at = (date: string) => bench.get(`${path}?date=${encodeURIComponent(date)}`)
    expect(codeOf(await bench.get(path))).toEqual([400, '0142'])
    expect(codeOf(await at('2026-01-31'))).toEqual([400, '0131'])
    expect(codeOf(await at('2001-01-31T00:00:00Z'))).toEqual([404, '0141'])
    expect(codeOf(await at('2999-01-31T00:00:00Z'))).toEqual([400, '0140'])
    expect((await at(first.body.createdAt)).status).toBe(200)
    shownIn('./history.test.ts', 'stood at what was recorded by the end of a second')
  })
})

/** What a tour of the real server's collection of requests does, in its order. */
async function workflow(on: TestServer): Promise<void> {
  const did = async (method: string, path: string, body?: unknown) => {
    const answer = await on.send(method, path, body)
    const expected = method === 'DELETE' || method === 'HEAD' ? 204 : method === 'POST' ? 201 : 200
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBe(expected)
    return answer.body
  }
  /** Makes, gets, changes and lists. */
  const made = async (path: string, order: object, change: object): Promise<string> => {
    const { id } = await did('POST', path, order)
    const one = await did('GET', `${path}/${id}`)
    for (const time of [one.createdAt, one.updatedAt]) expect(time).toMatch(/^\d{4}-.*Z$/)
    await did('PATCH', `${path}/${id}`, change)
    expect((await did('GET', path)).items.length).toBeGreaterThan(0)
    return id
  }
  const organization = { legalName: 'W', legalDocument: '1', parentOrganizationId: null }
  const organizations = '/v1/organizations'
  const organizationId = await made(organizations, organization, { legalName: 'W2' })
  const ledgers = `${organizations}/${organizationId}/ledgers`
  const ledgerId = await made(ledgers, { name: 'L', settings: null }, { name: 'L2' })
  const base = `${ledgers}/${ledgerId}`
  const asset = { name: 'Dollar', type: 'currency', code: 'USD' }
  const assetId = await made(`${base}/assets`, asset, { name: 'US Dollar' })
  const nothing = { parentAccountId: null, portfolioId: null, segmentId: null, entityId: null }
  const account = { assetCode: 'USD', type: 'deposit', name: 'T', alias: '@treasury_checking' }
  const accountId = await made(
    `${base}/accounts`,
    { ...account, ...nothing, blocked: false },
    { name: 'T2', portfolioId: null, segmentId: null },
  )
  const portfolioId = await made(`${base}/portfolios`, { name: 'P' }, { name: 'P2' })
  const segmentId = await made(`${base}/segments`, { name: 'S' }, { name: 'S2' })
  await did('HEAD', `${organizations}/metrics/count`)
  await did('HEAD', `${ledgers}/metrics/count`)
  for (const kind of ['accounts', 'assets', 'portfolios', 'segments'])
    await did('HEAD', `${base}/${kind}/metrics/count`)
  await did('GET', `${base}/accounts/alias/@treasury_checking`)
  await did('GET', `${base}/accounts/external/USD`)
  const paid = await pay(did, base)
  const operation = paid.operations.find(
    (one: { accountAlias: string }) => one.accountAlias === '@treasury_checking',
  )
  const ofAccount = `${base}/accounts/${accountId}/operations`
  await did('GET', `${ofAccount}/${operation.id}`)
  await did('GET', ofAccount)
  const change = { description: 'x', metadata: { a: 'b' } }
  await did('PATCH', `${base}/transactions/${paid.id}/operations/${operation.id}`, change)
  const balance = `${base}/balances/${operation.balanceId}`
  await did('GET', balance)
  await did('GET', `${base}/accounts/${accountId}/balances`)
  await did('GET', `${base}/accounts/external/USD/balances`)
  await did('PATCH', balance, { allowReceiving: true, allowSending: true, settings: null })
  await did('GET', `${base}/balances`)
  const { items } = await did('GET', `${base}/accounts/alias/@treasury_checking/balances`)
  const rest = String(Math.abs(Number(items[0].available)))
  await did(
    'POST',
    `${base}/transactions/json`,
    transfer('@treasury_checking', '@external/USD', rest),
  )
  for (const path of [
    balance,
    `${base}/segments/${segmentId}`,
    `${base}/portfolios/${portfolioId}`,
    `${base}/accounts/${accountId}`,
    `${base}/assets/${assetId}`,
    base,
    `${organizations}/${organizationId}`,
  ])
    await did('DELETE', path)
}

const usd = (value: string) => ({ asset: 'USD', value })

function transfer(from: string, to: string, value: string) {
  return {
    send: {
      ...usd(value),
      source: { from: [{ accountAlias: from, amount: usd(value) }] },
      distribute: { to: [{ accountAlias: to, amount: usd(value) }] },
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Did = (method: string, path: string, body?: unknown) => Promise<any>

async function pay(did: Did, base: string) {
  const all = `${base}/transactions`
  const into = transfer('@external/USD', '@treasury_checking', '100.00')
  const paid = await did('POST', `${all}/json`, into)
  const { distribute } = into.send
  await did('POST', `${all}/inflow`, { send: { ...usd('100.00'), distribute } })
  const source = { from: distribute.to }
  await did('POST', `${all}/outflow`, { send: { ...usd('100.00'), source } })
  expect((await did('GET', `${all}/${paid.id}`)).operations).toHaveLength(2)
  await did('PATCH', `${all}/${paid.id}`, { description: 'x', metadata: { a: 'b' } })
  await did('GET', all)
  return paid
}

/** Every kind of movement once, in a ledger with three empty accounts. */
async function flows(bench: Bench): Promise<void> {
  const has = async (alias: string, key = 'default') => {
    const { available, onHold } = await bench.balance(alias, key)
    return onHold === '0' ? available : `${available}+${onHold}`
  }
  const end = async (id: string, how: string) =>
    expect((await bench.send('POST', `/transactions/${id}/${how}`)).status).toBe(201)
  const x = (value: string): readonly Leg[] => [['@x', value]]
  const y = (value: string): readonly Leg[] => [['@y', value]]
  await bench.inflow('@x', '100')
  await bench.outflow('@x', '10')
  const paid = await bench.pay('20', x('20'), y('20'))
  expect([await has('@x'), await has('@y')]).toEqual(['70', '20'])
  await end(paid.body.id, 'revert')
  expect([await has('@x'), await has('@y')]).toEqual(['90', '0'])
  const held = await bench.pay('30', x('30'), y('30'), { pending: true })
  const dropped = await bench.pay('5', x('5'), y('5'), { pending: true })
  expect(await has('@x')).toBe('55+35')
  await end(held.body.id, 'commit')
  await end(dropped.body.id, 'cancel')
  expect([await has('@x'), await has('@y')]).toEqual(['60', '30'])
  const noted = await bench.pay('1', x('1'), y('1'), {}, {}, 'annotation')
  expect(noted.body.status.code).toBe('NOTED')
  const accountId = (await bench.get('/accounts/alias/@x')).body.id
  await bench.send('POST', `/accounts/${accountId}/balances`, { key: 'blocked' })
  const aside = [['@x', '15', { balanceKey: 'blocked' }]] as const
  const blocked = await bench.pay('15', x('15'), aside, {}, {}, 'block')
  expect(blocked.body.operations.map((one: { type: string }) => one.type)).toEqual([
    'BLOCK',
    'BLOCK',
  ])
  expect([await has('@x'), await has('@x', 'blocked')]).toEqual(['45', '15'])
  const unblocked = await bench.pay('15', aside, x('15'), {}, {}, 'unblock')
  expect(unblocked.body.operations[0].type).toBe('UNBLOCK')
  const shared: readonly Leg[] = [
    ['@y', '', { share: { percentage: 25 } }],
    ['@z', '', { remaining: 'remaining' }],
  ]
  await bench.pay('10', x('10'), shared)
  expect([await has('@x'), await has('@y'), await has('@z')]).toEqual(['50', '32.5', '7.5'])
}
