/** Requests that name a type for a body and bring none: not even its length. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

/** What is answered to a request with a type and no body, byte for byte. */
async function answerTo(method: string, path: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  const head = [`${method} ${path} HTTP/1.1`, 'host: ledger', 'content-type: application/json']
  socket.write(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n`)
  return text(socket)
}

test.each([
  ['POST', '/ledgers', 400],
  ['POST', '/balances-snapshots', 200],
  ['PUT', '/balances/bln_1/identity', 400],
  ['GET', '/ledgers', 200],
  ['POST', '/v1/organizations', 400],
  ['DELETE', '/v1/organizations/00000000-0000-4000-8000-00000000000a', 404],
  ['GET', '/v1/organizations', 200],
])('%s %s is answered %i at once', async (method, path, status) => {
  expect((await answerTo(method, path)).slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
})
