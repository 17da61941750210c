/** Verification beside the server that serves. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ verifySeconds: 1 })
})

afterAll(() => server.stop())

async function metric(name: string): Promise<number> {
  const { text } = await server.send('GET', '/metrics')
  const value = text.split('\n').find((line) => line.startsWith(`${name} `))
  return Number(value?.slice(name.length + 1) ?? 0)
}

test('books that are right are verified again and again', async () => {
  const count = () => metric('diptych_verifications_total{outcome="right"}')
  await expect.poll(count, { timeout: 60_000, interval: 100 }).toBeGreaterThan(1)
  expect(await metric('diptych_verification_timestamp_seconds')).toBeGreaterThan(
    Date.now() / 1000 - 600,
  )
})

test('what somebody changes in the database is counted', async () => {
  await server.database.query(`update ledgers set name = 'Changed'`)
  await expect
    .poll(() => metric('diptych_verification_findings'), { timeout: 60_000, interval: 100 })
    .toBe(1)
  expect(await metric('diptych_verifications_total{outcome="wrong"}')).toBeGreaterThan(0)
})
