import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Micros } from '../../src/ledger/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { Connections, PostgresJournalStore, SERVER_ROLE } from '../../src/storage/index.ts'
import { makeBook, openBalance, openEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { accepted, FAR, post, release, settle } from '../support/posts.ts'

const database = await fileDatabase()
const server = database.closing(openEngine(database.url))
const journal = new PostgresJournalStore(
  database.closing(new Connections(database.url, { ...connectionLimits, role: SERVER_ROLE })),
)
const bookId = await makeBook(server)
const world = (await openBalance(server, bookId, { external: true })).id

const at = (text: string): Micros => Date.parse(text) * 1000

/** What a balance stood at, counted the long way. */
async function countedAt(balanceId: string, time: Micros): Promise<bigint> {
  const rows = await database.query(
    `select coalesce(sum(case e.side when 'credit' then e.amount else -e.amount end), 0)::text as sum
       from entries e join transactions t on t.book_id = e.book_id and t.id = e.transaction_id
      where e.balance_id = '${balanceId}' and e.effect in ('post', 'settle')
        and extract(epoch from coalesce(t.effective_at, t.recorded_at)) * 1000000 <= ${time}`,
  )
  return BigInt(String(rows[0]?.['sum']))
}

async function stoodAt(balanceId: string, time: Micros): Promise<bigint> {
  const [found] = await journal.balancesAt(bookId, [balanceId], time)
  const { debits, credits } = found?.posted ?? { debits: 0n, credits: 0n }
  return (credits - debits) / 10n ** 18n
}

describe('what a balance stood at', () => {
  test('is what counts for that time, whenever it was recorded', async () => {
    const times = fc.oneof(
      fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') }),
      fc.constantFrom(
        at('0001-01-01T00:00:00Z'),
        at('1969-12-31T23:59:59Z'),
        at('9999-12-31T23:59:59Z'),
      ),
      fc.integer({ min: -2_000_000, max: 2_000_000 }).map((offset) => Date.now() * 1000 + offset),
    )
    const posts = fc.array(
      fc.record({
        amount: fc.bigInt({ min: 1n, max: 1000n }),
        effectiveAt: fc.option(times),
        out: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(posts, fc.array(times, { maxLength: 4 }), async (made, asked) => {
        const { id } = await openBalance(server, bookId, { external: true })
        for (const { amount, effectiveAt, out } of made) {
          const [from, to] = out ? [id, world] : [world, id]
          await accepted(server, bookId, post(from, to, amount * 10n ** 18n, { effectiveAt }))
        }
        const known = made.flatMap(({ effectiveAt }) => effectiveAt ?? [])
        const around = [...known, ...known.map((time) => time - 1), Date.now() * 1000 + 1_000_000]
        for (const time of [...asked, ...around])
          expect(await stoodAt(id, time)).toBe(await countedAt(id, time))
      }),
      { numRuns: 25 },
    )
  })

  test('counts what a hold settles at the value date that the hold gave it, and nothing of what is held', async () => {
    const { id } = await openBalance(server, bookId)
    const payer = (await openBalance(server, bookId, { overdraftLimit: null })).id
    const effectiveAt = at('2025-01-01T00:00:00Z')
    const hold = post(payer, id, 100n * 10n ** 18n, { kind: 'hold', effectiveAt, expiresAt: FAR })
    const held = await accepted(server, bookId, hold)
    const settlement = { ...settle(held, 60n * 10n ** 18n), inherit: true }
    expect(await stoodAt(id, at('2026-01-01T00:00:00Z'))).toBe(0n)
    await accepted(server, bookId, settlement)
    await accepted(server, bookId, release(held))
    expect(await stoodAt(id, at('2026-01-01T00:00:00Z'))).toBe(60n)
    expect(await stoodAt(id, effectiveAt)).toBe(60n)
    expect(await stoodAt(id, effectiveAt - 1)).toBe(0n)
  })
})
