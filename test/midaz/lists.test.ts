/** Lists: what may be asked of every one of them, and that paging loses and repeats nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, emptyLedger } from './ledger.ts'

let server: TestServer
let ledger: Bench
let accountId: string

const ROWS = 7

beforeAll(async () => {
  server = await startTestServer()
  ledger = await emptyLedger(server)
  await ledger.asset()
  accountId = await ledger.account('@many')
  for (let row = 0; row < ROWS; row += 1) {
    await ledger.account(`@a${row}`)
    await ledger.send('POST', `/accounts/${accountId}/balances`, { key: `key${row}` })
    await ledger.send('POST', '/portfolios', { name: `p${row}` })
    await ledger.send('POST', '/segments', { name: `s${row}` })
    await ledger.send('POST', '/account-types', { name: `t${row}`, keyValue: `t${row}` })
    await ledger.send('POST', '/assets', {
      name: `x${row}`,
      type: 'others',
      code: `${'XYZABCD'[row]}QQ`,
    })
    await ledger.inflow('@many', `${row + 1}`)
  }
})

afterAll(() => server.stop())

const BY_PAGE = ['/assets', '/portfolios', '/segments', '/accounts']
const BY_CURSOR = ['/balances', '/transactions', 'operations', 'account balances']

function pathOf(list: string): string {
  if (list === 'operations') return `/accounts/${accountId}/operations`
  if (list === 'account balances') return `/accounts/${accountId}/balances`
  return list
}

const ask = (list: string, query: string) => ledger.get(`${pathOf(list)}?${query}`)

const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id)

describe.each([...BY_PAGE, ...BY_CURSOR, '/account-types'])('the list %s', (list) => {
  test.each([
    ['limit=0', 400, '0082'],
    ['limit=-1', 400, '0082'],
    ['limit=abc', 400, '0082'],
    ['limit=1e1', 400, '0082'],
    ['limit=99999999999999999999', 400, '0082'],
    ['limit=101', 400, '0080'],
    ['page=0', 400, '0082'],
    ['page=abc', 400, '0082'],
    ['sort_order=sideways', 400, '0081'],
    ['cursor=garbage', 400, '0082'],
    ['cursor=%00', 400, '0082'],
    [`cursor=${Buffer.from('{"id":"x","direction":"next"}').toString('base64')}`, 400, '0082'],
    [`cursor=${Buffer.from('null').toString('base64')}`, 400, '0082'],
    [`cursor=${'A'.repeat(2_000)}`, 400, '0082'],
    ['start_date=2026-01-01', 400, '0083'],
    ['end_date=2026-01-01', 400, '0083'],
    ['start_date=soon&end_date=2026-01-01', 400, '0131'],
    ['start_date=2026-02-30&end_date=2026-03-01', 400, '0131'],
    ['start_date=2026-01-02&end_date=2026-01-01', 400, '0078'],
  ])('refuses ?%s', async (query, status, code) => {
    const answer = await ask(list, query)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test.each(['limit=100', 'sort_order=DESC', 'limit=', 'who=knows', 'limit=5&limit=3'])(
    'understands ?%s',
    async (query) => {
      expect((await ask(list, query)).status).toBe(200)
    },
  )

  test('has no rows of the time before it, and all of them of today', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const before = await ask(list, 'start_date=2001-01-01&end_date=2001-12-31&limit=100')
    expect(before.body.items).toEqual([])
    const now = await ask(list, `start_date=2001-01-01&end_date=${today}&limit=100`)
    expect(ids(now).sort()).toEqual(ids(await ask(list, 'limit=100')).sort())
    expect(ids(now).length).toBeGreaterThanOrEqual(ROWS)
  })

  test('says the same in the words of both client libraries', async () => {
    const first = await ask(list, 'limit=3')
    const { items, limit, pagination, meta } = first.body
    expect(items).toHaveLength(3)
    expect(limit).toBe(3)
    expect(pagination).toMatchObject({ limit: 3, offset: 0 })
    expect(meta).toMatchObject({ count: 3 })
    expect(pagination.nextCursor).toBe(first.body.next_cursor)
    expect(meta.nextCursor).toBe(first.body.next_cursor)
    const inCamels = await ask(list, 'limit=3&sortOrder=desc')
    expect(ids(inCamels)).toEqual(ids(await ask(list, 'limit=3&sort_order=desc')))
  })
})

describe.each(BY_PAGE)('the list %s, page by page', (list) => {
  test.each([1, 2, 3, 100])('has every row once with %i a page', async (limit) => {
    const all = ids(await ask(list, 'limit=100'))
    const seen: string[] = []
    for (let page = 1; ; page += 1) {
      const answer = await ask(list, `limit=${limit}&page=${page}`)
      expect(answer.body).toMatchObject({ page, limit })
      if (answer.body.items.length === 0) break
      seen.push(...ids(answer))
    }
    expect(seen).toEqual(all)
    expect(ids(await ask(list, 'limit=100&sort_order=desc'))).toEqual(all.toReversed())
    expect(ids(await ask(list, `limit=2&offset=3`))).toEqual(all.slice(3, 5))
  })
})

describe.each([...BY_CURSOR, '/account-types'])('the list %s, from cursor to cursor', (list) => {
  test('has every row once, forth and back, whatever the size of a page', async () => {
    for (const order of ['asc', 'desc'])
      for (const limit of [1, 2, 3]) {
        const query = `limit=${limit}&sort_order=${order}`
        const all = ids(await ask(list, `limit=100&sort_order=${order}`))
        const pages: string[][] = []
        let answer = await ask(list, query)
        expect(answer.body.prev_cursor).toBeUndefined()
        for (;;) {
          pages.push(ids(answer))
          if (answer.body.next_cursor === undefined) break
          answer = await ask(list, `${query}&cursor=${encodeURIComponent(answer.body.next_cursor)}`)
        }
        expect(pages.flat()).toEqual(all)
        for (const page of pages.slice(0, -1).toReversed()) {
          const cursor = encodeURIComponent(answer.body.prev_cursor)
          answer = await ask(list, `${query}&cursor=${cursor}`)
          expect(ids(answer)).toEqual(page)
        }
        expect(answer.body.prev_cursor).toBeUndefined()
      }
  })

  test('goes on from a cursor in the older form', async () => {
    const all = ids(await ask(list, 'limit=100'))
    const older = { id: all[2], points_next: true }
    const cursor = encodeURIComponent(Buffer.from(JSON.stringify(older)).toString('base64'))
    expect(ids(await ask(list, `limit=2&cursor=${cursor}`))).toEqual(all.slice(3, 5))
    const back = { id: all[2], points_next: false }
    const backwards = encodeURIComponent(Buffer.from(JSON.stringify(back)).toString('base64'))
    expect(ids(await ask(list, `limit=2&cursor=${backwards}`))).toEqual(all.slice(0, 2))
  })
})

test('a list of another ledger shows nothing of this one', async () => {
  const other = await emptyLedger(server)
  for (const list of [...BY_PAGE, ...BY_CURSOR, '/account-types']) {
    const { body } = await other.get(pathOf(list))
    expect(body.items, list).toEqual([])
  }
})
