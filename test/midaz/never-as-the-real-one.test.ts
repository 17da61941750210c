/** Ways in which the real server loses money, makes money, or stops: each test is named after what it protects from. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, emptyLedger, ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
})

afterAll(() => server.stop())

const UNKNOWN = '01890000-0000-7000-8000-00000000dead'

function codeOf({ status, body }: { readonly status: number; readonly body: { code?: unknown } }) {
  return [status, body.code]
}

describe('money out of nothing', () => {
  test('a debit that is larger by the last of eighteen decimals is refused', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '25')
    const value = '25.000000000000000001'
    expect(codeOf(await ledger.pay(value, [['@a', value]], [['@b', value]]))).toEqual([422, '0018'])
    expect(await ledger.balance('@a')).toMatchObject({ available: '25', version: 1 })
  })

  test('a negative share takes nothing from a destination', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b', '@c'])
    await ledger.inflow('@a', '100')
    await ledger.inflow('@b', '50')
    const refused = await ledger.pay(
      '100',
      [['@a', '100']],
      [
        ['@b', '', { share: { percentage: -50 } }],
        ['@c', '', { remaining: 'remaining' }],
      ],
    )
    expect(codeOf(refused)).toEqual([400, '0073'])
    expect((await ledger.balance('@b')).available).toBe('50')
  })
})

describe('money that disappears', () => {
  test('an account on both sides of a hold is refused, so that it cannot lose its credit at the commit', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b', '@c'])
    await ledger.inflow('@a', '100')
    await ledger.inflow('@c', '100')
    const refused = await ledger.pay(
      '12',
      [
        ['@c', '5'],
        ['@a', '7'],
      ],
      [
        ['@b', '', { share: { percentage: 50 } }],
        ['@c', '', { remaining: 'remaining' }],
      ],
      { pending: true },
    )
    expect(codeOf(refused)).toEqual([400, '0090'])
    expect(await ledger.balance('@c')).toMatchObject({ available: '100', onHold: '0' })
  })

  test('a commit of several sources and destinations credits every one of them', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b', '@c', '@d'])
    await ledger.inflow('@a', '100')
    await ledger.inflow('@c', '100')
    const held = await ledger.pay(
      '12',
      [
        ['@c', '5'],
        ['@a', '7'],
      ],
      [
        ['@b', '', { share: { percentage: 50 } }],
        ['@d', '', { remaining: 'remaining' }],
      ],
      { pending: true },
    )
    const committed = await ledger.send('POST', `/transactions/${held.body.id}/commit`)
    expect(committed.body.operations).toHaveLength(4)
    for (const [alias, available] of [
      ['@a', '93'],
      ['@b', '6'],
      ['@c', '95'],
      ['@d', '6'],
    ] as const)
      expect((await ledger.balance(alias)).available).toBe(available)
  })

  test('a balance with money cannot be deleted, not even right after the posting', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const id = await ledger.balanceId('@a')
    for (let round = 0; round < 20; round += 1) {
      await ledger.inflow('@a', '1')
      expect(codeOf(await ledger.send('DELETE', `/balances/${id}`))).toEqual([400, '0093'])
    }
  })

  test('an account can be deleted right after it was emptied, and not before', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const accountId = (await ledger.get('/accounts/alias/@a')).body.id
    await ledger.inflow('@a', '1')
    expect(codeOf(await ledger.send('DELETE', `/accounts/${accountId}`))).toEqual([400, '0012'])
    await ledger.outflow('@a', '1')
    expect((await ledger.send('DELETE', `/accounts/${accountId}`)).status).toBe(204)
  })

  test('a deleted balance receives nothing, though it was just in use', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    await ledger.pay('1', [['@b', '1']], [['@a', '1']])
    const id = await ledger.balanceId('@b')
    expect((await ledger.send('DELETE', `/balances/${id}`)).status).toBe(204)
    expect(codeOf(await ledger.pay('1', [['@a', '1']], [['@b', '1']]))).toEqual([422, '0019'])
  })

  test('an alias that was given to a new account no longer leads to the deleted one', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    await ledger.pay('1', [['@b', '1']], [['@a', '1']])
    const old = (await ledger.get('/accounts/alias/@b')).body.id
    expect((await ledger.send('DELETE', `/accounts/${old}`)).status).toBe(204)
    await ledger.account('@b')
    const paid = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    expect(paid.status).toBe(201)
    expect(await ledger.balance('@b')).toMatchObject({ available: '1', version: 1 })
  })

  test('a pending transaction whose description was changed still moves its money', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const held = await ledger.pay('4', [['@a', '4']], [['@b', '4']], { pending: true })
    const path = `/transactions/${held.body.id}`
    expect((await ledger.send('PATCH', path, { description: 'changed' })).status).toBe(200)
    expect((await ledger.send('POST', `${path}/commit`)).status).toBe(201)
    expect((await ledger.get(path)).body).toMatchObject({
      description: 'changed',
      status: { code: 'APPROVED' },
      source: ['@a'],
      destination: ['@b'],
    })
    expect(await ledger.balance('@a')).toMatchObject({ available: '6', onHold: '0' })
    expect((await ledger.balance('@b')).available).toBe('4')
  })

  test('a pending transaction whose metadata was changed still gives its money back', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const held = await ledger.pay('4', [['@a', '4']], [['@b', '4']], { pending: true })
    const path = `/transactions/${held.body.id}`
    expect((await ledger.send('PATCH', path, { metadata: { seen: 'yes' } })).status).toBe(200)
    expect((await ledger.send('POST', `${path}/cancel`)).body.operations).toHaveLength(1)
    expect(await ledger.balance('@a')).toMatchObject({ available: '10', onHold: '0' })
  })

  test('canceling a pending outflow leaves the outside world alone', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    await ledger.inflow('@a', '10')
    const held = await ledger.outflow('@a', '4', { pending: true })
    await ledger.send('POST', `/transactions/${held.body.id}/cancel`)
    expect((await ledger.balance('@external/USD')).available).toBe('10')
    expect(await ledger.balance('@a')).toMatchObject({ available: '10', onHold: '0' })
  })
})

describe('a freeze that is not one', () => {
  test('stops a balance that is in use: the next posting is refused, and the ones at the same time obey', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '100')
    const id = await ledger.balanceId('@a')
    const pay = () => ledger.pay('1', [['@a', '1']], [['@b', '1']])
    for (let round = 0; round < 10; round += 1) {
      const [, frozen] = await Promise.all([
        pay(),
        ledger.send('PATCH', `/balances/${id}`, { allowSending: false }),
        pay(),
      ])
      expect([frozen.status, frozen.body.allowSending]).toEqual([200, false])
      expect(codeOf(await pay())).toEqual([400, '0024'])
      await ledger.send('PATCH', `/balances/${id}`, { allowSending: true })
      expect((await pay()).status).toBe(201)
    }
  })
})

describe('one where there are two', () => {
  test('two equal reversals of two equal payments are two', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const ids: string[] = []
    for (const code of ['x1', 'x2'])
      ids.push((await ledger.pay('2', [['@a', '2']], [['@b', '2']], { code })).body.id)
    for (const id of ids) {
      const reverted = await ledger.send('POST', `/transactions/${id}/revert`)
      expect([reverted.status, reverted.body.parentTransactionId]).toEqual([201, id])
    }
    expect((await ledger.balance('@a')).available).toBe('10')
  })

  test('two equal payments without a key are two', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const first = await ledger.pay('2', [['@a', '2']], [['@b', '2']])
    const second = await ledger.pay('2', [['@a', '2']], [['@b', '2']])
    expect(first.body.id).not.toBe(second.body.id)
    expect((await ledger.balance('@b')).available).toBe('4')
  })

  test('a key that is used for another payment is refused instead of answering the first one', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const key = { 'x-idempotency': 'k1' }
    await ledger.pay('1', [['@a', '1']], [['@b', '1']], {}, key)
    const other = await ledger.pay('2', [['@a', '2']], [['@b', '2']], {}, key)
    expect(codeOf(other)).toEqual([409, '0084'])
    expect((await ledger.balance('@b')).available).toBe('1')
    const elsewhere = await ledger.inflow('@a', '1', key)
    expect(codeOf(elsewhere)).toEqual([409, '0084'])
    expect((await ledger.balance('@a')).available).toBe('9')
  })
})

describe('what cannot be found, or should not be', () => {
  test('a filter by metadata finds its match however many newer ones other organizations have', async () => {
    const ledger = await ledgerWith(server, [])
    const made = await ledger.send('POST', '/segments', {
      name: 'mine',
      metadata: { kind: 'same' },
    })
    const others = await emptyLedger(server)
    for (let count = 0; count < 15; count += 1)
      await others.send('POST', '/segments', { name: `s${count}`, metadata: { kind: 'same' } })
    const found = await ledger.get('/segments?metadata.kind=same')
    expect(found.body.items.map((item: { id: string }) => item.id)).toEqual([made.body.id])
  })

  test('a filter of transactions finds its match however many newer ones other organizations have', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const metadata = { order: 'same' }
    const pay = (bench: Bench) =>
      bench.pay('1', [['@external/USD', '1']], [['@a', '1']], { metadata })
    const made = await pay(ledger)
    const others = await ledgerWith(server, ['@a'])
    for (let count = 0; count < 15; count += 1) await pay(others)
    const found = await ledger.get('/transactions?metadata.order=same')
    expect(found.body.items.map((item: { id: string }) => item.id)).toEqual([made.body.id])
  })

  test('nothing is made below what was deleted in a ledger', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const portfolio = await ledger.send('POST', '/portfolios', { name: 'p' })
    const segment = await ledger.send('POST', '/segments', { name: 's' })
    const parent = await ledger.account('@parent')
    for (const path of [
      `/portfolios/${portfolio.body.id}`,
      `/segments/${segment.body.id}`,
      `/accounts/${parent}`,
    ])
      expect((await ledger.send('DELETE', path)).status).toBe(204)
    const account = { assetCode: 'USD', type: 'deposit' }
    for (const below of [
      { portfolioId: portfolio.body.id },
      { segmentId: segment.body.id },
      { parentAccountId: parent },
    ])
      expect((await ledger.send('POST', '/accounts', { ...account, ...below })).status).toBeOneOf([
        400, 404,
      ])
    const more = await ledger.send('POST', `/accounts/${parent}/balances`, { key: 'more' })
    expect(codeOf(more)).toEqual([404, '0007'])
  })

  test('nothing comes in through an asset that was deleted', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const { items } = (await ledger.get('/assets')).body
    expect((await ledger.send('DELETE', `/assets/${items[0].id}`)).status).toBe(204)
    expect(codeOf(await ledger.inflow('@a', '1'))).toEqual([422, '0019'])
    expect((await ledger.balance('@a')).available).toBe('0')
  })

  test('nothing is made, found or posted below a deleted ledger, on any server', async () => {
    const second = await startTestServer({ midazProfile: 'v3' }, server.database)
    try {
      const ledger = await ledgerWith(server, ['@a', '@b'])
      const elsewhere = ledger.through(second)
      await ledger.inflow('@a', '10')
      expect((await elsewhere.pay('1', [['@a', '1']], [['@b', '1']])).status).toBe(201)
      expect((await ledger.send('DELETE', '')).status).toBe(204)
      for (const bench of [elsewhere, ledger]) await nothingBelow(bench)
    } finally {
      await second.stop()
    }
  })

  test('nothing is made, found or posted below a deleted organization', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '10')
    const organization = `/v1/organizations/${ledger.organizationId}`
    expect((await server.send('DELETE', organization)).status).toBe(204)
    await nothingBelow(ledger)
    const made = await server.send('POST', `${organization}/ledgers`, { name: 'x' })
    expect(codeOf(made)).toEqual([404, '0038'])
    expect((await server.send('GET', `${organization}/ledgers`)).body.items).toEqual([])
  })

  test('paging back leaves the way forward open', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b', '@c'])
    const first = await ledger.get('/balances?limit=1')
    const second = await ledger.get(`/balances?limit=1&cursor=${first.body.next_cursor}`)
    const back = await ledger.get(`/balances?limit=1&cursor=${second.body.prev_cursor}`)
    expect(back.body.items).toEqual(first.body.items)
    expect(back.body.prev_cursor).toBeUndefined()
    const forth = await ledger.get(`/balances?limit=1&cursor=${back.body.next_cursor}`)
    expect(forth.body.items).toEqual(second.body.items)
  })
})

describe('answers of 500', () => {
  test('an entry without an alias lacks a field', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    const amount = { asset: 'USD', value: '1' }
    const answer = await ledger.send('POST', '/transactions/json', {
      send: {
        asset: 'USD',
        value: '1',
        source: { from: [{ amount }] },
        distribute: { to: [{ accountAlias: '@b', amount }] },
      },
    })
    expect(codeOf(answer)).toEqual([400, '0009'])
  })

  test('an unknown route, of a transaction or of an entry, is none where routes are asked for', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '1')
    const operationRoutes: string[] = []
    for (const operationType of ['source', 'destination']) {
      const made = await ledger.send('POST', '/operation-routes', { title: 'x', operationType })
      operationRoutes.push(made.body.id)
    }
    const [from, to] = operationRoutes
    const route = await ledger.send('POST', '/transaction-routes', { title: 'x', operationRoutes })
    await ledger.send('PATCH', '/settings', { accounting: { validateRoutes: true } })
    const under = (routeId: string, sourceId: string | undefined) =>
      ledger.pay('1', [['@a', '1', { routeId: sourceId }]], [['@b', '1', { routeId: to }]], {
        routeId,
      })
    expect(codeOf(await under(UNKNOWN, from))).toEqual([404, '0105'])
    expect(codeOf(await under(route.body.id, UNKNOWN))).toEqual([422, '0117'])
    expect(codeOf(await under('x', from))).toEqual([400, '0047'])
    expect((await under(route.body.id, from)).status).toBe(201)
  })

  test('changing an unknown transaction route holds on to nothing', async () => {
    const ledger = await ledgerWith(server, [])
    for (let round = 0; round < 5; round += 1) {
      const changed = await ledger.send('PATCH', `/transaction-routes/${UNKNOWN}`, { title: 'x' })
      expect(codeOf(changed)).toEqual([404, '0105'])
    }
    // Work of the server itself is between two statements for a moment; what is held on to stays.
    await vi.waitFor(async () => {
      const idle = await server.database.query(
        "select pid from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
      )
      expect(idle).toEqual([])
    })
  })

  test('an unknown route id is kept and not looked up while routes are not enforced', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    await ledger.inflow('@a', '1')
    const paid = await ledger.pay('1', [['@a', '1', { routeId: UNKNOWN }]], [['@b', '1']], {
      routeId: UNKNOWN,
    })
    expect(paid.status).toBe(201)
    expect(paid.body.routeId).toBe(UNKNOWN)
    const path = `/accounts/${paid.body.operations[0].accountId}/operations`
    expect((await ledger.get(`${path}?route_id=${UNKNOWN}`)).body.items).toHaveLength(1)
  })
})

describe('requests that end the process', () => {
  test('an asset rate without a ttl holds for no time, when it is made and when it is changed', async () => {
    const ledger = await emptyLedger(server)
    for (const rate of [550, 560]) {
      const answer = await ledger.send('PUT', '/asset-rates', { from: 'USD', to: 'BRL', rate })
      expect([answer.status, answer.body.rate, answer.body.ttl]).toEqual([201, rate, 0])
    }
    expect((await server.send('GET', '/health')).status).toBe(200)
  })
})

async function nothingBelow(bench: Bench): Promise<void> {
  expect(codeOf(await bench.pay('1', [['@a', '1']], [['@b', '1']]))).toEqual([404, '0007'])
  expect(codeOf(await bench.inflow('@a', '1'))).toEqual([404, '0007'])
  expect((await bench.get('/accounts')).body.items).toEqual([])
  expect((await bench.get('/balances')).body.items).toEqual([])
  expect(codeOf(await bench.get(''))).toEqual([404, '0007'])
  expect(codeOf(await bench.send('POST', '/segments', { name: 'x' }))).toEqual([404, '0037'])
  const account = { assetCode: 'USD', type: 'deposit' }
  expect(codeOf(await bench.send('POST', '/accounts', account))).toEqual([404, '0007'])
}
