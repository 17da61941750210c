import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeKey } from '../support/keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startSubscriber, type TestSubscriber, until } from '../support/subscriber.ts'

let database: TestDatabase
let server: TestServer
let subscriber: TestSubscriber
let key: Readonly<Record<string, string>>

beforeAll(async () => {
  database = await createDatabase()
  key = { 'x-blnk-key': await makeKey(database, ['*:*']) }
  subscriber = await startSubscriber()
  server = await startTestServer(
    {
      blnkWebhookUrl: `${subscriber.url}/webhook`,
      webhookAllow: [{ address: '127.0.0.0', prefix: 8 }],
    },
    database,
  )
})

afterAll(async () => {
  await server.stop()
  await subscriber.stop()
  await database.drop()
})

const get = (path: string) => server.send('GET', path, undefined, key)

test('what a hook did not take is listed, and told again when somebody asks for it', async () => {
  const made = await server.send(
    'POST',
    '/hooks',
    {
      ...{ name: 'books', url: `${subscriber.url}/hook`, type: 'POST_TRANSACTION' },
      ...{ active: true, timeout: 1, retry_count: 0 },
    },
    key,
  )
  expect(made.status).toBe(201)
  const letters = `/hooks/${made.body.id}/dead-letters`
  expect((await get(letters)).body).toEqual({ dead_letters: [], next: null })
  subscriber.answer = ({ path }) => ({ status: path === '/hook' ? 500 : 200 })
  const paid = await server.send(
    'POST',
    '/transactions',
    {
      ...{ amount: 1, precision: 100, currency: 'USD', reference: 'letter', description: 'd' },
      ...{ source: '@world', destination: '@a', allow_overdraft: true, skip_queue: true },
    },
    key,
  )
  expect(paid.status).toBe(201)
  await until(async () => (await get(letters)).body.dead_letters.length === 1)
  expect((await get(letters)).body.dead_letters[0]).toMatchObject({
    attempts: 1,
    last_status: 500,
    replay_requested_at: null,
  })
  subscriber.answer = () => ({ status: 200 })
  const asked = await server.send('POST', `${letters}/replay`, undefined, key)
  expect([asked.status, asked.body]).toEqual([202, { replayed: 1 }])
  await until(async () => (await get(letters)).body.dead_letters.length === 0)
  const taken = subscriber.taken.filter(({ path }) => path === '/hook')
  expect(taken.map(({ body }) => body.data.reference)).toEqual(['letter'])
})

test('the webhook of the settings has letters of its own', async () => {
  const { status, body } = await get('/hooks/webhook/dead-letters')
  expect([status, body]).toEqual([200, { dead_letters: [], next: null }])
})

test('a hook that does not exist has none, and a place that was never handed out is refused', async () => {
  expect((await get('/hooks/hook_none/dead-letters')).status).toBe(404)
  expect((await get('/hooks/webhook/dead-letters?after=x')).status).toBe(400)
  expect((await server.send('GET', '/hooks/webhook/dead-letters')).status).toBe(401)
})
