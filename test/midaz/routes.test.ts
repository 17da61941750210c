/** Routes: what they are made of, and that a ledger which asks for them moves no money without. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bookMadeAt, PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { type Finding, verifyBooks } from '../../src/verification/index.ts'
import { findings } from '../support/audit.ts'
import { createDatabase } from '../support/database.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { Bench, body, ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v4' })
})

/** Holds that are booked in two halves are verified like everything else. */
afterAll(async () => {
  expect(await findings(server.database.query)).toEqual([])
  const store = await PostgresVerificationStore.open(server.database.url)
  const found: Finding[] = []
  const { hash } = machineSurroundings()
  await verifyBooks(store, hash, bookMadeAt, (report) => found.push(...report.findings))
  await store.close()
  expect(found).toEqual([])
  await server.stop()
})

const UNKNOWN = '01890000-0000-7000-8000-00000000dead'

function codeOf({ status, body }: { readonly status: number; readonly body: { code?: unknown } }) {
  return [status, body.code]
}

const line = (code: string) => ({ code, description: `${code} in words` })
const both = (code: string) => ({ debit: line(`${code}-D`), credit: line(`${code}-C`) })

const SOURCE = {
  title: 'From a deposit',
  operationType: 'source',
  accountingEntries: {
    direct: { debit: line('S-DIR') },
    hold: both('S-HOLD'),
    commit: { debit: line('S-COM') },
    cancel: both('S-CAN'),
  },
}
const DESTINATION = {
  title: 'To anybody',
  operationType: 'destination',
  accountingEntries: { direct: { credit: line('D-DIR') }, commit: { credit: line('D-COM') } },
}
const ROUND = {
  title: 'There and back',
  operationType: 'bidirectional',
  accountingEntries: { direct: both('B-DIR'), revert: both('B-REV') },
}

async function made(ledger: Bench, path: string, order: object): Promise<string> {
  const answer = await ledger.send('POST', path, order)
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id as string
}

type Routes = {
  readonly ledger: Bench
  readonly from: string
  readonly to: string
  readonly there: string
  readonly both: string
  readonly round: string
}

/** A ledger with 100 dollars at @a, and routes that it asks for. */
async function ledgerWithRoutes(on = server): Promise<Routes> {
  const ledger = await ledgerWith(on, ['@a', '@b', '@c'])
  await ledger.inflow('@a', '100')
  const from = await made(ledger, '/operation-routes', SOURCE)
  const to = await made(ledger, '/operation-routes', DESTINATION)
  const round = await made(ledger, '/operation-routes', ROUND)
  const there = await made(ledger, '/transaction-routes', {
    title: 'There',
    operationRoutes: [from, to],
  })
  const both = await made(ledger, '/transaction-routes', {
    title: 'Round',
    operationRoutes: [round],
  })
  await demand(ledger, true)
  return { ledger, from, to, there, both, round }
}

async function demand(ledger: Bench, validateRoutes: boolean): Promise<void> {
  const set = await ledger.send('PATCH', '/settings', { accounting: { validateRoutes } })
  expect([set.status, set.body.accounting?.validateRoutes]).toEqual([200, validateRoutes])
}

/** Pays from @a to @b under the route there. */
function pay({ ledger, from, to, there }: Routes, value = '1', more: object = {}, kind = 'json') {
  return ledger.pay(
    value,
    [['@a', value, { routeId: from }]],
    [['@b', value, { routeId: to }]],
    { routeId: there, ...more },
    {},
    kind,
  )
}

type Shown = {
  readonly type: string
  readonly direction: string
  readonly routeCode?: string
  readonly accountAlias: string
  readonly balance: { readonly available: string; readonly onHold: string }
  readonly balanceAfter: { readonly available: string; readonly onHold: string }
}

const told = ({ body: { operations } }: { readonly body: { operations: readonly Shown[] } }) =>
  operations.map((operation) =>
    [
      operation.accountAlias,
      operation.type,
      operation.direction,
      operation.routeCode ?? '-',
      `${operation.balance.available}+${operation.balance.onHold}`,
      `${operation.balanceAfter.available}+${operation.balanceAfter.onHold}`,
    ].join(' '),
  )

/** A ledger of both faces, and transfers in it through the one that knows of no routes. */
async function sharedLedger(name: string) {
  const home = await server.send('GET', '/v1/organizations?legal_name=Home')
  const [{ id: organizationId }] = home.body.items
  const made = await server.send('POST', '/ledgers', { name })
  const { ledger_id } = made.body
  const ledger = new Bench(server, organizationId, ledger_id.slice('ldg_'.length), {})
  const balance = async () =>
    (await server.send('POST', '/balances', { ledger_id, currency: 'USD' })).body
      .balance_id as string
  const [source, destination] = [await balance(), await balance()]
  let count = 0
  const transfer = (more: object = {}) => {
    count += 1
    return server.send('POST', '/transactions', {
      amount: 1,
      precision: 100,
      currency: 'USD',
      reference: `${name}-${count}`,
      description: 'x',
      source,
      destination,
      allow_overdraft: true,
      skip_queue: true,
      ...more,
    })
  }
  return { ledger, transfer, source }
}

describe('operation routes and transaction routes', () => {
  test('are changed in parts: what is null in the entries is taken away, the rest stays', async () => {
    const ledger = await ledgerWith(server, [])
    const id = await made(ledger, '/operation-routes', { ...SOURCE, code: 'X', metadata: { a: 1 } })
    const path = `/operation-routes/${id}`
    const changed = await ledger.send('PATCH', path, {
      title: 'Another',
      accountingEntries: { hold: null, commit: null, cancel: null },
      account: { ruleType: 'account_type', validIf: ['deposit'] },
      metadata: { b: 'two' },
    })
    expect(changed.body).toMatchObject({
      title: 'Another',
      code: 'X',
      metadata: { a: 1, b: 'two' },
      account: { ruleType: 'account_type', validIf: ['deposit'] },
    })
    expect(changed.body.accountingEntries).toEqual({
      direct: { debit: line('S-DIR'), credit: null },
    })
    const torn = await ledger.send('PATCH', path, { accountingEntries: { hold: both('S') } })
    expect(codeOf(torn)).toEqual([422, '0163'])
    const { updatedAt: _, ...kept } = (await ledger.get(path)).body
    expect(changed.body).toMatchObject(kept)
  })

  test.each([
    ['0103', 400, { operationType: 'sideways' }],
    ['0009', 400, { title: '' }],
    ['0047', 400, { title: 't'.repeat(256) }],
    ['0053', 400, { accountingEntries: { lend: both('x') } }],
    ['0009', 400, { accountingEntries: { direct: {} } }],
    ['0047', 400, { accountingEntries: { direct: { debit: line('x'.repeat(51)) } } }],
    ['0111', 400, { account: { ruleType: 'name', validIf: 'x' } }],
    ['0112', 400, { account: { ruleType: 'account_type', validIf: [] } }],
    ['0112', 400, { account: { ruleType: 'alias', validIf: 'a\0b' } }],
    ['0112', 400, { account: { ruleType: 'account_type', validIf: ['deposit', { a: 1 }] } }],
    ['0009', 400, { account: { ruleType: 'alias' } }],
    ['0166', 422, { accountingEntries: { direct: { credit: line('x') } } }],
    ['0164', 422, { accountingEntries: { block: { debit: line('x') } } }],
    ['0162', 422, { operationType: 'destination', accountingEntries: { hold: both('x') } }],
    ['0165', 422, { accountingEntries: { direct: both('x'), revert: both('x') } }],
  ])('are refused with %s when they are not whole, as in case %#', async (code, status, more) => {
    const ledger = await ledgerWith(server, [])
    const order = { title: 'x', operationType: 'source', ...more }
    expect(codeOf(await ledger.send('POST', '/operation-routes', order))).toEqual([status, code])
    expect((await ledger.get('/operation-routes')).body.items).toEqual([])
  })

  test('belong to one ledger: another one neither sees them nor makes routes of them', async () => {
    const { from, to, there } = await ledgerWithRoutes()
    const other = await ledgerWith(server, [])
    for (const [path, code] of [
      [`/operation-routes/${from}`, '0101'],
      [`/transaction-routes/${there}`, '0105'],
    ] as const) {
      expect(codeOf(await other.get(path))).toEqual([404, code])
      expect(codeOf(await other.send('PATCH', path, { title: 'mine' }))).toEqual([404, code])
      expect(codeOf(await other.send('DELETE', path))).toEqual([404, code])
    }
    const order = { title: 'x', operationRoutes: [from, to] }
    expect(codeOf(await other.send('POST', '/transaction-routes', order))).toEqual([404, '0101'])
  })

  test('of a transaction route are at most a hundred, and stay for as long as it is made of them', async () => {
    const { ledger, from, to, there, both: round } = await ledgerWithRoutes()
    const many = Array.from({ length: 101 }, () => from)
    const order = { title: 'x', operationRoutes: many }
    expect(codeOf(await ledger.send('POST', '/transaction-routes', order))).toEqual([400, '0158'])
    expect(codeOf(await ledger.send('DELETE', `/operation-routes/${from}`))).toEqual([422, '0107'])
    expect((await ledger.send('DELETE', `/transaction-routes/${there}`)).status).toBe(204)
    for (const id of [from, to])
      expect((await ledger.send('DELETE', `/operation-routes/${id}`)).status).toBe(204)
    expect((await ledger.get('/operation-routes')).body.items).toHaveLength(1)
    const { items } = (await ledger.get('/transaction-routes')).body
    expect(items.map((item: { id: string }) => item.id)).toEqual([round])
  })

  test('are listed from cursor to cursor, forth and back', async () => {
    const ledger = await ledgerWith(server, [])
    for (const title of ['1', '2', '3', '4', '5'])
      await made(ledger, '/operation-routes', { title, operationType: 'source' })
    const titles = ({ body }: { readonly body: { items: readonly { title: string }[] } }) =>
      body.items.map(({ title }) => title).join('')
    const first = await ledger.get('/operation-routes?limit=2')
    const second = await ledger.get(`/operation-routes?limit=2&cursor=${first.body.next_cursor}`)
    const back = await ledger.get(`/operation-routes?limit=2&cursor=${second.body.prev_cursor}`)
    expect([first, second, back].map(titles)).toEqual(['12', '34', '12'])
    expect(titles(await ledger.get('/operation-routes?sort_order=desc'))).toBe('54321')
    expect('page' in first.body).toBe(false)
  })
})

describe('a ledger that asks for routes', () => {
  test.each(['json', 'inflow', 'outflow', 'annotation', 'block', 'unblock'])(
    'takes no %s without one, and nothing moves',
    async (kind) => {
      const { ledger } = await ledgerWithRoutes()
      const { send } = body('1', [['@a', '1']], [['@b', '1']])
      const { source, distribute, ...money } = send
      const sides =
        kind === 'inflow'
          ? { distribute }
          : kind === 'outflow'
            ? { source }
            : { source, distribute }
      const post = (routeId: string | null) =>
        ledger.send('POST', `/transactions/${kind}`, {
          send: { ...money, ...sides },
          ...(routeId === null ? {} : { routeId }),
        })
      expect(codeOf(await post(null))).toEqual([422, '0114'])
      expect(codeOf(await post(UNKNOWN))).toEqual([404, '0105'])
      expect(await ledger.balance('@a')).toMatchObject({ available: '100', version: 1 })
    },
  )

  test('takes no script, which cannot name one, but an order in JSON that names one', async () => {
    const { ledger, from, to, there } = await ledgerWithRoutes()
    const script = (pending: boolean) =>
      `(transaction V1 (chart-of-accounts-group-name X) (pending ${pending}) (send USD 1|0
         (source (from @a :remaining)) (distribute (to @b :remaining))))`
    const run = (order: unknown, type: string) =>
      ledger.send('POST', '/transactions/dsl', order, { 'content-type': type })
    for (const pending of [false, true]) {
      expect(codeOf(await run(script(pending), 'text/plain'))).toEqual([422, '0114'])
      expect(codeOf(await run({ dsl: script(pending) }, 'application/json'))).toEqual([422, '0114'])
    }
    expect(await ledger.balance('@a')).toMatchObject({ available: '100', version: 1 })
    const order = body('1', [['@a', '1', { routeId: from }]], [['@b', '1', { routeId: to }]])
    const named = await run({ ...order, routeId: there }, 'application/json')
    expect(told(named)).toEqual([
      '@a DEBIT debit S-DIR 100+0 99+0',
      '@b CREDIT credit D-DIR 0+0 1+0',
    ])
  })

  test('shows the rubric that each operation is booked under, and finds operations by it', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger, from } = routes
    const paid = await pay(routes)
    expect(told(paid)).toEqual([
      '@a DEBIT debit S-DIR 100+0 99+0',
      '@b CREDIT credit D-DIR 0+0 1+0',
    ])
    expect(told(await ledger.get(`/transactions/${paid.body.id}`))).toEqual(told(paid))
    const blocked = await pay(routes, '1', {}, 'block')
    expect(told(blocked)).toEqual([
      '@a BLOCK debit S-DIR 99+0 98+0',
      '@b BLOCK credit D-DIR 1+0 2+0',
    ])
    const account = (await ledger.get('/accounts/alias/@a')).body.id
    const list = await ledger.get(`/accounts/${account}/operations?route_code=S-DIR`)
    expect(list.body.items).toHaveLength(2)
    const none = await ledger.get(`/accounts/${account}/operations?route_code=D-DIR`)
    expect(none.body.items).toEqual([])
    const byId = await ledger.get(`/accounts/${account}/operations?route_id=${from}`)
    expect(byId.body.items).toHaveLength(2)
  })

  test('notes what moves nothing under its rubrics, too', async () => {
    const routes = await ledgerWithRoutes()
    const noted = await pay(routes, '5', {}, 'annotation')
    expect(noted.body.status.code).toBe('NOTED')
    expect(noted.body.operations.map((one: Shown) => one.routeCode)).toEqual(['S-DIR', 'D-DIR'])
    expect(await routes.ledger.balance('@a')).toMatchObject({ available: '100', version: 1 })
  })

  test('books a hold as two operations, and its end as well', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger } = routes
    const account = (await ledger.get('/accounts/alias/@a')).body.id
    const held = await pay(routes, '30', { pending: true })
    expect(told(held)).toEqual([
      '@a DEBIT debit S-HOLD-D 100+0 70+0',
      '@a ON_HOLD credit S-HOLD-C 70+0 70+30',
    ])
    const committed = await ledger.send('POST', `/transactions/${held.body.id}/commit`)
    expect(told(committed)).toEqual([
      '@a ON_HOLD debit S-COM 70+30 70+0',
      '@b CREDIT credit D-COM 0+0 30+0',
    ])
    const other = await pay(routes, '20', { pending: true })
    const canceled = await ledger.send('POST', `/transactions/${other.body.id}/cancel`)
    expect(told(canceled)).toEqual([
      '@a RELEASE debit S-CAN-D 50+20 50+0',
      '@a CREDIT credit S-CAN-C 50+0 70+0',
    ])
    expect(await ledger.balance('@a')).toEqual({ available: '70', onHold: '0', version: 8 })
    const count = async (query: string) =>
      (await ledger.get(`/accounts/${account}/operations?limit=100&${query}`)).body.items.length
    expect(await count('type=DEBIT')).toBe(2)
    expect(await count('type=ON_HOLD')).toBe(3)
    expect(await count('type=RELEASE')).toBe(1)
    expect(await count('type=CREDIT')).toBe(2)
    expect(await count('direction=debit')).toBe(4)
  })

  test('draws no overdraft, and repays none, for which the operation route has no rubric', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger, from } = routes
    const settings = { allowOverdraft: true, overdraftLimitEnabled: false }
    await ledger.send('PATCH', `/balances/${await ledger.balanceId('@a')}`, { settings })
    for (const kind of ['json', 'block']) {
      expect(codeOf(await pay(routes, '101', {}, kind))).toEqual([422, '0492'])
      expect(codeOf(await pay({ ...routes, ledger: ledger.as('v3') }, '101', {}, kind))).toEqual([
        422,
        '0176',
      ])
    }
    expect(codeOf(await pay(routes, '101', { pending: true }))).toEqual([422, '0492'])
    expect(await ledger.balance('@a')).toEqual({ available: '100', onHold: '0', version: 1 })
    const overdraft = (rubrics: object | null) =>
      ledger.send('PATCH', `/operation-routes/${from}`, {
        accountingEntries: { overdraft: rubrics },
      })
    expect((await overdraft(both('S-OVER'))).status).toBe(200)
    expect(told(await pay(routes, '101'))).toEqual([
      '@a DEBIT debit S-DIR 100+0 0+0',
      '@a OVERDRAFT debit S-OVER-D 0+0 1+0',
      '@b CREDIT credit D-DIR 0+0 101+0',
    ])
    const back = await made(ledger, '/operation-routes', { ...DESTINATION, title: 'Back' })
    const out = await made(ledger, '/operation-routes', { ...SOURCE, title: 'Out' })
    const routeId = await made(ledger, '/transaction-routes', {
      title: 'Repayment',
      operationRoutes: [out, back],
    })
    const repay = () =>
      ledger.pay('1', [['@b', '1', { routeId: out }]], [['@a', '1', { routeId: back }]], {
        routeId,
      })
    expect(codeOf(await repay())).toEqual([422, '0492'])
    expect((await ledger.balance('@b')).available).toBe('101')
  })

  test('ends a hold as an ordinary one once it asks for routes no more', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger } = routes
    const [first, second] = [
      await pay(routes, '30', { pending: true }),
      await pay(routes, '20', { pending: true }),
    ]
    await demand(ledger, false)
    expect(told(await ledger.send('POST', `/transactions/${first.body.id}/commit`))).toEqual([
      '@a DEBIT debit - 50+50 50+20',
      '@b CREDIT credit - 0+0 30+0',
    ])
    expect(told(await ledger.send('POST', `/transactions/${second.body.id}/cancel`))).toEqual([
      '@a RELEASE credit - 50+20 70+0',
    ])
  })

  test('neither commits nor cancels a hold of before that names no route, until it asks no more', async () => {
    const { ledger } = await ledgerWithRoutes()
    await demand(ledger, false)
    const held = await ledger.pay('10', [['@a', '10']], [['@b', '10']], { pending: true })
    await demand(ledger, true)
    for (const end of ['commit', 'cancel'])
      expect(codeOf(await ledger.send('POST', `/transactions/${held.body.id}/${end}`))).toEqual([
        422,
        '0114',
      ])
    expect(await ledger.balance('@a')).toMatchObject({ available: '90', onHold: '10' })
    await demand(ledger, false)
    const canceled = await ledger.send('POST', `/transactions/${held.body.id}/cancel`)
    expect(canceled.status).toBe(201)
    expect((await ledger.balance('@a')).available).toBe('100')
  })

  test('commits a hold of several sources and destinations, each under its operation route', async () => {
    const { ledger, from, to, there } = await ledgerWithRoutes()
    await demand(ledger, false)
    await ledger.inflow('@c', '50')
    await demand(ledger, true)
    const held = await ledger.pay(
      '12',
      [
        ['@a', '7', { routeId: from }],
        ['@c', '5', { routeId: from }],
      ],
      [['@b', '12', { routeId: to }]],
      { routeId: there, pending: true },
    )
    expect(held.body.operations).toHaveLength(4)
    const committed = await ledger.send('POST', `/transactions/${held.body.id}/commit`)
    expect(committed.body.operations.map((one: Shown) => one.routeCode)).toEqual([
      'S-COM',
      'S-COM',
      'D-COM',
    ])
    expect(await ledger.balance('@b')).toMatchObject({ available: '12', version: 1 })
  })

  test('reverts what went over a bidirectional route, under its own rubrics', async () => {
    const { ledger, both: round, round: routeId } = await ledgerWithRoutes()
    const paid = await ledger.pay('5', [['@a', '5', { routeId }]], [['@c', '5', { routeId }]], {
      routeId: round,
    })
    const reverted = await ledger.send('POST', `/transactions/${paid.body.id}/revert`)
    expect(reverted.body.routeId).toBe(round)
    expect(told(reverted)).toEqual([
      '@c DEBIT debit B-REV-D 5+0 0+0',
      '@a CREDIT credit B-REV-C 95+0 100+0',
    ])
  })

  test('has its say even after the routes were switched off: what went one way does not come back', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger } = routes
    const paid = await pay(routes)
    const held = await pay(routes, '2', { pending: true })
    await ledger.send('POST', `/transactions/${held.body.id}/commit`)
    await demand(ledger, false)
    for (const { body } of [paid, held])
      expect(codeOf(await ledger.send('POST', `/transactions/${body.id}/revert`))).toEqual([
        422,
        '0150',
      ])
    expect((await ledger.balance('@b')).available).toBe('3')
  })

  test('asks the same of the other face, which knows of no routes', async () => {
    const { ledger, transfer } = await sharedLedger('asked')
    expect((await transfer()).status).toBe(201)
    await demand(ledger, true)
    const refused = await transfer()
    expect(refused.status).toBe(400)
    expect(refused.body.error).toContain('routes only')
    await demand(ledger, false)
    expect((await transfer()).status).toBe(201)
  })

  test('holds up everything but what expires: that is given back whatever the routes say', async () => {
    const { ledger, transfer, source } = await sharedLedger('expiring')
    const inflight_expiry_date = new Date(Date.now() + 3000).toISOString()
    const held = await transfer({ inflight: true, inflight_expiry_date })
    await demand(ledger, true)
    const end = (status: string) =>
      server.send('PUT', `/transactions/inflight/${held.body.transaction_id}`, { status })
    for (const status of ['commit', 'void']) {
      const refused = await end(status)
      expect([refused.status, refused.body.error]).toEqual([
        400,
        expect.stringContaining('routes only'),
      ])
    }
    const onHold = async () =>
      (await server.send('GET', `/balances/${source}`)).body.inflight_balance
    expect(await onHold()).toBe(-100)
    await expect.poll(onHold, { timeout: 30_000 }).toBe(0)
  })

  test('can be made so from the beginning', async () => {
    const first = await ledgerWith(server, [])
    const { organizationId } = first
    const settings = { accounting: { validateRoutes: true } }
    const path = `/v1/organizations/${organizationId}/ledgers`
    const { body } = await server.send('POST', path, { name: 'Strict', settings })
    const strict = `${path}/${body.id}`
    await server.send('POST', `${strict}/assets`, { name: 'D', type: 'currency', code: 'USD' })
    const account = { assetCode: 'USD', type: 'deposit', alias: '@a' }
    await server.send('POST', `${strict}/accounts`, account)
    const inflow = {
      send: {
        asset: 'USD',
        value: '1',
        distribute: { to: [{ accountAlias: '@a', amount: { asset: 'USD', value: '1' } }] },
      },
    }
    const refused = await server.send('POST', `${strict}/transactions/inflow`, inflow)
    expect(codeOf(refused)).toEqual([422, '0114'])
  })
})

describe('a change of the routes', () => {
  test('counts at once on every server: nothing is posted under what was deleted, changed or asked for', async () => {
    const database = await createDatabase()
    const servers = [
      await startTestServer({ midazProfile: 'v4' }, database),
      await startTestServer({ midazProfile: 'v4' }, database),
    ] as const
    try {
      const routes = await ledgerWithRoutes(servers[0])
      const { ledger, from, there } = routes
      const elsewhere = ledger.through(servers[1])
      const change = (path: string, order: object) => elsewhere.send('PATCH', path, order)
      for (let round = 0; round < 5; round += 1) {
        expect((await pay(routes)).status).toBe(201)
        const account = { ruleType: 'alias', validIf: '@c' }
        expect((await change(`/operation-routes/${from}`, { account })).status).toBe(200)
        expect(codeOf(await pay(routes))).toEqual([422, '0118'])
        const any = { ruleType: 'account_type', validIf: ['deposit'] }
        expect((await change(`/operation-routes/${from}`, { account: any })).status).toBe(200)
        expect((await pay(routes)).status).toBe(201)
        await demand(elsewhere, false)
        expect((await ledger.pay('1', [['@a', '1']], [['@b', '1']])).status).toBe(201)
        await demand(elsewhere, true)
        expect(codeOf(await ledger.pay('1', [['@a', '1']], [['@b', '1']]))).toEqual([422, '0114'])
      }
      const held = await pay(routes, '2', { pending: true })
      expect((await elsewhere.send('DELETE', `/transaction-routes/${there}`)).status).toBe(204)
      expect(codeOf(await pay(routes))).toEqual([404, '0105'])
      const commit = await ledger.send('POST', `/transactions/${held.body.id}/commit`)
      expect(codeOf(commit)).toEqual([404, '0105'])
      expect(await findings(database.query)).toEqual([])
    } finally {
      for (const one of servers) await one.stop()
      await database.drop()
    }
  })

  test.each([
    ['by the server that goes on', false],
    ['by the next server that starts', true],
  ])('of which only the setting was written is put in force %s', async (_, restarted) => {
    const database = await createDatabase()
    const settings = { midazProfile: 'v4' } as const
    let running = await startTestServer(settings, database)
    try {
      const ledger = await ledgerWith(running, ['@a'])
      await database.query(`create function refuse() returns trigger language plpgsql
        as $$ begin raise exception 'no rules now'; end $$`)
      await database.query(`create trigger refuse before insert or update on ledger_rules
        execute function refuse()`)
      const asked = { accounting: { validateRoutes: true } }
      expect((await ledger.send('PATCH', '/settings', asked)).status).toBeGreaterThanOrEqual(500)
      expect((await ledger.get('/settings')).body).toMatchObject(asked)
      expect((await ledger.inflow('@a', '1')).status).toBe(201)
      if (restarted) await running.stop()
      await database.query('drop trigger refuse on ledger_rules')
      if (restarted) running = await startTestServer(settings, database)
      const again = ledger.through(running)
      const status = async () => (await again.inflow('@a', '1')).status
      if (restarted) expect(await status()).toBe(422)
      else await expect.poll(status, { timeout: 30_000 }).toBe(422)
      expect(await findings(database.query)).toEqual([])
    } finally {
      await running.stop()
      await database.drop()
    }
  })

  test('is ordered among the postings that are on their way: none of them follows a route of after its end', async () => {
    const routes = await ledgerWithRoutes()
    const { ledger, there } = routes
    await demand(ledger, false)
    await ledger.inflow('@a', '1000')
    await demand(ledger, true)
    let isOver = false
    const refused = new Set<string>()
    const client = async () => {
      while (!isOver) {
        const answer = await pay(routes)
        if (answer.status !== 201) refused.add(codeOf(answer).join(' '))
      }
    }
    const clients = Array.from({ length: 8 }, client)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect((await ledger.send('DELETE', `/transaction-routes/${there}`)).status).toBe(204)
    await new Promise((resolve) => setTimeout(resolve, 50))
    isOver = true
    await Promise.all(clients)
    const [late] = await server.database.query<{ count: string }>(
      `select count(*) as count from transactions t
         join events e on e.book_id = t.book_id and e.subject_id = $1 and e.verb = 'deleted'
        where t.terms ->> 'routeId' = $1::text and t.seq > e.seq`,
      [there],
    )
    expect(Number(late?.count)).toBe(0)
    expect([...refused]).toEqual(['404 0105'])
  })
})
