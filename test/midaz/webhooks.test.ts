/** Webhooks of an organization: who is told what, signed by which secret, and what becomes of what nobody took. */
import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SUBSCRIPTIONS_MAX } from '../../src/directory/index.ts'
import { blockOf } from '../../src/outbox/index.ts'
import { expectClean } from '../blnk/book.ts'
import type { Answer } from '../support/server.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startSubscriber, type TestSubscriber, type Told, until } from '../support/subscriber.ts'
import { type Bench, emptyLedger, ledgerWith } from './ledger.ts'

let server: TestServer
let other: TestServer
let ledger: Bench
let listener: TestSubscriber

const loopback = blockOf('127.0.0.0/8')
const settings = {
  midazProfile: 'v4' as const,
  webhookAllow: loopback === null ? [] : [loopback],
}

beforeAll(async () => {
  server = await startTestServer(settings)
  other = await startTestServer(settings, server.database)
})

beforeEach(async () => {
  ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '1000')
  listener = await startSubscriber()
})

afterEach(() => listener.stop())

afterAll(async () => {
  await expectClean(server)
  await other.stop()
  await server.stop()
})

const below = (path = '') => `/v1/organizations/${ledger.organizationId}/webhooks${path}`

function ask(method: string, path = '', body?: unknown): Promise<Answer> {
  return server.send(method, below(path), body)
}

async function webhook(more: object = {}): Promise<Answer['body']> {
  const answer = await ask('POST', '', { name: 'mine', url: `${listener.url}/told`, ...more })
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
  return answer.body
}

const names = (told: readonly Told[]) =>
  told.map(({ body }) => body.type.replace('studio.lerian.', ''))

/** Whether a request was signed with a secret, as Standard Webhooks says. */
function isSignedWith(secret: string, { headers, text }: Told): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  const signature = createHmac('sha256', key).update(content).digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${signature}`)
}

describe('a webhook', () => {
  test('is told of transactions and of what they do to balances', async () => {
    const { secret } = await webhook({ events: ['transaction.*', 'balance.changed'] })
    const paid = await ledger.pay('7', [['@a', '7']], [['@b', '7']])
    await listener.until(3)
    expect(names(listener.taken)).toEqual([
      'transaction.posted',
      'balance.changed',
      'balance.changed',
    ])
    const [posted, changed] = listener.taken
    expect(posted?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(posted?.body).toMatchObject({
      specversion: '1.0',
      source: 'lerian.midaz.ledger',
      type: 'studio.lerian.transaction.posted',
      subject: paid.body.id,
      organizationid: ledger.organizationId,
      ledgerid: ledger.ledgerId,
      data: {
        id: paid.body.id,
        amount: '7',
        assetCode: 'USD',
        status: { code: 'APPROVED' },
        source: ['@a'],
        destination: ['@b'],
      },
    })
    expect(changed?.body.data).toMatchObject({
      alias: '@a',
      key: 'default',
      available: '993',
      onHold: '0',
      transactionId: paid.body.id,
    })
    for (const told of listener.taken) expect(isSignedWith(secret, told)).toBe(true)
    expect(new Set(listener.taken.map(({ body }) => body.id)).size).toBe(3)
  })

  test('is told how a promise ends', async () => {
    await webhook({ events: ['transaction.*'] })
    const hold = () => ledger.pay('5', [['@a', '5']], [['@b', '5']], { pending: true })
    const [kept, given] = [await hold(), await hold()]
    await ledger.send('POST', `/transactions/${kept.body.id}/commit`)
    await ledger.send('POST', `/transactions/${given.body.id}/cancel`)
    await ledger.send('POST', `/transactions/${kept.body.id}/revert`)
    await listener.until(5)
    expect(names(listener.taken)).toEqual([
      'transaction.pending',
      'transaction.pending',
      'transaction.committed',
      'transaction.canceled',
      'transaction.reverted',
    ])
    const subjects = listener.taken.map(({ body }) => body.subject)
    expect(subjects.slice(0, 4)).toEqual([kept, given, kept, given].map(({ body }) => body.id))
    expect(listener.taken[4]?.body.data.parentTransactionId).toBe(kept.body.id)
  })

  test('is told what is drawn of an overdraft and paid back', async () => {
    const balanceId = await ledger.balanceId('@b')
    await ledger.send('PATCH', `/balances/${balanceId}`, { settings: { allowOverdraft: true } })
    await webhook({ events: ['balance.overdraft-*'] })
    await ledger.pay('30', [['@b', '30']], [['@a', '30']])
    await ledger.pay('10', [['@a', '10']], [['@b', '10']])
    await ledger.pay('25', [['@a', '25']], [['@b', '25']])
    await listener.until(4)
    const told = listener.taken.map(({ body }) => [
      body.type.replace('studio.lerian.balance.', ''),
      body.data,
    ])
    const fact = (amount: string, overdraftUsedBefore: string, overdraftUsed: string) =>
      expect.objectContaining({ id: balanceId, amount, overdraftUsedBefore, overdraftUsed })
    expect(told).toEqual([
      ['overdraft-drawn', fact('30', '0', '30')],
      ['overdraft-repaid', fact('10', '30', '20')],
      ['overdraft-repaid', fact('20', '20', '0')],
      ['overdraft-cleared', fact('20', '20', '0')],
    ])
  })

  test('is told of what is made, changed and deleted, by a server other than the one that was asked', async () => {
    await webhook()
    const there = ledger.through(other)
    const segment = await there.send('POST', '/segments', { name: 's' })
    await there.send('PATCH', `/segments/${segment.body.id}`, { name: 't' })
    await there.send('DELETE', `/segments/${segment.body.id}`)
    const balanceId = await ledger.balanceId('@a')
    await there.send('PATCH', `/balances/${balanceId}`, { allowSending: false })
    await server.send('PATCH', `/v1/organizations/${ledger.organizationId}`, { legalName: 'New' })
    await until(() => listener.taken.length >= 5)
    const told = new Map(listener.taken.map(({ body }) => [body.type.slice(14), body]))
    expect([...told.keys()].sort()).toEqual([
      'balance.config-changed',
      'organization.updated',
      'segment.created',
      'segment.deleted',
      'segment.updated',
    ])
    expect(told.get('segment.updated').data).toMatchObject({ id: segment.body.id, name: 't' })
    expect(told.get('balance.config-changed').data).toMatchObject({
      alias: '@a',
      allowSending: false,
    })
    expect(told.get('organization.updated').data.legalName).toBe('New')
  })

  test('gets several events at once where it takes them, in the order of the ledger', async () => {
    await webhook({ batchSize: 50, events: ['transaction.posted'], active: false })
    const { body } = await ask('GET')
    const posted: string[] = []
    for (let round = 0; round < 20; round += 1)
      posted.push((await ledger.pay('1', [['@a', '1']], [['@b', '1']])).body.id)
    await ask('PATCH', `/${body.items[0].id}`, { active: true })
    await until(() => listener.taken.flatMap((told) => told.body).length === 20)
    expect(listener.taken.length).toBeLessThan(20)
    expect(listener.taken[0]?.headers['content-type']).toContain('cloudevents-batch+json')
    expect(listener.taken.flatMap((told) => told.body).map(({ subject }) => subject)).toEqual(
      posted,
    )
  })

  test('of another organization hears nothing', async () => {
    const stranger = await emptyLedger(server)
    const path = `/v1/organizations/${stranger.organizationId}/webhooks`
    const silent = await startSubscriber()
    await server.send('POST', path, { name: 'theirs', url: silent.url })
    await webhook({ events: ['transaction.*'] })
    await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    await listener.until(1)
    expect(silent.told).toEqual([])
    await silent.stop()
  })
})

describe('webhooks', () => {
  test('are made, listed, changed and deleted', async () => {
    const order = { events: ['studio.lerian.transaction.*'], timeoutMs: 500, maxAttempts: 3 }
    const { secret, ...made } = await webhook({ ...order, metadata: { team: 'a' } })
    expect(secret).toMatch(/^whsec_/)
    expect(made).toMatchObject({
      organizationId: ledger.organizationId,
      events: ['transaction.*'],
      active: true,
      batchSize: 1,
      timeoutMs: 500,
      maxAttempts: 3,
      metadata: { team: 'a' },
    })
    expect((await ask('GET')).body.items).toEqual([made])
    const { body: read } = await ask('GET', `/${made.id}`)
    expect(read).toMatchObject({ ...made, delivery: { attempts: 0, failingSince: null } })
    const changed = await ask('PATCH', `/${made.id}`, { events: null, timeoutMs: null, name: 'b' })
    expect(changed.body).toMatchObject({ name: 'b', events: null, timeoutMs: null, maxAttempts: 3 })
    expect((await ask('DELETE', `/${made.id}`)).status).toBe(204)
    expect((await ask('GET', `/${made.id}`)).status).toBe(404)
    expect((await ask('GET')).body.items).toEqual([])
  })

  test('leave no secret behind when they are deleted, or turned down because there are too many', async () => {
    const { organizationId } = await emptyLedger(server)
    const path = `/v1/organizations/${organizationId}/webhooks`
    const make = () => server.send('POST', path, { name: 'x', url: 'http://127.0.0.1:9/' })
    const answers = await Promise.all(Array.from({ length: SUBSCRIPTIONS_MAX + 1 }, make))
    const [refused, ...others] = answers.filter(({ status }) => status !== 201)
    expect([refused?.body.code, others]).toEqual(['0008', []])
    const { items } = (await server.send('GET', path)).body
    const [first, ...rest] = items.map(({ id }: { id: string }) => id).sort()
    await server.send('DELETE', `${path}/${first}`)
    const kept = await server.database.query<{ id: string }>(
      `select k.subscription_id as id from subscription_secrets k
        where k.book_id = (select book_id from organizations where id = $1) order by 1`,
      [organizationId],
    )
    expect(kept.map(({ id }) => id)).toEqual(rest)
  })

  test('never show a secret again, nor does the event log', async () => {
    const { id, secret } = await webhook()
    for (const path of ['', `/${id}`]) expect((await ask('GET', path)).text).not.toContain(secret)
    const rows = await server.database.query('select * from events where subject_id = $1', [id])
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test.each([
    ['a name', { name: '' }],
    ['a URL', { url: 'nowhere' }],
    ['a URL of the web', { url: 'ftp://files.example.com' }],
    ['a URL that is public', { url: 'http://10.0.0.1/' }],
    ['a URL without a password', { url: 'https://user:word@example.com' }],
    ['events that there are', { events: ['transaction.exploded'] }],
    ['events by their names', { events: [''] }],
    ['some event, or no list', { events: [] }],
    ['not too many events', { events: Array.from({ length: 51 }, () => '*') }],
    ['a batch that is not empty', { batchSize: 0 }],
    ['a batch that is not too large', { batchSize: 101 }],
    ['a time to answer', { timeoutMs: 10 }],
    ['no eternity', { timeoutMs: 60_001 }],
    ['attempts', { maxAttempts: 0 }],
    ['a secret that is long enough', { secret: 'whsec_c2hvcnQ=' }],
    ['no other fields', { surprise: true }],
  ])('need %s', async (_, wrong) => {
    const answer = await ask('POST', '', { name: 'mine', url: listener.url, ...wrong })
    expect(answer.status).toBe(400)
    expect((await ask('GET')).body.items).toEqual([])
  })

  test('are signed with another secret when it is asked for, and with the one before for a while', async () => {
    const { id, secret } = await webhook({ events: ['transaction.posted'] })
    const rotated = await ask('POST', `/${id}/secret`, {})
    expect(rotated.body.secret).not.toBe(secret)
    const hours = (Date.parse(rotated.body.previousValidUntil) - Date.now()) / 3_600_000
    expect(Math.round(hours)).toBe(24)
    await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    await listener.until(1)
    const [told] = listener.taken
    for (const each of [secret, rotated.body.secret])
      expect(told !== undefined && isSignedWith(each, told)).toBe(true)
  })
})

describe('what a webhook does not take', () => {
  test('is kept, listed page by page, and told again on request', async () => {
    const { id } = await webhook({ events: ['balance.changed'], maxAttempts: 1 })
    listener.answer = () => ({ status: 500 })
    const paid = [
      await ledger.pay('1', [['@a', '1']], [['@b', '1']]),
      await ledger.pay('2', [['@a', '2']], [['@b', '2']]),
    ]
    await until(async () => (await ask('GET', `/${id}/dead-letters`)).body.items.length === 4)
    const whole = await ask('GET', `/${id}/dead-letters`)
    expect(whole.body.items[0]).toMatchObject({
      recordId: paid[0]?.body.id,
      type: 'studio.lerian.balance.changed',
      attempts: 1,
      lastStatus: 500,
      lastError: 'status 500',
      replayRequestedAt: null,
    })
    const pages: unknown[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query = cursor === '' ? 'limit=3' : `limit=3&cursor=${cursor}`
      const { body } = await ask('GET', `/${id}/dead-letters?${query}`)
      pages.push(...body.items)
      cursor = body.next_cursor
    }
    expect(pages).toEqual(whole.body.items)
    const { body } = await ask('GET', `/${id}`)
    expect(body.delivery).toMatchObject({ lastStatus: 500, lastError: 'status 500' })

    listener.answer = () => ({ status: 200 })
    const second = paid[1]?.body.id
    const asked = await ask('POST', `/${id}/dead-letters/${second}/replay`)
    expect([asked.status, asked.body]).toEqual([202, { replayed: 2 }])
    await listener.until(2)
    expect(listener.taken.map((told) => told.body.data.transactionId)).toEqual([second, second])
    expect((await ask('POST', `/${id}/dead-letters/replay`)).body).toEqual({ replayed: 2 })
    await listener.until(4)
    await until(async () => (await ask('GET', `/${id}/dead-letters`)).body.items.length === 0)
    const nothing = await ask('POST', `/${id}/dead-letters/${second}/replay`)
    expect(nothing.status).toBe(404)
  })

  test('is asked for by a place that there is', async () => {
    const { id } = await webhook()
    for (const cursor of ['x', 'x.1', `${id}.x`, `${id}`, '%00'])
      expect((await ask('GET', `/${id}/dead-letters?cursor=${cursor}`)).status).toBe(400)
  })
})
