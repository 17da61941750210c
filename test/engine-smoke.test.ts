import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

test('a server with a database is alive and ready', async () => {
  expect((await server.send('GET', '/health')).body).toEqual({ status: 'UP' })
  expect((await server.send('GET', '/readyz')).status).toBe(200)
})
