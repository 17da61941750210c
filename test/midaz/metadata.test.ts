/** What metadata can be found by: in every list, by index, whatever was written, changed or deleted around it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../support/keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, emptyLedger, ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
})

afterAll(() => server.stop())

const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id)
const codeOf = ({ status, body }: { status: number; body: { code?: unknown } }) => [
  status,
  body.code,
]

/** How each entity of a ledger is made with metadata. */
const MAKERS: Readonly<Record<string, (name: string) => object>> = {
  assets: (name) => ({ name, type: 'others', code: name.toUpperCase() }),
  portfolios: (name) => ({ name }),
  segments: (name) => ({ name }),
  'account-types': (name) => ({ name, keyValue: name }),
  accounts: (name) => ({ assetCode: 'USD', type: 'deposit', alias: name }),
}

async function make(bench: Bench, list: string, name: string, metadata: object): Promise<string> {
  const maker = MAKERS[list] ?? (() => ({}))
  const made = await bench.send('POST', `/${list}`, { ...maker(name), metadata })
  expect(made.status, made.text).toBe(201)
  return made.body.id as string
}

describe.each(Object.keys(MAKERS))('the list %s', (list) => {
  test('finds what has the metadata now, through every change', async () => {
    const bench = await ledgerWith(server, [])
    const find = async (query: string) => {
      const answer = await bench.get(`/${list}?${query}`)
      return answer.status === 404 ? [] : ids(answer)
    }
    const first = await make(bench, list, 'one', { tier: 'gold', n: 7, long: 'x'.repeat(2000) })
    const second = await make(bench, list, 'two', { tier: 'gold', flag: true })
    expect(await find('metadata.tier=gold')).toEqual([first, second])
    expect(await find('metadata.n=7')).toEqual([first])
    expect(await find('metadata.flag=true')).toEqual([second])
    expect(await find(`metadata.long=${'x'.repeat(2000)}`)).toEqual([first])
    expect(await find(`metadata.long=${'x'.repeat(1999)}`)).toEqual([])
    expect(await find('metadata.tier=gold&metadata.n=7')).toEqual([first])
    await bench.send('PATCH', `/${list}/${first}`, { metadata: { tier: 'tin', n: null } })
    expect(await find('metadata.tier=gold')).toEqual([second])
    expect(await find('metadata.tier=tin')).toEqual([first])
    expect(await find('metadata.n=7')).toEqual([])
    await bench.send('DELETE', `/${list}/${second}`)
    expect(await find('metadata.tier=gold')).toEqual([])
  })

  test('is paged by metadata in both orders', async () => {
    const bench = await ledgerWith(server, [])
    const made: string[] = []
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      made.push(await make(bench, list, name, { even: 'no', all: 'yes' }))
    }
    const byPage = async (order: string) => {
      const found: string[] = []
      for (let page = 1; page <= 3; page += 1) {
        const query = `metadata.all=yes&limit=2&page=${page}&sort_order=${order}`
        found.push(...ids(await bench.get(`/${list}?${query}`)))
      }
      return found
    }
    expect(await byPage('asc')).toEqual(made)
    expect(await byPage('desc')).toEqual(made.toReversed())
  })
})

test('organizations and ledgers are found among newer ones of others', async () => {
  const make = async (mark: string) =>
    server.send('POST', '/v1/organizations', {
      legalName: 'Acme',
      legalDocument: '1',
      metadata: { mark },
    })
  const mine = (await make('mine')).body.id
  for (let others = 0; others < 12; others += 1) await make('theirs')
  const path = '/v1/organizations'
  expect(ids(await server.send('GET', `${path}?metadata.mark=mine&limit=1`))).toEqual([mine])
  expect(ids(await server.send('GET', `${path}?metadata.mark=theirs&limit=100`))).toHaveLength(12)
  const ledger = await server.send('POST', `${path}/${mine}/ledgers`, {
    name: 'L',
    metadata: { mark: 'mine' },
  })
  await server.send('POST', `${path}/${mine}/ledgers`, { name: 'M', metadata: { mark: 'x' } })
  const found = await server.send('GET', `${path}/${mine}/ledgers?metadata.mark=mine`)
  expect(ids(found)).toEqual([ledger.body.id])
  await server.send('DELETE', `${path}/${mine}`)
  expect(codeOf(await server.send('GET', `${path}?metadata.mark=mine`))).toEqual([404, '0059'])
})

test('transactions and operations are found among newer ones of other organizations', async () => {
  const pay = async (bench: Bench, mark: string) =>
    bench.pay('1', [['@a', '1', { metadata: { leg: mark } }]], [['@b', '1']], {
      metadata: { mark, n: 1.5 },
    })
  const mine = await ledgerWith(server, ['@a', '@b'])
  await mine.inflow('@a', '100')
  const first = await pay(mine, 'rare')
  const theirs = await ledgerWith(server, ['@a', '@b'])
  await theirs.inflow('@a', '100')
  for (let others = 0; others < 15; others += 1) {
    await pay(theirs, 'rare')
    await pay(mine, 'common')
  }
  const operations = `/accounts/${first.body.operations[0].accountId}/operations`
  expect(ids(await mine.get('/transactions?metadata.mark=rare&limit=1'))).toEqual([first.body.id])
  expect(ids(await mine.get('/transactions?metadata.n=1.5&limit=100'))).toHaveLength(16)
  expect(ids(await mine.get(`${operations}?metadata.leg=rare&limit=1`))).toEqual([
    first.body.operations[0].id,
  ])
  expect(ids(await mine.get(`${operations}?metadata.leg=common&limit=100`))).toHaveLength(15)
})

test('what was written into a transaction or an operation later is found, and what it replaced is not', async () => {
  const bench = await ledgerWith(server, ['@a', '@b'])
  await bench.inflow('@a', '100')
  const paid = await bench.pay('1', [['@a', '1', { metadata: { leg: 'old' } }]], [['@b', '1']], {
    metadata: { mark: 'old' },
  })
  const [operation] = paid.body.operations
  const path = `/transactions/${paid.body.id}`
  await bench.send('PATCH', path, { metadata: { mark: 'new' } })
  await bench.send('PATCH', `${path}/operations/${operation.id}`, { metadata: { leg: 'new' } })
  const operations = `/accounts/${operation.accountId}/operations`
  const found = async (query: string) => ids(await bench.get(query))
  expect(await found('/transactions?metadata.mark=new')).toEqual([paid.body.id])
  expect(await found('/transactions?metadata.mark=old')).toEqual([])
  expect(await found(`${operations}?metadata.leg=new`)).toEqual([operation.id])
  expect(await found(`${operations}?metadata.leg=old`)).toEqual([])
})

test('transactions by metadata are paged forth and back, with and without a span of time', async () => {
  const bench = await ledgerWith(server, ['@a', '@b'])
  await bench.inflow('@a', '100')
  const made: string[] = []
  for (let count = 0; count < 7; count += 1) {
    const paid = await bench.pay('1', [['@a', '1']], [['@b', '1']], {
      metadata: { even: String(count % 2 === 0) },
    })
    if (count % 2 === 0) made.push(paid.body.id)
  }
  for (const span of ['', '&start_date=2020-01-01&end_date=2999-01-01']) {
    const page = (more: string) =>
      bench.get(`/transactions?metadata.even=true&limit=3${span}${more}`)
    const first = await page('')
    const second = await page(`&cursor=${first.body.next_cursor}`)
    expect([...ids(first), ...ids(second)]).toEqual(made)
    const back = await page(`&cursor=${second.body.prev_cursor}`)
    expect(ids(back)).toEqual(ids(first))
  }
})

test('names that are too long for an index are found, too', async () => {
  const bench = await emptyLedger(server)
  const name = '𝄞'.repeat(100)
  const id = await make(bench, 'segments', 'long', { [name]: 'x' })
  const found = await bench.get(`/segments?${encodeURIComponent(`metadata.${name}`)}=x`)
  expect(ids(found)).toEqual([id])
})

describe('indexes of metadata', () => {
  const ALL = '/v1/settings/metadata-indexes'
  const send = (method: string, path: string, body?: unknown) =>
    server.send(method, ALL + path, body)

  test('are made, listed with how often they were of use, and given up', async () => {
    const made = await send('POST', '/entities/segment', { metadataKey: 'color' })
    expect(made.body).toEqual({
      indexName: 'metadata.color_1',
      entityName: 'segment',
      metadataKey: 'color',
      unique: false,
      sparse: true,
    })
    const bench = await emptyLedger(server)
    await make(bench, 'segments', 's', { color: 'red' })
    await bench.get('/segments?metadata.color=red')
    const [listed] = (await send('GET', '?entity_name=segment')).body
    expect(listed).toMatchObject({ metadataKey: 'color', stats: { accesses: 1 } })
    expect((await send('DELETE', '/entities/segment/key/color')).status).toBe(204)
    expect(codeOf(await send('DELETE', '/entities/segment/key/color'))).toEqual([404, '0133'])
    expect((await bench.get('/segments?metadata.color=red')).body.items).toHaveLength(1)
  })

  test('with other options than before are refused', async () => {
    const path = '/entities/portfolio'
    expect((await send('POST', path, { metadataKey: 'k' })).status).toBe(201)
    expect((await send('POST', path, { metadataKey: 'k' })).status).toBe(201)
    const other = await send('POST', path, { metadataKey: 'k', unique: true })
    expect(codeOf(other)).toEqual([409, '0132'])
  })

  test('have a bound', async () => {
    const made = []
    for (let count = 0; count < 64; count += 1)
      made.push(await send('POST', '/entities/asset', { metadataKey: `k${count}` }))
    expect(made.filter(({ status }) => status === 201)).toHaveLength(63)
    expect(made.filter(({ body }) => body.code === '0135')).toHaveLength(1)
  })

  test('cannot be asked for by a name with a NUL character', async () => {
    expect(codeOf(await send('DELETE', '/entities/asset/key/a%00b'))).toEqual([404, '0133'])
    expect(codeOf(await send('GET', '?entity_name=%00'))).toEqual([400, '0138'])
  })

  // The last test: from the first key on, every request needs one.
  test('are not for keys of some organizations only', async () => {
    const { organizationId } = await emptyLedger(server)
    const one = await makeKey(
      server.database,
      ['settings:write', 'settings:read'],
      [organizationId],
    )
    const all = await makeKey(server.database, ['settings:write', 'settings:read'])
    const asked = (key: string) =>
      server.send('GET', ALL, undefined, { authorization: `Bearer ${key}` })
    await expect.poll(async () => (await asked(one)).status, { timeout: 30_000 }).toBe(403)
    expect((await asked(all)).status).toBe(200)
  })
})
