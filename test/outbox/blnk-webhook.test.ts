/** What a real Blnk sent to its webhook and its hooks, and what we send when the same is done. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Comparer } from '../compat/player/compare.ts'
import { blnk } from '../compat/player/dialect.ts'
import { type Exact, numeral, parse } from '../compat/player/exact.ts'
import type { Played } from '../compat/player/scenario.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeKey } from '../support/keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startSubscriber, type TestSubscriber, type Told } from '../support/subscriber.ts'

const SECRET = 'a-secret-of-the-test'

type Delivery = {
  readonly t: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

const recorded: readonly Delivery[] = readFileSync(
  path.join(import.meta.dirname, 'data/blnk-deliveries.jsonl'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => {
    const { t, path: where, headers, body_text } = JSON.parse(line)
    return { t, path: where, headers, text: body_text }
  })

/**
 * What the real server sent and we do not: it tells of what it then undoes, and of what it then refuses. An atomic bulk that
 * fails leaves nothing here, and a transaction that is refused was never one.
 */
const NEVER_HAPPENED = /"reference":"(W3s|W7|W8|txn_[^"]*_refund(_q)?)"/

/** Where we send something else on purpose, and what. */
const DELIBERATE: Readonly<Record<string, string>> = {
  // Blnk reads the number into a float on the way to its webhook.
  '/hook transaction.applied APPLIED W5  | data.precise_amount': '9007199254740993',
  // Blnk shows the amount of the hold beside the minor units of what is committed of it.
  '/pre PRE_TRANSACTION COMMIT ref  | data.amount': '1',
}

/** What a delivery is about, however ids and times fall. */
function topicOf({ path: where, text }: Pick<Delivery, 'path' | 'text'>): string {
  const { event, hook_type, data } = JSON.parse(text)
  const reference = String(data.reference ?? '').replace(/^ref_.*/, 'ref')
  const about = data.name ?? data.indicator ?? data.condition?.field ?? reference
  const holder = event === 'balance.created' ? Boolean(data.identity_id) : ''
  return [where, event ?? hook_type, data.status ?? '', about, holder].join(' ')
}

let database: TestDatabase
let server: TestServer
let subscriber: TestSubscriber
let told: readonly Told[]
let key: Readonly<Record<string, string>>

async function post(where: string, body: object, method = 'POST') {
  return server.send(method, where, body, key)
}

async function money(reference: string, more: object) {
  return post('/transactions', {
    reference,
    currency: 'USD',
    description: 'd',
    precision: 100,
    ...more,
  })
}

beforeAll(async () => {
  database = await createDatabase()
  key = { 'x-blnk-key': await makeKey(database, ['*:*']) }
  subscriber = await startSubscriber()
  server = await startTestServer(
    {
      blnkWebhookUrl: `${subscriber.url}/hook`,
      blnkWebhookHeaders: { 'X-Static': 'yes' },
      blnkSecretKey: SECRET,
      webhookAllow: [{ address: '127.0.0.0', prefix: 8 }],
    },
    database,
  )
  await playRecorded()
  const topics = new Set(recorded.filter(({ text }) => !NEVER_HAPPENED.test(text)).map(topicOf))
  await subscriber
    .until(() => {
      const seen = new Set(subscriber.taken.map(topicOf))
      const monitors = subscriber.taken.filter(({ text }) => text.includes('balance.monitor'))
      return monitors.length >= 9 && [...topics].every((topic) => seen.has(topic))
    }, 20_000)
    .catch(() => {})
  told = [...subscriber.taken]
})

afterAll(async () => {
  await server.stop()
  await subscriber.stop()
  await database.drop()
})

/** Does what was done while the deliveries were recorded. */
async function playRecorded(): Promise<void> {
  const { ledger_id } = (await post('/ledgers', { name: 'wh' })).body
  await post(`/ledgers/${ledger_id}`, { name: 'wh2' }, 'PUT')
  const { identity_id } = (await post('/identities', { first_name: 'W' })).body
  const usd = { ledger_id, currency: 'USD' }
  const one = (await post('/balances', { ...usd, identity_id })).body.balance_id
  const two = (await post('/balances', usd)).body.balance_id
  const condition = { field: 'balance', operator: '>', value: 5, precision: 100 }
  await post('/balance-monitors', { balance_id: one, condition })
  for (const [name, type] of [
    ['pre', 'PRE_TRANSACTION'],
    ['post', 'POST_TRANSACTION'],
  ])
    await post('/hooks', {
      name,
      type,
      url: `${subscriber.url}/${name}`,
      active: true,
      retry_count: 3,
    })
  const world = { source: '@W', destination: one, allow_overdraft: true }
  await money('W1', { ...world, amount: 10, skip_queue: true })
  await money('W2', { ...world, amount: 1 })
  const out = { source: one, destination: two }
  await money('W3s', { ...out, amount: 100, skip_queue: true })
  const hold = (await money('W4', { ...out, amount: 2, inflight: true, skip_queue: true })).body
  const inflight = `/transactions/inflight/${hold.transaction_id}`
  await post(inflight, { status: 'commit', amount: 1, skip_queue: true }, 'PUT')
  await post(inflight, { status: 'void', skip_queue: true }, 'PUT')
  await server.send(
    'POST',
    '/transactions',
    `{"reference":"W5","currency":"USD","description":"d","precision":100,"precise_amount":9007199254740993,
      "source":"@W","destination":"${one}","allow_overdraft":true,"skip_queue":true}`,
    key,
  )
  await money('W3', { ...out, amount: 100 })
  const item = (reference: string, more: object) => ({
    reference,
    currency: 'USD',
    description: 'd',
    precision: 100,
    amount: 1,
    ...world,
    ...more,
  })
  const now = { skip_queue: true, run_async: true }
  await post('/transactions/bulk', { transactions: [item('W6', {})], ...now })
  const huge = item('W8', {
    source: two,
    destination: one,
    allow_overdraft: false,
    amount: 1e12,
  })
  await post('/transactions/bulk', { transactions: [item('W7', {}), huge], atomic: true, ...now })
  await post('/transactions/bulk', { transactions: [item('W9', {})], skip_queue: true })
}

function played(text: string, t: string): Played {
  const response = { status: numeral('200'), content_type: null, body: parse(text) as Exact }
  return { step: 'delivery', t, unique: 'none', response }
}

describe('what Blnk sends', () => {
  test('is sent by us with the same fields, types and values', () => {
    const comparer = new Comparer(blnk)
    const scenario = { topic: 'deliveries', steps: [] }
    const step = { name: 'delivery', extra_ok: false }
    const differences: string[] = []
    for (const was of recorded) {
      if (NEVER_HAPPENED.test(was.text)) continue
      const is = told.find((one) => topicOf(one) === topicOf(was))
      if (is === undefined) {
        differences.push(`${topicOf(was)}: not sent`)
        continue
      }
      const found = comparer.compare(
        scenario,
        step,
        played(was.text, was.t),
        played(is.text, new Date().toISOString()),
      )
      for (const { path: where, how } of found) {
        const place = `${topicOf(was)} | ${where}`
        if (!how.endsWith(`got ${DELIBERATE[place]}`)) differences.push(`${place} | ${how}`)
      }
    }
    expect(differences).toEqual([])
  })

  test('is all that we send', () => {
    const topics = new Set(recorded.map(topicOf))
    expect(told.map(topicOf).filter((topic) => !topics.has(topic))).toEqual([])
  })

  test('is sent once', () => {
    const once = told.filter(({ text }) => !text.includes('balance.monitor')).map(topicOf)
    expect(once.length).toBe(new Set(once).size)
  })

  test('keeps every digit, where Blnk rounds', () => {
    const texts = told
      .filter(({ text }) => text.includes('"reference":"W5"'))
      .map(({ text }) => text)
    expect(texts.length).toBe(3)
    for (const text of texts) expect(text).toContain('"precise_amount":9007199254740993')
  })

  test('tells of a monitor at every transaction that leaves it true', () => {
    const monitors = told.filter(({ body }) => body.event === 'balance.monitor')
    // W1, W2, the hold, its commit and its void, W5, W3, W6 and W9.
    expect(monitors.length).toBe(9)
    const order = told
      .filter(({ path: where }) => where === '/hook')
      .map(({ body }) => body.event as string)
    const applied = order.indexOf('transaction.applied')
    expect(order[applied + 1]).toBe('balance.monitor')
  })

  test('carries the static headers and a signature of the time and the body', () => {
    for (const { path: where, headers, text } of told) {
      const timestamp = String(headers['x-blnk-timestamp'])
      const expected = createHmac('sha256', SECRET).update(`${timestamp}.${text}`).digest('hex')
      expect(headers['x-blnk-signature']).toBe(expected)
      expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(600)
      expect(headers['content-type']).toBe('application/json')
      expect(headers['x-static']).toBe(where === '/hook' ? 'yes' : undefined)
      const type = { '/pre': 'PRE_TRANSACTION', '/post': 'POST_TRANSACTION' }[where]
      expect(headers['x-hook-type']).toBe(type)
    }
  })

  test('comes in the order of the book', () => {
    for (const where of ['/hook', '/pre', '/post']) {
      const ids = told
        .filter((one) => one.path === where)
        .map(({ headers }) => String(headers['x-event-id']))
      expect(ids).toEqual([...ids].sort())
    }
  })
})
