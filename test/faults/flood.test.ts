import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from '../support/audit.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

const CONNECTIONS = 24
const EACH = 400

/** Sends postings over one connection without waiting for any answer; gives the status lines of all answers. */
function flood(connection: number): Promise<readonly string[]> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => {
      for (let n = 0; n < EACH; n += 1) {
        const body = JSON.stringify({
          ...{ amount: 1, precision: 100, currency: 'USD', description: 'd', skip_queue: true },
          ...{ source: '@world', destination: '@flooded', allow_overdraft: true },
          reference: `flood-${connection}-${n}`,
        })
        const close = n === EACH - 1 ? 'connection: close\r\n' : ''
        socket.write(
          `POST /transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${close}content-length: ${body.length}\r\n\r\n${body}`,
        )
      }
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(text.match(/HTTP\/1\.1 \d{3}/g) ?? []))
  })
}

test('clients that never wait are served or turned away, what they are told is so, and the server goes on', async () => {
  const flooding = Array.from({ length: CONNECTIONS }, (_, n) => flood(n))
  // It is answered, and may well say that the server is too busy to be ready.
  expect([200, 503]).toContain((await server.send('GET', '/readyz')).status)
  const lines = (await Promise.all(flooding)).flat()
  const taken = lines.filter((line) => line.endsWith('201')).length
  const turnedAway = lines.filter((line) => line.endsWith('503')).length
  expect(taken + turnedAway).toBe(lines.length)
  expect(taken).toBeGreaterThan(0)
  const { body } = await server.send('GET', '/balances/indicator/@flooded/currency/USD')
  // Whoever was turned away lost the connection, and with it the answers to what was sent behind.
  expect(body.balance).toBeGreaterThanOrEqual(taken * 100)
  if (turnedAway === 0) expect(taken).toBe(CONNECTIONS * EACH)
  expect((await server.send('GET', '/readyz')).status).toBe(200)
  expect(await findings(server.database.query)).toEqual([])
})
