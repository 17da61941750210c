/** The stream of a ledger's events, as a client of Midaz hears it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { TestEventSource } from '../support/event-source.ts'
import { makeKey } from '../support/keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/subscriber.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let database: TestDatabase
let server: TestServer
let other: TestServer
let ledger: Bench
const open: TestEventSource[] = []

beforeAll(async () => {
  database = await createDatabase()
  const headers = { authorization: `Bearer ${await makeKey(database, ['*:*'])}` }
  server = await startTestServer({ midazProfile: 'v4' }, database)
  other = await startTestServer({ midazProfile: 'v4' }, database)
  ledger = await ledgerWith(server, ['@a', '@b'], headers)
  await ledger.inflow('@a', '1000')
})

afterEach(() => {
  for (const source of open.splice(0)) source.close()
})

afterAll(async () => {
  await other.stop()
  await server.stop()
  await database.drop()
})

async function listen(query = '', more: Readonly<Record<string, string>> = {}, by = server) {
  const headers = { ...ledger.headers, ...more }
  const source = await TestEventSource.open(`${by.url}${ledger.path}/events${query}`, headers)
  open.push(source)
  return source
}

const pay = (bench = ledger) => bench.pay('1', [['@a', '1']], [['@b', '1']])

const types = ({ heard }: TestEventSource) => heard.map(({ event }) => event)

describe('the stream of a ledger', () => {
  test('tells each event by its name, in the envelope of the webhook', async () => {
    const source = await listen()
    const { body } = await pay()
    await until(() => source.heard.length === 3)
    expect(types(source)).toEqual(['transaction.posted', 'balance.changed', 'balance.changed'])
    expect(source.heard[0]?.data).toMatchObject({
      type: 'studio.lerian.transaction.posted',
      subject: body.id,
      ledgerid: ledger.ledgerId,
    })
  })

  test('tells what was done through another server, and of no other ledger', async () => {
    const elsewhere = await ledgerWith(server, ['@a', '@b'], ledger.headers)
    const source = await listen('?types=transaction.*,segment.created', {}, other)
    await elsewhere.inflow('@a', '5')
    await ledger.send('POST', '/segments', { name: 'heard' })
    await pay()
    await until(() => source.heard.length === 2)
    expect(types(source)).toEqual(['segment.created', 'transaction.posted'])
  })

  test('goes on at another server where a client stopped, in the middle of nothing', async () => {
    const first = await listen()
    await pay()
    await until(() => first.heard.length === 3)
    first.close()
    for (let round = 0; round < 3; round += 1) await pay()
    const second = await listen('', { 'last-event-id': first.lastId }, other)
    await until(() => second.heard.length === 9)
    const ids = [...first.heard, ...second.heard].map(({ data }) => data.id)
    expect(new Set(ids).size).toBe(12)
    expect([...ids].sort()).toEqual(ids)
  })

  test('goes on from the id of an event as well', async () => {
    const first = await listen()
    await pay()
    await until(() => first.heard.length === 3)
    const source = await listen(`?after=${first.heard.at(-1)?.data.id}`)
    await pay()
    await until(() => source.heard.length === 3)
    expect(source.heard.map(({ data }) => data.id)).not.toContain(first.heard[0]?.data.id)
  })

  test.each([
    ['?types=transaction.exploded'],
    [`?types=${Array.from({ length: 51 }, () => '*').join(',')}`],
    ['?after=yesterday'],
    ['?after=%00'],
  ])('is asked for rightly: not with %s', async (query) => {
    expect((await ledger.get(`/events${query}`)).status).toBe(400)
  })

  test('is for those who may read events of this organization', async () => {
    const asked = async (scopes: readonly string[], organizations: readonly string[] | null) => {
      const token = await makeKey(database, scopes, organizations)
      const headers = { authorization: `Bearer ${token}` }
      return (await ledger.send('GET', '/events', undefined, headers)).status
    }
    expect(await asked(['events:read'], [ledger.organizationId])).toBe(200)
    expect(await asked(['transactions:read'], null)).toBe(403)
    expect(await asked(['*:*'], [ledger.ledgerId])).toBe(404)
  })
})
