/** How many requests a client may send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rateLimitOf, readConfig } from '../../src/config.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    rateLimit: 0.01,
    rateLimitBurst: 5,
    trustedProxies: ['127.0.0.0/8'],
  })
})

afterAll(() => server.stop())

const from = (client: string) => ({ 'x-forwarded-for': client })

describe('a client that has sent what it may', () => {
  test('is told to wait in the words of Blnk, and how long', async () => {
    const client = from('192.0.2.1')
    for (let left = 4; left >= 0; left -= 1) {
      const { status, headers } = await server.send('GET', '/ledgers', undefined, client)
      expect(status).toBe(200)
      expect(headers.get('ratelimit-limit')).toBe('5')
      expect(headers.get('ratelimit-remaining')).toBe(String(left))
      expect(headers.get('x-rate-limit-request-remote-addr')).toBe('192.0.2.1')
    }
    const { status, body, headers } = await server.send('GET', '/ledgers', undefined, client)
    expect(status).toBe(429)
    expect(body).toEqual({
      error: 'You have reached maximum request limit.',
      error_detail: {
        code: 'GEN_RATE_LIMITED',
        message: 'You have reached maximum request limit.',
      },
    })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('is told so by the other face too, which counts along', async () => {
    const client = from('192.0.2.2')
    for (const path of ['/ledgers', '/v1/organizations', '/nope', '/v1/nope', '/ledgers/x'])
      expect((await server.send('GET', path, undefined, client)).status).not.toBe(429)
    const { status, body, headers } = await server.send(
      'GET',
      '/v1/organizations',
      undefined,
      client,
    )
    expect([status, body.code, body.title]).toEqual([429, '0047', 'Too Many Requests'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await server.send('GET', '/ledgers', undefined, client)).status).toBe(429)
  })

  test('keeps nobody else from being answered, and is asked after its health', async () => {
    const client = from('192.0.2.3')
    for (let count = 0; count < 6; count += 1)
      await server.send('GET', '/ledgers', undefined, client)
    expect((await server.send('GET', '/ledgers', undefined, from('192.0.2.4'))).status).toBe(200)
    for (const path of ['/health', '/readyz', '/metrics'])
      expect((await server.send('GET', path, undefined, client)).status).toBe(200)
  })
})

test('whom a client names is believed of trusted proxies only', async () => {
  const open = await startTestServer({ rateLimit: 0.01, rateLimitBurst: 2 })
  try {
    const statuses: number[] = []
    for (const name of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
      statuses.push((await open.send('GET', '/ledgers', undefined, from(name))).status)
    expect(statuses).toEqual([200, 200, 429])
  } finally {
    await open.stop()
  }
})

test('a client may go on when its time has come', async () => {
  const quick = await startTestServer({ rateLimit: 4, rateLimitBurst: 2 })
  try {
    const status = async () => (await quick.send('GET', '/ledgers')).status
    while ((await status()) === 200);
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(await status()).toBe(200)
  } finally {
    await quick.stop()
  }
})

test.each([
  [{}, null],
  [{ rateLimit: '10' }, { perSecond: 10, burst: 20 }],
  [{ rateLimitBurst: '10' }, { perSecond: 5, burst: 10 }],
  [{ rateLimit: '0.25' }, { perSecond: 0.25, burst: 1 }],
  [
    { rateLimit: '3', rateLimitBurst: '4' },
    { perSecond: 3, burst: 4 },
  ],
])('of %j the other half follows', (flags, limit) => {
  expect(rateLimitOf(readConfig(flags, {}, undefined))).toEqual(limit)
})

test.each([
  [{ rateLimit: '0' }],
  [{ rateLimit: '-1' }],
  [{ rateLimit: '1e3' }],
  [{ rateLimitBurst: '1.5' }],
  [{ rateLimitBurst: '0' }],
  [{ trustedProxies: 'proxy.example.com' }],
])('%j is refused', (flags) => {
  expect(() => readConfig(flags, {}, undefined)).toThrow()
})
