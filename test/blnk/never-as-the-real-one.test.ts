/** Ways in which the real server loses money, moves it twice, or tells what is not so: each test is named after one. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makePlace } from '../lifecycle/place.ts'
import { makeKey } from '../support/keys.ts'
import { send, startTestServer, type TestServer } from '../support/server.ts'
import { Book, expectClean } from './book.ts'

let server: TestServer
let book: Book

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.stop())

beforeEach(() => {
  book = new Book(server)
})

afterEach(() => expectClean(server))

const QUEUED = { skip_queue: false }

test('postings that were acknowledged through the queue are there after the server was killed', async () => {
  const place = await makePlace()
  try {
    const first = place.serve()
    const url = await first.listening()
    const order = (n: number) => ({
      ...{ amount: 1, precision: 100, currency: 'USD', description: 'd', reference: `kept-${n}` },
      ...{ source: '@world', destination: '@kept', allow_overdraft: true },
    })
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => send(url, 'POST', '/transactions', order(n))),
    )
    first.child.kill('SIGKILL')
    await first.ended
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const again = await place.serve().listening()
    const kept = await send(again, 'GET', '/balances/indicator/@kept/currency/USD')
    expect(kept.body).toMatchObject({ balance: 30_000, credit_balance: 30_000 })
  } finally {
    await place.remove()
  }
})

describe('a refund', () => {
  test('that is asked for again moves nothing', async () => {
    const from = await book.balance(await book.ledger())
    await book.fund(from, 1000)
    const { transaction_id } = await book.paid(from, book.at('@shop'), 400)
    expect((await book.refund(transaction_id)).status).toBe(201)
    expect((await book.refund(transaction_id)).status).toBe(409)
    expect(await book.stands(from)).toBe('1000 (1400/400)')
  })

  test.each([
    ['at once', {}],
    ['through the queue', QUEUED],
  ])('of what was just paid %s is never taken for a second one', async (_how, mode) => {
    const from = await book.balance(await book.ledger())
    await book.fund(from, 1000)
    const paid = await Promise.all(
      Array.from({ length: 20 }, () => book.paid(from, book.at('@shop'), 10, mode)),
    )
    const refunds = await Promise.all(
      paid.map(({ transaction_id }) =>
        book.send('POST', `/refund-transaction/${transaction_id}`, mode),
      ),
    )
    expect(refunds.map(({ status }) => status)).toEqual(paid.map(() => 201))
    expect(await book.stands(from)).toBe('1000 (1200/200)')
  })
})

test('9007199254740993 stays what it is, with a key and without', async () => {
  const amount = '9007199254740993'
  const to = await book.balance(await book.ledger())
  const { transaction_id } = await book.fund(to, amount)
  expect((await book.send('GET', `/transactions/${transaction_id}`)).text).toContain(
    `"precise_amount":${amount}`,
  )
  const guarded = await startTestServer()
  try {
    const key = { 'X-Blnk-Key': await makeKey(guarded.database, ['*:*']) }
    const order = `{"precise_amount":${amount},"precision":100,"currency":"USD","reference":"exact","description":"d",
      "source":"@world","destination":"@exact","allow_overdraft":true,"skip_queue":true}`
    // A key counts from some moments after it was made.
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = await guarded.send('POST', '/transactions', order, key)
      if (answer.status === 201) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const path = '/balances/indicator/@exact/currency/USD'
    const read = await guarded.send('GET', path, undefined, key)
    expect(read.text).toContain(`"balance":${amount}`)
  } finally {
    await guarded.stop()
  }
})

test('what the queue had to reject is never carried out later under another reference', async () => {
  const from = await book.balance(await book.ledger())
  const { reference } = book
  const { transaction_id } = await book.paid(from, book.at('@shop'), 500, { ...QUEUED, reference })
  const rejected = await book.comes(`${reference}_q`)
  expect(rejected).toMatchObject({ status: 'REJECTED', parent_transaction: transaction_id })
  await book.fund(from, 5000)
  expect((await book.send('POST', '/transactions/recover?threshold=1m')).status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(await book.stands(from)).toBe('5000 (5000/0)')
  const { body } = await book.send('POST', '/transactions/filter', {
    filters: [{ field: 'source', operator: 'eq', value: from }],
  })
  const rows = (body.data ?? body) as { readonly status: string }[]
  expect(rows.map(({ status }) => status).sort()).toEqual(['QUEUED', 'REJECTED'])
})

test('the parts of a split keep the order and the ids that they were answered with', async () => {
  const from = await book.balance(await book.ledger())
  await book.fund(from, 1000)
  const to = ['@a', '@b', '@c', '@d', '@e'].map((name) => book.at(name))
  const parts = to.map((identifier, n) => ({
    identifier,
    distribution: n === to.length - 1 ? 'left' : `${(n + 1) * 5}%`,
  }))
  const { reference } = book
  await book.paid(from, parts, 1000, { reference })
  const found = await Promise.all(
    to.map((_, n) => book.send('GET', `/transactions/reference/${reference}-${n + 1}`)),
  )
  expect(found.map(({ body }) => body.precise_amount)).toEqual([50, 100, 150, 200, 500])
  for (const [n, { body }] of found.entries()) {
    const byId = await book.send('GET', `/transactions/${body.transaction_id}`)
    const balance = await book.read(to[n] ?? '')
    expect(byId.body.destination).toBe(balance.body.balance_id)
    expect(byId.body.precise_amount).toBe(balance.body.balance)
  }
})

test('an atomic bulk that fails leaves no trace: no row, no refund, no version', async () => {
  const from = await book.balance(await book.ledger())
  await book.fund(from, 100)
  const item = (amount: number) => ({
    ...{ precise_amount: amount, precision: 100, currency: 'USD', description: 'd' },
    ...{ reference: book.reference, source: from, destination: book.at('@shop') },
  })
  const { version } = (await book.read(from)).body
  const items = [item(60), item(30), item(20)]
  const answer = await book.send('POST', '/transactions/bulk', {
    atomic: true,
    skip_queue: true,
    transactions: items,
  })
  expect(answer.status).toBe(400)
  expect((await book.read(from)).body).toMatchObject({ balance: 100, debit_balance: 0, version })
  for (const { reference } of items)
    expect((await book.send('GET', `/transactions/reference/${reference}`)).status).toBe(404)
})

test('the counts of a reconciliation do not depend on the one before', async () => {
  const to = await book.balance(await book.ledger())
  const references = Array.from({ length: 5 }, () => book.reference)
  for (const reference of references) await book.fund(to, 1000, { reference })
  const criteria = [
    { field: 'amount', operator: 'equals' },
    { field: 'reference', operator: 'equals' },
  ]
  const rule = await book.made('/reconciliation/matching-rules', { name: 'exact', criteria })
  const record = { currency: 'USD', description: 'd', source: 'bank', date: new Date(), amount: 10 }
  const run = async (some: readonly string[]) => {
    const { body } = await book.send('POST', '/reconciliation/start-instant', {
      strategy: 'one_to_one',
      matching_rule_ids: [rule.rule_id],
      dry_run: true,
      external_transactions: some.map((reference) => ({ ...record, id: reference, reference })),
    })
    for (;;) {
      const { body: now } = await book.send('GET', `/reconciliation/${body.reconciliation_id}`)
      if (now.status === 'completed') return [now.matched_transactions, now.unmatched_transactions]
      expect(now.status).not.toBe('failed')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const all = [...references, 'nobody']
  expect(await run(all)).toEqual([5, 1])
  expect(await run(references.slice(0, 2))).toEqual([2, 0])
  expect(await run(all)).toEqual([5, 1])
  expect(await run(['nobody'])).toEqual([0, 1])
})

test('nothing of the database is in an answer', async () => {
  const ledger = await book.ledger()
  const answers = [
    await book.send('POST', '/balances', { ledger_id: 'ldg_none', currency: 'USD' }),
    await book.send('POST', '/balances', { ledger_id: ledger, currency: 'U'.repeat(5000) }),
    await book.send('GET', `/balances/${'x'.repeat(3000)}`),
    await book.send('POST', '/balances', {
      ledger_id: ledger,
      currency: 'USD',
      identity_id: 'idt_no',
    }),
    await book.send('POST', '/transactions/filter', {
      filters: [{ field: 'amount', operator: 'eq', value: "1' or '1'='1" }],
    }),
    await book.send('GET', '/transactions?limit=99999999999999999999'),
    await book.pay('bln_none', 'bln_other', 1),
    await book.send('POST', '/accounts', { bank_name: 'b', number: '1', balance_id: 'bln_none' }),
  ]
  for (const { status, text } of answers) {
    expect(status).toBeLessThan(500)
    expect(text).not.toMatch(/pq:|sql|constraint|relation "|syntax error|::uuid|violates/i)
  }
})
