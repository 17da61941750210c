/**
 * What the official clients send, request by request, and what they read from the answers. The client for TypeScript asks
 * for several things that the real server does not have; each of them is served here, or refused in a way it understands.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { Bench, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer()
  ledger = await ledgerWith(server, ['@a', '@b'])
  for (let round = 0; round < 12; round += 1) await ledger.inflow('@a', '10')
})

afterAll(() => server.stop())

/** The headers that a client sends with each request. */
const typescript = {
  accept: 'application/json',
  'x-api-version': 'v1',
  authorization: 'Bearer token',
}
const go = { authorization: 'Bearer token', 'x-tenant-id': 'tenant' }

/** The same ledger, asked with a client's headers. */
function withHeaders(bench: Bench, headers: Readonly<Record<string, string>>): Bench {
  return new Bench(bench.server, bench.organizationId, bench.ledgerId, {
    ...bench.headers,
    ...headers,
  })
}

const amount = (value: string) => ({ asset: 'USD', value })

describe('the client for TypeScript', () => {
  const asked = () => withHeaders(ledger, typescript)

  test('makes everything of a ledger, with accounts named by their ids and routes in free words', async () => {
    const client = asked()
    const money = { name: 'Euro', code: 'EUR', type: 'currency' }
    expect((await client.send('POST', '/assets', money)).body.code).toBe('EUR')
    const type = { name: 'Revenue', keyValue: 'revenue', description: 'x' }
    expect((await client.send('POST', '/account-types', type)).body.keyValue).toBe('revenue')
    const routes: string[] = []
    for (const operationType of ['source', 'destination']) {
      const order = {
        title: operationType,
        description: 'x',
        operationType,
        account: { ruleType: 'account_type', validIf: ['liability', 'revenue'] },
      }
      routes.push((await client.send('POST', '/operation-routes', order)).body.id)
    }
    const route = { title: 'Payment', description: 'x', operationRoutes: routes }
    const made = await client.send('POST', '/transaction-routes', route)
    expect(made.body.operationRoutes.map((one: { id: string }) => one.id)).toEqual(routes)
    const account = (kind: string) =>
      client.send('POST', '/accounts', {
        name: kind,
        type: kind,
        assetCode: 'EUR',
        status: 'ACTIVE',
      })
    const [liability, revenue] = [await account('liability'), await account('revenue')]
    expect(liability.body.status).toEqual({ code: 'ACTIVE', description: null })
    const eur = { asset: 'EUR', value: '1.5' }
    const paid = await client.send('POST', '/transactions/json', {
      description: 'x',
      route: 'a payment route',
      send: {
        ...eur,
        source: { from: [{ accountAlias: '@external/EUR', amount: eur, route: 'in' }] },
        distribute: { to: [{ accountAlias: revenue.body.id, amount: eur, route: 'out' }] },
      },
    })
    expect([paid.status, paid.body.route]).toEqual([201, 'a payment route'])
    expect(paid.body.destination).toEqual([revenue.body.id])
    expect((await client.send('DELETE', `/accounts/${liability.body.id}`)).status).toBe(204)
    const refused = await client.send('DELETE', `/accounts/${revenue.body.id}`)
    expect(refused.headers.get('content-type')).toContain('application/json')
    expect(refused.body).toMatchObject({ code: '0012', message: expect.any(String) })
  })

  test('makes, gets, lists, changes and deletes every kind of thing that it has a client for', async () => {
    const client = asked()
    const organizations = '/v1/organizations'
    const ledgers = `${organizations}/${ledger.organizationId}/ledgers`
    const route = { title: 'x', description: 'x' }
    const ends: string[] = []
    for (const operationType of ['source', 'destination'])
      ends.push(
        (await client.send('POST', '/operation-routes', { ...route, operationType })).body.id,
      )
    const kinds: readonly (readonly [string, object, object])[] = [
      [organizations, { legalName: 'x', legalDocument: '1', status: 'ACTIVE' }, { legalName: 'y' }],
      [ledgers, { name: 'x', status: { code: 'ACTIVE' } }, { name: 'y' }],
      [`${ledger.path}/assets`, { name: 'Yen', code: 'JPY', type: 'currency' }, { name: 'y' }],
      [`${ledger.path}/accounts`, { name: 'x', assetCode: 'USD', type: 'deposit' }, { name: 'y' }],
      [`${ledger.path}/portfolios`, { name: 'x', entityId: 'e' }, { name: 'y' }],
      [`${ledger.path}/segments`, { name: 'x' }, { name: 'y' }],
      [`${ledger.path}/account-types`, { name: 'x', keyValue: 'x' }, { name: 'y' }],
      [`${ledger.path}/operation-routes`, { ...route, operationType: 'source' }, { title: 'y' }],
      [`${ledger.path}/transaction-routes`, { ...route, operationRoutes: ends }, { title: 'y' }],
    ]
    const list = '?limit=100&offset=0&sortBy=createdAt&sortOrder=desc&filter=x'
    for (const [path, order, change] of kinds) {
      const ask = (method: string, below: string, body?: unknown) =>
        server.send(method, path + below, body, typescript)
      const made = await ask('POST', '', order)
      expect([path, made.status]).toEqual([path, 201])
      const one = `/${made.body.id}`
      expect((await ask('PATCH', one, change)).body).toMatchObject(change)
      expect((await ask('GET', one)).body).toMatchObject({ id: made.body.id, ...change })
      const { items, meta } = (await ask('GET', list)).body
      expect(items.map(({ id }: { id: string }) => id)).toContain(made.body.id)
      expect(meta.count).toBe(items.length)
      expect((await ask('DELETE', one)).status).toBe(204)
      expect((await ask('GET', one)).status).toBe(404)
    }
  })

  test('gets, lists and changes balances, and deletes one', async () => {
    const client = asked()
    const { body: account } = await client.get('/accounts/alias/@b')
    const { body: of } = await client.get(`/accounts/${account.id}/balances`)
    const [{ id }] = of.items
    expect((await client.get(`/balances/${id}`)).body).toMatchObject({ id, scale: 2 })
    const change = { allowSending: true, allowReceiving: true }
    expect((await client.send('PATCH', `/balances/${id}`, change)).body).toMatchObject(change)
    const path = `/accounts/${account.id}/balances`
    const { body: made } = await client.send('POST', path, { key: 'spare' })
    expect((await client.send('DELETE', `/balances/${made.id}`)).status).toBe(204)
  })

  test('pages by what stands in meta, and names its parameters in camel case', async () => {
    const client = asked()
    const first = await client.send('GET', '/transactions?limit=5&sortOrder=desc')
    expect(first.body.meta).toMatchObject({ count: 5, nextCursor: expect.any(String) })
    const cursor = encodeURIComponent(first.body.meta.nextCursor)
    const next = await client.send('GET', `/transactions?limit=5&sortOrder=desc&cursor=${cursor}`)
    expect(next.body.meta).toMatchObject({ prevCursor: expect.any(String) })
    const ids = [...first.body.items, ...next.body.items].map((one: { id: string }) => one.id)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    const day = new Date().toISOString().slice(0, 10)
    const none = await client.send('GET', '/accounts?startDate=2001-01-01&endDate=2001-01-02')
    expect([none.body.items, none.body.meta.count]).toEqual([[], 0])
    const all = await client.send('GET', `/accounts?startDate=2001-01-01&endDate=${day}&offset=0`)
    expect(all.body.items.length).toBeGreaterThan(1)
    for (const list of [
      'accounts',
      'assets',
      'portfolios',
      'segments',
      'account-types',
      'balances',
    ])
      expect((await client.send('GET', `/${list}`)).body.meta).toHaveProperty('count')
    for (const list of ['operation-routes', 'transaction-routes'])
      expect((await client.send('GET', `/${list}`)).body.meta).toHaveProperty('count')
  })

  test('asks for operations without a version, and changes them below their account', async () => {
    const { body } = await ledger.get('/accounts/alias/@a')
    const path = `${ledger.path.slice('/v1'.length)}/accounts/${body.id}/operations`
    const list = await server.send('GET', path, undefined, typescript)
    expect(list.body.items.length).toBe(10)
    const operation = `${path}/${list.body.items[0].id}`
    const order = { description: 'changed', metadata: { a: 'b' } }
    const changed = await server.send('PATCH', operation, order, typescript)
    expect([changed.status, changed.body.description]).toEqual([200, 'changed'])
    const again = await server.send('GET', operation, undefined, typescript)
    expect(again.body.metadata).toEqual({ a: 'b' })
  })

  test('asks for the operations of one transaction, or for one operation, by a query', async () => {
    const { body: account } = await ledger.get('/accounts/alias/@a')
    const paid = await ledger.inflow('@a', '10')
    const mine = paid.body.operations.find(
      (one: { accountId: string }) => one.accountId === account.id,
    )
    const ask = (query: string) =>
      asked().send('GET', `/accounts/${account.id}/operations?${query}`)
    for (const query of [`transactionId=${paid.body.id}`, `operationId=${mine.id}`]) {
      const { items } = (await ask(query)).body
      expect(items.map((one: { id: string }) => one.id)).toEqual([mine.id])
    }
    expect((await ask(`transactionId=${ledger.ledgerId}`)).body.items).toEqual([])
    expect((await ask('operationId=x')).body.code).toBe('0082')
  })

  test('puts the rate of an asset without a version, as a number that holds from one time to another', async () => {
    const client = asked()
    const path = (code: string) => `${ledger.path.slice('/v1'.length)}/assets/${code}/rates`
    const put = (code: string, order: object | string) =>
      server.send('PUT', path(code), order, typescript)
    const times = {
      effectiveAt: '2026-01-31T00:00:00.000Z',
      expirationAt: '2026-02-01T00:00:00.250Z',
    }
    const made = await put('USD', { toAsset: 'EUR', rate: 0.92, ...times })
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        fromAsset: 'USD',
        toAsset: 'EUR',
        rate: 0.92,
        effectiveAt: '2026-01-31T00:00:00.000000Z',
        expirationAt: '2026-02-01T00:00:00.250000Z',
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ])
    await client.send('PUT', '/asset-rates', {
      from: 'USD',
      to: 'BTC',
      rate: 23,
      scale: 6,
      ttl: 60,
    })
    const list = await server.send('GET', path('USD'), undefined, typescript)
    const [euro, bitcoin] = list.body
    expect(euro).toEqual(made.body)
    expect(bitcoin).toMatchObject({
      toAsset: 'BTC',
      rate: 0.000023,
      effectiveAt: bitcoin.updatedAt,
    })
    expect(Date.parse(bitcoin.expirationAt) - Date.parse(bitcoin.effectiveAt)).toBe(60_000)
    expect((await server.send('GET', path('XAU'), undefined, typescript)).body).toEqual([])
    const [only] = (await client.send('GET', '/asset-rates/from/USD?to=EUR')).body.items
    expect(only).toMatchObject({ id: euro.id, from: 'USD', rate: 92, scale: 2, ttl: 86_400 })
  })

  test('may be told that its version is v3', async () => {
    const path = ledger.path.replace('/v1', '/v3')
    expect((await server.send('GET', path, undefined, typescript)).body.id).toBe(ledger.ledgerId)
  })

  test('adds what is available as numbers, and sends a value with a scale', async () => {
    const client = asked()
    const before = await client.send('GET', '/balances?limit=100')
    const numbers = before.body.items.map((one: { available: unknown }) => one.available)
    expect(numbers.every((one: unknown) => typeof one === 'number')).toBe(true)
    const value = { asset: 'USD', value: 150, scale: 2 }
    const paid = await client.send('POST', '/transactions/json', {
      send: {
        ...value,
        source: { from: [{ accountAlias: '@a', amount: value }] },
        distribute: { to: [{ accountAlias: '@b', amount: value }] },
      },
    })
    expect(paid.body).toMatchObject({ amount: 150, amountScale: 2 })
    expect((await ledger.balance('@b')).available).toBe('1.5')
  })

  test('gets, lists and changes transactions, and brings pending ones to an end', async () => {
    const client = asked()
    const send = (pending: boolean) =>
      client.send('POST', '/transactions/json', {
        description: 'x',
        pending,
        send: {
          ...amount('1'),
          source: { from: [{ accountAlias: '@a', amount: amount('1') }] },
          distribute: { to: [{ accountAlias: '@b', amount: amount('1') }] },
        },
      })
    for (const [pending, end, status] of [
      [false, 'revert', 'CREATED'],
      [true, 'commit', 'APPROVED'],
      [true, 'cancel', 'CANCELED'],
    ] as const) {
      const path = `/transactions/${(await send(pending)).body.id}`
      const change = { description: 'y', metadata: { a: 'b' } }
      expect((await client.send('PATCH', path, change)).body).toMatchObject(change)
      expect((await client.get(path)).body).toMatchObject(change)
      const ended = await client.send('POST', `${path}/${end}`)
      expect([ended.status, ended.body.status.code]).toEqual([201, status])
    }
  })
})

describe('the client for Go', () => {
  const asked = () => withHeaders(ledger.as('v3'), go)

  test('pages by what stands in pagination', async () => {
    const page = await asked().send('GET', '/transactions?limit=5')
    expect(page.body.pagination).toMatchObject({ limit: 5, nextCursor: expect.any(String) })
    const cursor = encodeURIComponent(page.body.pagination.nextCursor)
    const next = await asked().send('GET', `/transactions?limit=5&cursor=${cursor}`)
    expect(next.body.pagination.prevCursor).toEqual(expect.any(String))
    const accounts = await asked().send('GET', '/accounts?limit=2&offset=0')
    expect(accounts.body.pagination).toMatchObject({ limit: 2, offset: 0 })
  })

  test.each([
    ['/v1/organizations', 'organizationsCount'],
    ['ledgers', 'ledgersCount'],
    ['/accounts', 'accountsCount'],
    ['/assets', 'assetsCount'],
    ['/portfolios', 'portfoliosCount'],
    ['/segments', 'segmentsCount'],
    ['/transactions', 'transactionsCount'],
    ['/account-types', 'accountTypesCount'],
  ])('counts %s in a body, as %s', async (path, member) => {
    const url =
      path === 'ledgers'
        ? `/v1/organizations/${ledger.organizationId}/ledgers`
        : path.startsWith('/v1')
          ? path
          : ledger.path + path
    const { status, body } = await server.send('GET', `${url}/metrics/count`, undefined, go)
    expect([status, typeof body[member]]).toEqual([200, 'number'])
  })

  test('finds an account by its alias, and its balance as one object', async () => {
    const accounts = await asked().send('GET', '/accounts?alias=@a')
    expect(accounts.body.items.map((one: { alias: string }) => one.alias)).toEqual(['@a'])
    const balance = await asked().send('GET', '/balances?account=@a')
    expect(balance.body).toMatchObject({ alias: '@a', key: 'default' })
  })

  test('reads an error by its code and its message, in every generation', async () => {
    for (const profile of ['seed', 'v3', 'v4']) {
      const { body } = await withHeaders(ledger.as(profile), go).send(
        'GET',
        '/accounts/alias/@none',
      )
      expect(body).toMatchObject({ code: '0085', message: expect.any(String) })
    }
  })

  test('names accounts of inflows and outflows as account', async () => {
    const to = [{ account: '@a', amount: amount('1') }]
    const inflow = { send: { ...amount('1'), distribute: { to } } }
    expect((await asked().send('POST', '/transactions/inflow', inflow)).status).toBe(201)
    const outflow = { send: { ...amount('1'), source: { from: to } } }
    expect((await asked().send('POST', '/transactions/outflow', outflow)).status).toBe(201)
  })

  test('writes metadata into a balance, which the third generation alone refuses', async () => {
    const path = `/balances/${await ledger.balanceId('@b')}`
    for (const profile of ['seed', 'v4']) {
      const patch = { metadata: { [profile]: 'x', other: null } }
      const changed = await withHeaders(ledger.as(profile), go).send('PATCH', path, patch)
      expect([changed.status, changed.body.metadata[profile]]).toEqual([200, 'x'])
    }
    expect((await ledger.get(path)).body.metadata).toEqual({ seed: 'x', v4: 'x' })
    expect((await asked().send('PATCH', path, { metadata: { a: 'b' } })).body.code).toBe('0053')
    const nested = { metadata: { a: { b: 'c' } } }
    expect((await ledger.send('PATCH', path, nested, go)).body.code).toBe('0067')
    expect((await ledger.send('PATCH', path, { metadata: null }, go)).body.metadata).toEqual({
      seed: 'x',
      v4: 'x',
    })
  })

  test('sends scripts as text and in JSON, which the third generation alone refuses', async () => {
    const script = `(transaction V1 (chart-of-accounts-group-name X)
      (send USD 1|0 (source (from @a :remaining)) (distribute (to @b :remaining))))`
    const order = {
      chartOfAccountsGroupName: 'X',
      send: {
        ...amount('1'),
        source: { from: [{ accountAlias: '@a', amount: amount('1') }] },
        distribute: { to: [{ accountAlias: '@b', amount: amount('1') }] },
      },
    }
    const sent: readonly (readonly [unknown, string])[] = [
      [script, 'text/plain'],
      [{ dsl: script }, 'application/json'],
      [order, 'application/json'],
    ]
    for (const [body, type] of sent) {
      const headers = { 'content-type': type }
      const send = (bench: Bench) => bench.send('POST', '/transactions/dsl', body, headers)
      for (const profile of ['seed', 'v4']) {
        const paid = await send(withHeaders(ledger.as(profile), go))
        expect([paid.status, paid.body.source, paid.body.destination]).toEqual([
          201,
          ['@a'],
          ['@b'],
        ])
      }
      expect((await send(asked())).body.code).toBe('0048')
    }
  })

  test('changes operations below their account', async () => {
    const { body } = await ledger.get('/accounts/alias/@a')
    const list = await asked().send('GET', `/accounts/${body.id}/operations?limit=1`)
    const path = `/accounts/${body.id}/operations/${list.body.items[0].id}`
    const changed = await asked().send('PATCH', path, { metadata: { c: 'd' } })
    expect(changed.body.metadata).toMatchObject({ c: 'd' })
  })

  test('finds the balances of the outside world in a list', async () => {
    const list = await asked().send('GET', '/accounts/external/USD/balances')
    expect(list.body.items).toHaveLength(1)
  })

  test('counts a request with a key once', async () => {
    const to = [{ accountAlias: '@b', amount: amount('1') }]
    const order = { send: { ...amount('1'), distribute: { to } } }
    const key = { 'x-idempotency': 'go-1' }
    const first = await asked().send('POST', '/transactions/inflow', order, key)
    const second = await asked().send('POST', '/transactions/inflow', order, key)
    expect(second.body.id).toBe(first.body.id)
    expect(second.headers.get('x-idempotency-replayed')).toBe('true')
  })
})
