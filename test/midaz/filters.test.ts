/** Filters of lists, and spans of time. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id)

describe('a filter', () => {
  test('of accounts', async () => {
    const bench = await ledgerWith(server, [])
    const portfolio = await bench.send('POST', '/portfolios', { name: 'P', entityId: 'E-1' })
    const segment = await bench.send('POST', '/segments', { name: 'S' })
    const parent = await bench.account('@Parent', { name: 'Parent_1' })
    const child = await bench.account('@child', {
      name: 'Child%',
      type: 'savings',
      portfolioId: portfolio.body.id,
      segmentId: segment.body.id,
      parentAccountId: parent,
      entityId: 'E-2',
      status: { code: 'INACTIVE' },
      blocked: true,
      metadata: { tier: 'gold', number: 7, flag: true },
    })
    const found = async (query: string) => ids(await bench.get(`/accounts?${query}`))
    for (const query of [
      `portfolio_id=${portfolio.body.id}`,
      `portfolioId=${portfolio.body.id}`,
      `segment_id=${segment.body.id}`,
      `parent_account_id=${parent}`,
      'type=savings',
      'entity_id=E-2',
      'status=INACTIVE',
      'blocked=true',
      'blocked=1',
      'alias=@chi',
      'alias=@CHI',
      'name=child%25',
      'metadata.tier=gold',
      'metadata.number=7',
      'metadata.flag=true',
      'metadata.tier=gold&type=savings',
    ])
      expect(await found(query), query).toEqual([child])
    expect(await found('alias=@par&name=parent_')).toEqual([parent])
    expect(await found('asset_code=USD&sort_order=asc')).toContain(parent)
    for (const query of [
      'name=child_',
      'name=%25',
      'alias=_child',
      'type=sav',
      'entity_id=E',
      'asset_code=usd',
    ])
      expect(await found(query), query).toEqual([])
    for (const query of ['metadata.tier=silver', 'metadata.tier=', 'metadata.none=gold'])
      expect((await bench.get(`/accounts?${query}`)).status, query).toBe(404)
    for (const query of ['portfolio_id=x', 'status=GONE', 'blocked=perhaps', 'name=%00'])
      expect((await bench.get(`/accounts?${query}`)).body.code, query).toBe('0082')
  })

  test('of operations', async () => {
    const bench = await ledgerWith(server, ['@from', '@to'])
    await bench.inflow('@from', '10')
    const held = await bench.pay('4', [['@from', '4']], [['@to', '4']], { pending: true })
    await bench.send('POST', `/transactions/${held.body.id}/commit`)
    const blocked = await bench.pay('1', [['@from', '1']], [['@to', '1']], {}, {}, 'block')
    expect(blocked.status).toBe(201)
    const account = (await bench.get('/accounts/alias/@from')).body.id
    const types = async (query: string): Promise<string[]> =>
      (await bench.get(`/accounts/${account}/operations?${query}`)).body.items.map(
        ({ type }: { type: string }) => type,
      )
    const all = await types('')
    for (const type of ['DEBIT', 'CREDIT', 'ON_HOLD', 'RELEASE', 'BLOCK', 'UNBLOCK']) {
      expect(await types(`type=${type}`)).toEqual(all.filter((one) => one === type))
      expect(await types(`type=${type.toLowerCase()}`)).toEqual(all.filter((one) => one === type))
    }
    expect(all).toEqual(expect.arrayContaining(['CREDIT', 'ON_HOLD', 'DEBIT', 'BLOCK']))
    expect(await types('type=OVERDRAFT')).toEqual([])
    expect(
      [...(await types('direction=debit')), ...(await types('direction=credit'))].sort(),
    ).toEqual(all.toSorted())
  })
})

/** Transactions of many days, some entered later; any span holds what a reader would count into it. */
describe('spans of time', () => {
  test('hold the transactions that count for them, page by page', async () => {
    const bench = await ledgerWith(server, ['@till'])
    const account = (await bench.get('/accounts/alias/@till')).body.id
    const days = ['2024-01-01', '2024-01-01', '2024-06-30', '2025-02-28', '2025-12-31', null, null]
    const made: { id: string; at: string }[] = []
    for (const day of days.toReversed()) {
      const date = day === null ? {} : { transactionDate: `${day}T12:00:00Z` }
      const { body, status } = await bench.send('POST', '/transactions/inflow', {
        ...date,
        send: {
          asset: 'USD',
          value: '1',
          distribute: { to: [{ accountAlias: '@till', amount: { asset: 'USD', value: '1' } }] },
        },
      })
      expect(status).toBe(201)
      made.push({ id: body.id, at: body.createdAt })
    }
    const inTime = made.toSorted((left, right) =>
      left.at + left.id < right.at + right.id ? -1 : 1,
    )
    const someDay = fc.constantFrom(
      '2023-12-31',
      '2024-01-01',
      '2024-06-30',
      '2025-03-01',
      '2030-01-01',
    )
    await fc.assert(
      fc.asyncProperty(
        someDay,
        someDay,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('asc', 'desc'),
        fc.constantFrom('/transactions', `/accounts/${account}/operations`),
        async (one, other, limit, order, list) => {
          const [start, end] = one < other ? [one, other] : [other, one]
          const expected = inTime
            .filter(({ at }) => at.slice(0, 10) >= start && at.slice(0, 10) <= end)
            .map(({ id }) => id)
          if (order === 'desc') expected.reverse()
          const query = `limit=${limit}&sort_order=${order}&start_date=${start}&end_date=${end}`
          const seen: string[] = []
          let cursor = ''
          for (;;) {
            const { body } = await bench.get(`${list}?${query}${cursor}`)
            for (const { id, transactionId } of body.items) seen.push(transactionId ?? id)
            if (body.next_cursor === undefined) break
            cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`
          }
          expect(seen).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })
})
