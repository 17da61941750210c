import { describe, expect, test } from 'vitest'
import type { GroupDecision } from '../../src/engine/index.ts'
import type { Command } from '../../src/ledger/index.ts'
import { makeBook, openBalance, openEngine, type TestEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { accepted, FAR, post, release, reverse, settle } from '../support/posts.ts'

/** Races of each kind; `RACES=10000` runs as many as the page of guarantees tells of. */
const RACES = Number(process.env['RACES'] ?? 25)
/** How long all races of a kind may take. */
const PATIENCE_MS = 60_000 + RACES * 100
const CLIENTS = 64
/** Books in which races of a kind are run at once. */
const BOOKS = 4

const database = await fileDatabase()
/** Two on one database, each with connections of its own; patient, because races are not about outages. */
const [first, second] = [patientServer(), patientServer()]
const servers = [first, second]

function patientServer(): TestEngine {
  const [outageMs, statementMs] = [PATIENCE_MS, PATIENCE_MS]
  const connecting = { statementMs, lockMs: statementMs, connectMs: statementMs }
  return database.closing(openEngine(database.url, { outageMs }, connecting))
}

type Scene = { readonly bookId: number; readonly from: string; readonly to: string }

/** A book with a balance of 100 and one to send it to. */
async function scene(): Promise<Scene> {
  const bookId = await makeBook(first)
  const world = await openBalance(first, bookId, { external: true })
  const [from, to] = [await openBalance(first, bookId), await openBalance(first, bookId)]
  await accepted(first, bookId, post(world.id, from.id, 100n))
  return { bookId, from: from.id, to: to.id }
}

/** The same number of clients on each server send their commands at once. */
function race(
  bookId: number,
  clients: number,
  command: (client: number) => Command,
  on: readonly TestEngine[] = servers,
): Promise<readonly GroupDecision[]> {
  const sent = Array.from({ length: clients }, (_, client) => {
    const server = on[client % on.length] ?? first
    return server.engine.submit(bookId, [command(client)])
  })
  return Promise.all(sent)
}

function codesOf(decisions: readonly GroupDecision[]): Readonly<Record<string, number>> {
  const codes = decisions.map((decision) => {
    if (!decision.accepted) return decision.refusal.refusal.code
    return decision.outcome[0]?.type === 'replay' ? 'replayed' : 'accepted'
  })
  return Object.fromEntries(
    [...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]),
  )
}

async function sumsOf(bookId: number, id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.query(
    `select posted_debits::float8 * 1e18 as debits, posted_credits::float8 * 1e18 as credits,
            pending_debits::float8 * 1e18 as held, version::int as version
       from balance_sums where book_id = $1 and id = $2`,
    [bookId, id],
  )
  return row
}

describe.each([
  ['one server', (all: readonly TestEngine[]) => all.slice(0, 1)],
  ['two servers', (all: readonly TestEngine[]) => all],
])('through %s', (_name, choose) => {
  test('of 200 debits of 1 from a balance of 100 exactly 100 succeed', async () => {
    const { bookId, from, to } = await scene()
    const decisions = await race(bookId, 200, () => post(from, to, 1n), choose(servers))
    expect(codesOf(decisions)).toEqual({ accepted: 100, insufficient_funds: 100 })
    expect(await sumsOf(bookId, from)).toEqual({ debits: 100, credits: 100, held: 0, version: 101 })
    expect(await sumsOf(bookId, to)).toMatchObject({ credits: 100, version: 100 })
  })

  test('of 200 holds of 1 on a balance of 100 exactly 100 succeed', async () => {
    const { bookId, from, to } = await scene()
    const hold = () => post(from, to, 1n, { kind: 'hold' })
    const decisions = await race(bookId, 200, hold, choose(servers))
    expect(codesOf(decisions)).toEqual({ accepted: 100, insufficient_funds: 100 })
    expect(await sumsOf(bookId, from)).toEqual({ debits: 0, credits: 100, held: 100, version: 101 })
  })
})

/** Runs the races of a kind, in some books at once and one after the other in each. */
async function races(run: (scene: Scene, count: number) => Promise<void>): Promise<void> {
  let begun = 0
  const inOneBook = async () => {
    const at = await scene()
    while (begun < RACES) {
      begun += 1
      await run(at, begun)
    }
  }
  await Promise.all(Array.from({ length: BOOKS }, inOneBook))
}

describe('of 64 clients on two servers exactly one', () => {
  test('spends what is left', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const decisions = await race(bookId, CLIENTS, () => post(from, to, 100n))
      expect(codesOf(decisions)).toEqual({ accepted: 1, insufficient_funds: CLIENTS - 1 })
      await accepted(first, bookId, post(to, from, 100n))
    })
  })

  test('posts a hold', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const holdId = await accepted(first, bookId, post(from, to, 1n, { kind: 'hold' }))
      const decisions = await race(bookId, CLIENTS, () => settle(holdId))
      expect(codesOf(decisions)).toEqual({ accepted: 1, hold_already_posted: CLIENTS - 1 })
      await accepted(first, bookId, post(to, from, 1n))
    })
  })

  test('gives a hold back', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const holdId = await accepted(first, bookId, post(from, to, 100n, { kind: 'hold' }))
      const decisions = await race(bookId, CLIENTS, () => release(holdId))
      expect(codesOf(decisions)).toEqual({ accepted: 1, hold_already_voided: CLIENTS - 1 })
    })
  })

  test('ends a hold that some post and some give back', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const holdId = await accepted(first, bookId, post(from, to, 1n, { kind: 'hold' }))
      const decisions = await race(bookId, CLIENTS, (client) =>
        client % 3 === 0 ? release(holdId) : settle(holdId),
      )
      const codes = codesOf(decisions)
      const ended = (codes['hold_already_posted'] ?? 0) + (codes['hold_already_voided'] ?? 0)
      expect([codes['accepted'], ended]).toEqual([1, CLIENTS - 1])
      if (codes['hold_already_posted'] !== undefined)
        await accepted(first, bookId, post(to, from, 1n))
    })
  })

  test('reverses a transaction', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const transactionId = await accepted(first, bookId, post(from, to, 1n))
      const decisions = await race(bookId, CLIENTS, () => reverse(transactionId, true))
      expect(codesOf(decisions)).toEqual({ accepted: 1, already_reversed: CLIENTS - 1 })
    })
  })

  test('reverses a hold or its settlement', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }) => {
      const holdId = await accepted(first, bookId, post(from, to, 1n, { kind: 'hold' }))
      const settlementId = await accepted(first, bookId, settle(holdId))
      const decisions = await race(bookId, CLIENTS, (client) =>
        reverse(client % 3 === 0 ? holdId : settlementId, true),
      )
      expect(codesOf(decisions)).toEqual({ accepted: 1, already_reversed: CLIENTS - 1 })
      expect(await sumsOf(bookId, from)).toMatchObject({ held: 0 })
    })
  })

  test('posts under a reference', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }, count) => {
      const reference = `reference ${count}`
      const decisions = await race(bookId, CLIENTS, () => post(from, to, 1n, { reference }))
      expect(codesOf(decisions)).toEqual({ accepted: 1, reference_taken: CLIENTS - 1 })
      await accepted(first, bookId, post(to, from, 1n))
    })
  })

  test('posts under a key, and the others are told of that one', {
    timeout: PATIENCE_MS,
  }, async () => {
    await races(async ({ bookId, from, to }, count) => {
      const key = { key: `key ${count}`, fingerprint: 'same', expiresAt: FAR }
      const decisions = await race(bookId, CLIENTS, () => post(from, to, 1n, { key }))
      expect(codesOf(decisions)).toEqual({ accepted: 1, replayed: CLIENTS - 1 })
      const ids = decisions.flatMap((decision) =>
        decision.accepted
          ? decision.outcome.map((outcome) =>
              outcome.type === 'done' ? outcome.transaction.id : outcome.transactionId,
            )
          : [],
      )
      expect(new Set(ids).size).toBe(1)
      await accepted(first, bookId, post(to, from, 1n))
    })
  })

  test('carries out a scheduled request', { timeout: PATIENCE_MS }, async () => {
    await races(async ({ bookId, from, to }, count) => {
      const request = { reference: `request ${count}`, dueAt: FAR }
      const requestId = await accepted(first, bookId, post(from, to, 1n, { request }))
      const decisions = await race(bookId, CLIENTS, () => ({ type: 'execute', requestId }))
      expect(codesOf(decisions)).toEqual({ accepted: 1, transaction_not_found: CLIENTS - 1 })
      await accepted(first, bookId, post(to, from, 1n))
    })
  })
})

test('a key that has expired is as good as none', { timeout: PATIENCE_MS }, async () => {
  await races(async ({ bookId, from, to }) => {
    const key = { key: 'expired', fingerprint: 'same', expiresAt: 1 }
    const decisions = await race(bookId, CLIENTS, () => post(from, to, 1n, { key }))
    expect(codesOf(decisions)).toEqual({ accepted: CLIENTS })
    await accepted(first, bookId, post(to, from, BigInt(CLIENTS)))
  })
})

test('nothing but another writer and a name that was taken ever made a server decide again', () => {
  const causes = servers.flatMap(({ recoveries }) => [...recoveries.keys()])
  expect(causes.filter((cause) => cause !== 'Fenced' && cause !== 'Conflict')).toEqual([])
})
