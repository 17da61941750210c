import { afterEach, describe, expect, test } from 'vitest'
import type { Fact } from '../../src/outbox/index.ts'
import { BEGINNING } from '../../src/outbox/index.ts'
import { makeBook, openBalance, openEngine, type TestBalance } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { transfer } from '../support/posts.ts'
import { startSubscriber, type TestSubscriber, until } from '../support/subscriber.ts'
import { messagesOf, openOutbox, subscribed, type TestOutbox } from './support/outbox.ts'

const open: { stop(): Promise<void> }[] = []

const database = await fileDatabase()
const engine = database.closing(openEngine(database.url))

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop()
})

function outbox(...args: Parameters<typeof openOutbox> extends [string, ...infer R] ? R : never) {
  const started = openOutbox(database.url, ...args)
  open.push(started)
  return started
}

async function subscriber(): Promise<TestSubscriber> {
  const started = await startSubscriber()
  open.push(started)
  return started
}

/** A book with two balances, of which one gives to the other. */
async function bookWithMoney(): Promise<{ bookId: number; from: TestBalance; to: TestBalance }> {
  const bookId = await makeBook(engine)
  const from = await openBalance(engine, bookId, { external: true })
  const to = await openBalance(engine, bookId)
  return { bookId, from, to }
}

/** Everything in the log of a book after a subscription was made. */
async function factsSince({ log }: TestOutbox, bookId: number, subscriptionId: string) {
  const facts: Fact[] = []
  for (let after = BEGINNING; ; ) {
    const page = await log.page(bookId, after, 100)
    facts.push(...page.facts)
    if (page.complete) break
    after = page.facts.at(-1)?.id ?? after
  }
  const start = facts.findIndex(
    (fact) => fact.type === 'change' && fact.subjectId === subscriptionId,
  )
  return facts.slice(start + 1)
}

async function expected(told: TestOutbox, bookId: number, subscriptionId: string) {
  const facts = await factsSince(told, bookId, subscriptionId)
  return facts.flatMap(messagesOf).map(({ text }) => text)
}

function firstTimes(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

describe('what is committed to a book', () => {
  test('reaches a subscriber whole, once, and in the order of the book', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    const { id } = await subscribed(engine, bookId, listener.url)
    const told = outbox()
    await Promise.all(Array.from({ length: 300 }, () => transfer(engine, bookId, from, to, 1n)))
    await listener.until(600)
    expect(listener.taken.map(({ text }) => text)).toEqual(await expected(told, bookId, id))
  })

  test('is told from the moment of the subscription on', async () => {
    const { bookId, from, to } = await bookWithMoney()
    await transfer(engine, bookId, from, to, 1n)
    const listener = await subscriber()
    await subscribed(engine, bookId, listener.url)
    outbox()
    const after = await transfer(engine, bookId, from, to, 1n)
    await listener.until(2)
    expect(new Set(listener.taken.map(({ body }) => body.id))).toEqual(new Set([after]))
  })

  test('reaches only those who want it', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const all = await subscriber()
    const some = await subscriber()
    await subscribed(engine, bookId, all.url)
    await subscribed(engine, bookId, some.url, { events: ['entry.credit', 'account.*'] })
    outbox()
    await transfer(engine, bookId, from, to, 1n)
    await openBalance(engine, bookId)
    await all.until(5)
    await some.until(2)
    expect(some.told.map(({ body }) => body.event)).toEqual(['entry.credit', 'account.created'])
  })

  test('is told several at a time to a subscriber that takes as many', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    const { id } = await subscribed(engine, bookId, listener.url, { batchMax: 7 })
    for (let count = 0; count < 10; count += 1) await transfer(engine, bookId, from, to, 1n)
    const told = outbox()
    await listener.until(() => listener.taken.flatMap(({ body }) => body).length === 20)
    const texts = listener.taken.flatMap(({ body }) => body).map((one) => JSON.stringify(one))
    expect(texts).toEqual(await expected(told, bookId, id))
    expect(listener.taken.length).toBeLessThan(6)
  })
})

describe('a subscriber that does not take what it is told', () => {
  test('is told again until it does, and of nothing behind it before', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    let refusals = 0
    listener.answer = ({ body }) => {
      if (body.version % 5 !== 0 || refusals >= 20) return { status: 200 }
      refusals += 1
      return { status: 500 }
    }
    const { id } = await subscribed(engine, bookId, listener.url, { events: ['entry.credit'] })
    const told = outbox()
    for (let count = 0; count < 12; count += 1) await transfer(engine, bookId, from, to, 1n)
    await listener.until(12)
    const credits = (await expected(told, bookId, id)).filter((text) => text.includes('credit'))
    expect(firstTimes(listener.told.map(({ text }) => text))).toEqual(credits)
    expect(listener.taken.map(({ text }) => text)).toEqual(credits)
    expect(refusals).toBe(20)
  })

  test('does not delay another', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const hanging = await subscriber()
    hanging.answer = () => 'hang'
    const quick = await subscriber()
    await subscribed(engine, bookId, hanging.url)
    await subscribed(engine, bookId, quick.url)
    outbox({ timeoutMs: 30_000, timeoutMaxMs: 30_000 })
    for (let count = 0; count < 20; count += 1) await transfer(engine, bookId, from, to, 1n)
    await quick.until(40)
    expect(hanging.taken).toEqual([])
    expect(hanging.told.length).toBe(1)
  })

  test('does not make others wait for their turn, however many do not answer', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const hanging = await subscriber()
    hanging.answer = () => 'hang'
    const quick = await subscriber()
    for (let count = 0; count < 20; count += 1) await subscribed(engine, bookId, hanging.url)
    await subscribed(engine, bookId, quick.url)
    outbox({ lanesMax: 2, failingLanesMax: 2 })
    await transfer(engine, bookId, from, to, 1n)
    await quick.until(2)
    await transfer(engine, bookId, from, to, 1n)
    await quick.until(4)
  })

  test('gets a dead letter after its attempts, and what comes behind it', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    listener.answer = ({ body }) => ({ status: body.version === 2 ? 503 : 200 })
    const { id } = await subscribed(engine, bookId, listener.url, {
      attemptsMax: 3,
      events: ['entry.credit'],
    })
    const { store } = outbox()
    for (let count = 0; count < 3; count += 1) await transfer(engine, bookId, from, to, 1n)
    await listener.until(2)
    expect(listener.told.map(({ body }) => body.version)).toEqual([1, 2, 2, 2, 3])
    const letters = await store.deadLetters(id, null, 10)
    expect(letters).toMatchObject([
      {
        bookId,
        event: 'entry.credit',
        attempts: 3,
        status: 503,
        error: 'status 503',
        replayAt: null,
      },
    ])
  })

  test('loses patience by time where no number of attempts is set', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    listener.answer = () => ({ status: 400 })
    const { id } = await subscribed(engine, bookId, listener.url)
    const { store } = outbox({ patience: { firstMs: 5, mostMs: 20, giveUpMs: 200 } })
    await transfer(engine, bookId, from, to, 1n)
    await until(async () => (await store.deadLetters(id, null, 10)).length === 2)
    const letters = await store.deadLetters(id, null, 10)
    expect(letters.map(({ event }) => event)).toEqual(['entry.debit', 'entry.credit'])
    expect(letters[0]?.attempts).toBeGreaterThan(1)
  })

  test('is told a dead letter again when somebody asks for it', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    listener.answer = () => ({ status: 500 })
    const { id } = await subscribed(engine, bookId, listener.url, { attemptsMax: 1 })
    const { store, outbox: running } = outbox()
    await transfer(engine, bookId, from, to, 1n)
    await until(async () => (await store.deadLetters(id, null, 10)).length === 2)

    await store.askForReplay(id, null, Date.now() * 1000)
    running.wake(bookId, id)
    await until(async () =>
      (await store.deadLetters(id, null, 10)).every((one) => one.replayAt === null),
    )
    expect((await store.deadLetters(id, null, 10)).map((one) => one.attempts)).toEqual([2, 2])

    listener.answer = () => ({ status: 200 })
    expect(await store.askForReplay(id, null, Date.now() * 1000)).toBe(2)
    running.wake(bookId, id)
    await listener.until(2)
    await until(async () => (await store.deadLetters(id, null, 10)).length === 0)
    expect(listener.taken.map(({ body }) => body.event)).toEqual(['entry.debit', 'entry.credit'])
  })

  test('is not followed to where it redirects', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const target = await subscriber()
    const listener = await subscriber()
    listener.answer = () => ({ status: 307, headers: { location: target.url } })
    const { id } = await subscribed(engine, bookId, listener.url, { attemptsMax: 1 })
    const { store } = outbox()
    await transfer(engine, bookId, from, to, 1n)
    await until(async () => (await store.deadLetters(id, null, 10)).length === 2)
    expect(target.told).toEqual([])
  })

  test('is not listened to for longer than an answer may be', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    listener.answer = () => ({ status: 200, body: 'x'.repeat(5_000_000) })
    await subscribed(engine, bookId, listener.url)
    outbox()
    await transfer(engine, bookId, from, to, 1n)
    await listener.until(2)
  })
})

describe('an address inside of the network', () => {
  test('is never sent to, unless the operator allows it', async () => {
    const { bookId, from, to } = await bookWithMoney()
    const listener = await subscriber()
    const byName = listener.url.replace('127.0.0.1', 'localhost')
    const direct = await subscribed(engine, bookId, listener.url, { attemptsMax: 1 })
    const named = await subscribed(engine, bookId, byName, { attemptsMax: 1 })
    const { store } = outbox({}, [])
    await transfer(engine, bookId, from, to, 1n)
    for (const { id } of [direct, named])
      await until(async () => (await store.deadLetters(id, null, 10)).length >= 2)
    expect(listener.told).toEqual([])
    const [letter] = await store.deadLetters(named.id, null, 1)
    expect(letter?.error).toBe('The name leads to addresses that are not public')
  })
})
