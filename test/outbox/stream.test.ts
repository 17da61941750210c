import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { TestEventSource } from '../support/event-source.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/subscriber.ts'

let server: TestServer
const open: TestEventSource[] = []

beforeAll(async () => {
  server = await startTestServer()
})
afterEach(() => {
  for (const source of open.splice(0)) source.close()
})
afterAll(() => server.stop())

async function listen(path: string, headers: Readonly<Record<string, string>> = {}) {
  const source = await TestEventSource.open(server.url + path, headers)
  open.push(source)
  return source
}

let count = 0

async function post(amount = 1): Promise<string> {
  count += 1
  const reference = `stream-${count}`
  const answer = await server.send('POST', '/transactions', {
    reference,
    amount,
    precision: 100,
    currency: 'USD',
    description: 'd',
    source: '@Source',
    destination: '@Target',
    allow_overdraft: true,
    skip_queue: true,
  })
  expect(answer.status).toBe(201)
  return reference
}

function references(...sources: readonly TestEventSource[]): readonly string[] {
  return sources.flatMap(({ heard }) =>
    heard
      .filter(({ event }) => event === 'transaction.applied')
      .map(({ data }) => data.data.reference),
  )
}

describe('the stream of events', () => {
  test('tells what happens as it happens, in the form of the webhook', async () => {
    const source = await listen('/events')
    expect(source.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const reference = await post()
    await until(() => references(source).length === 1)
    const last = source.heard.at(-1)
    expect(last?.data).toMatchObject({ event: 'transaction.applied', data: { reference } })
  })

  test('goes on where a client stopped listening, without a gap and without a repetition', async () => {
    const first = await listen('/events')
    const told: string[] = []
    for (let round = 0; round < 5; round += 1) told.push(await post())
    await until(() => references(first).length === 5)
    first.close()
    for (let round = 0; round < 250; round += 1) told.push(await post())
    const second = await listen('/events', { 'last-event-id': first.lastId })
    for (let round = 0; round < 5; round += 1) told.push(await post())
    await until(() => references(second).length === 255)
    expect(references(first, second)).toEqual(told)
  })

  test('can be heard from the beginning', async () => {
    const source = await listen('/events?after=beginning')
    await until(() => references(source).length >= count)
    expect(references(source)).toEqual(
      Array.from({ length: count }, (_, index) => `stream-${index + 1}`),
    )
  })

  test('tells only what is asked for', async () => {
    const source = await listen('/events?types=ledger.*,identity.created')
    await post()
    await server.send('POST', '/ledgers', { name: 'streamed' })
    await server.send('POST', '/identities', { first_name: 'Ada' })
    await until(() => source.heard.length === 2)
    expect(source.heard.map(({ event }) => event)).toEqual(['ledger.created', 'identity.created'])
  })

  test('turns down a place that is none', async () => {
    const answer = await server.send('GET', '/events', undefined, { 'last-event-id': 'elsewhere' })
    expect(answer.status).toBe(400)
  })

  test('is not held up by a listener that does not read', async () => {
    const { port } = new URL(server.url)
    const stuck = connect(Number(port), '127.0.0.1')
    stuck.pause()
    stuck.write('GET /events?after=beginning HTTP/1.1\r\nhost: x\r\n\r\n')
    const source = await listen('/events')
    const told = [await post(), await post()]
    await until(() => references(source).length === 2)
    expect(references(source)).toEqual(told)
    stuck.destroy()
  })

  test('is the same for all who listen', async () => {
    const sources = await Promise.all(Array.from({ length: 20 }, () => listen('/events')))
    const told = await Promise.all(Array.from({ length: 30 }, () => post()))
    await until(() => sources.every((source) => references(source).length === 30))
    const [first] = sources
    for (const source of sources) expect(source.heard).toEqual(first?.heard)
    expect([...references(sources[0] as TestEventSource)].sort()).toEqual([...told].sort())
  })
})

describe('a server that stops', () => {
  test('ends its streams at once', async () => {
    const own = await startTestServer()
    const source = await TestEventSource.open(`${own.url}/events`)
    const started = performance.now()
    await own.stop()
    await until(() => source.isOver)
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
