/** Ports beside the server's own, where clients of Blnk and of Midaz look for theirs. */
import { connect, createServer } from 'node:net'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { listenAll } from '../../src/listening.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runProgram, StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'

let database: TestDatabase
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  database = await createDatabase()
  env = { DATABASE_URL: database.url }
})

afterAll(() => database.drop())

const BESIDE = ['--blnk-port', '0', '--midaz-ports', '0:v3,0:v4,0']

async function started(): Promise<{ server: StartedProgram; urls: readonly string[] }> {
  const server = new StartedProgram(['serve', '--port', '0', ...BESIDE], env)
  const url = await server.listening()
  const others = [...server.stdout.matchAll(/^and on (\S+) /gm)].map(([, other = '']) => other)
  return { server, urls: [url, ...others] }
}

describe('a server with other ports', () => {
  test('answers on each of them, with the generation of Midaz that belongs there', async () => {
    const { server, urls } = await started()
    try {
      expect(urls).toHaveLength(5)
      expect(new Set(urls).size).toBe(5)
      const wrong = '/v1/organizations/00000000-0000-7000-8000-000000000000'
      const types: (string | null)[] = []
      for (const url of urls) {
        expect((await send(url, 'GET', '/health')).body).toEqual({ status: 'UP' })
        expect((await send(url, 'POST', '/ledgers', { name: 'L' })).status).toBe(201)
        const refused = await send(url, 'GET', wrong)
        expect(refused.status).toBe(404)
        types.push(refused.headers.get('content-type'))
      }
      const isProblem = types.map((type) => type?.startsWith('application/problem+json'))
      expect(isProblem).toEqual([false, false, false, true, false])
      const asked = { 'x-midaz-profile': 'v3' }
      const other = await send(urls[3] ?? '', 'GET', wrong, undefined, asked)
      expect(other.headers.get('content-type')).toMatch(/^application\/json/)
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('has the same limits on each of them', async () => {
    const { server, urls } = await started()
    try {
      for (const url of urls) {
        const long = { 'x-long': 'x'.repeat(17_000) }
        const answer = await send(url, 'GET', '/health', undefined, long)
        expect(answer.status).toBe(431)
        expect(await rawAnswer(url, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
      }
    } finally {
      await server.stop()
    }
  })

  test('answers what it accepted on any of them before it stops', async () => {
    const { server, urls } = await started()
    const answers = urls.map(async (url) => {
      const statuses: number[] = []
      for (let name = 0; ; name += 1) {
        const answer = await send(url, 'POST', '/ledgers', { name: `last ${name}` }).catch(
          () => null,
        )
        if (answer === null) return statuses
        statuses.push(answer.status)
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await server.stop()).code).toBe(0)
    const statuses = (await Promise.all(answers)).flat()
    expect(new Set(statuses)).toEqual(new Set([201]))
    const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
      `select count(*)::int as count from ledgers where name like 'last %'`,
    )
    expect(count).toBe(statuses.length)
  })
})

test('whoever says a request for too long is cut off behind each port, by the patience that the server has then', async () => {
  const server = fastify({ requestTimeout: 10_000, http: { connectionsCheckingInterval: 20 } })
  const places = { host: '127.0.0.1', port: 0, blnkPort: 0, midazPorts: null }
  const { url, besides, stop } = await listenAll(server, places, new Map())
  try {
    server.server.requestTimeout = 50
    const half = 'POST / HTTP/1.1\r\nhost: x\r\n'
    for (const door of [url, (besides[0] ?? '').split(' ')[0] ?? ''])
      expect(await rawAnswer(door, half)).toMatch(/^HTTP\/1.1 408 /)
  } finally {
    await stop()
  }
  // A port with a patience of its own would have a minute.
}, 20_000)

test('whoever else listens on the port of a server that runs is refused', async () => {
  const { server, urls } = await started()
  const { port } = new URL(urls[0] ?? '')
  const other = createServer()
  try {
    const listening = new Promise((resolve, reject) => {
      other.once('error', reject)
      other.listen({ host: '127.0.0.1', port: Number(port) }, () => resolve('listens'))
    })
    await expect(listening).rejects.toThrow('EADDRINUSE')
  } finally {
    other.close()
    await server.stop()
  }
})

test('a port that is taken is named with its flag, and nothing is left listening', async () => {
  const { server, urls } = await started()
  try {
    const { port } = new URL(urls[1] ?? '')
    for (const [flag, ...more] of [
      ['--port'],
      ['--blnk-port', '--port', '0'],
      ['--midaz-ports', '--port', '0'],
    ]) {
      const other = await runProgram(['serve', flag ?? '', port, ...more], env)
      expect(other.code).toBe(2)
      expect(other.stderr).toContain(`Choose another with ${flag}`)
    }
  } finally {
    await server.stop()
  }
})

test.each([
  [{ blnkPort: 'x' }, '--blnk-port'],
  [{ blnkPort: '70000' }, '--blnk-port'],
  [{ midazPorts: '3000:v9' }, '--midaz-ports'],
  [{ midazPorts: '3000:v3:v4' }, '--midaz-ports'],
  [{ midazPorts: '3000,,3002' }, '--midaz-ports'],
])('%j is refused', (flags, named) => {
  expect(() => readConfig(flags, {}, undefined)).toThrow(named)
})

test('no other port than loopback’s without a key', async () => {
  const { code, stderr } = await runProgram(['serve', '--host', '0.0.0.0', ...BESIDE], env)
  expect([code, stderr]).toEqual([2, expect.stringContaining('diptych keys create')])
})

/** What a server says to bytes that may be no request. */
function rawAnswer(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}
