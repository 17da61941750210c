/** What a stream of events does at its bounds, with limits that a test can wait for. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeIn, streamEvents } from '../../src/http/event-stream.ts'
import type { Services } from '../../src/http/services.ts'
import { connectionLimits, streamLimits } from '../../src/limits.ts'
import { Streams } from '../../src/outbox/index.ts'
import { Connections, PostgresEventLog } from '../../src/storage/index.ts'
import { makeBook, openBalance, openEngine, type TestBalance } from '../support/engine.ts'
import { TestEventSource } from '../support/event-source.ts'
import { fileDatabase } from '../support/file-database.ts'
import { transfer } from '../support/posts.ts'
import { until } from '../support/subscriber.ts'
import { plainWording } from './support/outbox.ts'

const limits = {
  ...streamLimits,
  listenersMax: 3,
  keptMax: 20,
  pageMax: 10,
  pollMs: 50,
  heartbeatMs: 100,
  stuckMs: 300,
}

const database = await fileDatabase()
const engine = database.closing(openEngine(database.url))
const connections = database.closing(
  new Connections(database.url, { ...connectionLimits, role: null }),
)

let bookId: number
let from: TestBalance
let to: TestBalance
let streams: Streams
let server: FastifyInstance
let url: string
let isAllowed: boolean
/** What is added to each event, to make it long. */
let filling: string

beforeEach(async () => {
  isAllowed = true
  filling = ''
  bookId = await makeBook(engine)
  from = await openBalance(engine, bookId, { external: true })
  to = await openBalance(engine, bookId)
  const wording = {
    ...plainWording,
    tell: async (id: number, facts: Parameters<typeof plainWording.tell>[1]) => {
      const told = await plainWording.tell(id, facts)
      return told.map((one) => ({ ...one, text: `${one.text.slice(0, -1)},"f":"${filling}"}` }))
    },
  }
  streams = new Streams(new PostgresEventLog(connections), () => wording, limits)
  server = fastify({ forceCloseConnections: true })
  const services = { outgoing: { streams } } as unknown as Services
  server.get('/', (request, reply) =>
    streamEvents(
      services,
      reply,
      {
        bookId,
        wording: 'plain',
        after: placeIn(request, undefined) ?? null,
        wants: ({ event }) => event === 'entry.credit',
        isAllowed: async () => isAllowed,
      },
      limits,
    ),
  )
  url = await server.listen({ host: '127.0.0.1', port: 0 })
})

afterEach(async () => {
  streams.close()
  await server.close()
})

const pay = () => transfer(engine, bookId, from, to, 1n)

async function payMany(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, pay))
}

/** Asks for the stream and reads nothing of it. */
async function stuck(): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nlast-event-id: beginning\r\n\r\n')
  return socket
}

describe('a stream', () => {
  test('says that it lives, and moves the place from which a client goes on', async () => {
    const source = await TestEventSource.open(url)
    const start = source.lastId
    // Nobody asked for what happens here, but it need not be looked at again.
    await openBalance(engine, bookId)
    await until(() => source.lastId > start)
    expect(source.heard).toEqual([])
    source.close()
  })

  test('tells what other servers committed', async () => {
    const source = await TestEventSource.open(url)
    // This server is told by nobody: it finds out.
    await pay()
    await until(() => source.heard.length === 1)
    source.close()
  })

  test('goes on from any place, however much has happened since', async () => {
    const first = await TestEventSource.open(url)
    await pay()
    await until(() => first.heard.length === 1)
    first.close()
    await payMany(95)
    const second = await TestEventSource.open(url, { 'last-event-id': first.lastId })
    await payMany(5)
    await until(() => second.heard.length === 100)
    const versions = [...first.heard, ...second.heard].map(({ data }) => data.version)
    expect(versions).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
    second.close()
  })

  test('ends when its client may not listen any more', async () => {
    const source = await TestEventSource.open(url)
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(source.isOver).toBe(false)
    isAllowed = false
    await until(() => source.isOver)
    await until(() => streams.listeners === 0)
  })

  test('is left when its client reads nothing for long, and others do not notice', async () => {
    filling = 'x'.repeat(200_000)
    await payMany(60)
    const before = process.memoryUsage().arrayBuffers
    const socket = await stuck()
    const source = await TestEventSource.open(url)
    await until(() => streams.listeners === 2)
    await payMany(5)
    await until(() => source.heard.length === 5)
    // Twelve million characters wait for him; what is kept for him is a page of them at most.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
    await until(() => streams.listeners === 1)
    expect(source.isOver).toBe(false)
    source.close()
    socket.destroy()
    await until(() => streams.listeners === 0)
  })

  test('is for so many at a time, and frees its place when one goes', async () => {
    const open = await Promise.all([1, 2, 3].map(() => TestEventSource.open(url)))
    const fourth = await TestEventSource.open(url)
    expect(fourth.response.status).toBe(500)
    open[0]?.close()
    await until(() => streams.listeners === 2)
    const fifth = await TestEventSource.open(url)
    expect(fifth.response.status).toBe(200)
    for (const source of [...open, fourth, fifth]) source.close()
    await until(() => streams.listeners === 0)
  })

  test('ends at once when the server stops', async () => {
    const open = await Promise.all([1, 2].map(() => TestEventSource.open(url)))
    const socket = await stuck()
    const started = performance.now()
    streams.close()
    await until(() => open.every(({ isOver }) => isOver))
    expect(performance.now() - started).toBeLessThan(2_000)
    expect((await TestEventSource.open(url)).response.status).toBe(500)
    socket.destroy()
  })
})
