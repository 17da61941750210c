import { describe, expect, test } from 'vitest'
import { changeMonitor, createMonitor, type MonitorOrder } from '../../src/directory/index.ts'
import { formatDecimal } from '../../src/ledger/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { firings, type Moved } from '../../src/monitors/index.ts'
import { BEGINNING, type Fact } from '../../src/outbox/index.ts'
import { Connections, PostgresEventLog, PostgresWatchHistory } from '../../src/storage/index.ts'
import { Chance } from '../support/chance.ts'
import { makeBook, openBalance, openEngine, type TestBalance } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { transfer } from '../support/posts.ts'

const database = await fileDatabase()
const engine = database.closing(openEngine(database.url))
const connections = database.closing(
  new Connections(database.url, { ...connectionLimits, role: null }),
)

const FIELDS = ['posted', 'posted_debits', 'posted_credits'] as const
const OPERATORS = ['>', '<', '>=', '<=', '=', '!='] as const

function randomOrder(chance: Chance, balances: readonly TestBalance[]): MonitorOrder {
  return {
    balanceId: chance.pick(balances).id,
    field: chance.pick(FIELDS),
    operator: chance.pick(OPERATORS),
    threshold: formatDecimal(BigInt(chance.between(-40, 40))),
    description: null,
    terms: null,
  }
}

/** Which monitor fired at which transaction, as pages of some size tell it. */
async function told(bookId: number, size: number): Promise<readonly string[]> {
  const log = new PostgresEventLog(connections)
  const history = new PostgresWatchHistory(connections)
  const lines: string[] = []
  for (let after = BEGINNING; ; ) {
    const { facts, complete } = await log.page(bookId, after, size)
    const moved = facts.filter((fact: Fact): fact is Fact & Moved => fact.type === 'transaction')
    for (const [id, fired] of await firings(history, bookId, moved))
      for (const watch of fired) lines.push(`${id} ${watch.id}`)
    if (complete) return lines.sort()
    after = facts.at(-1)?.id ?? after
  }
}

type Row = { id: string; subject: string; verb: string; after: Record<string, string> }
type Entry = { id: string; balance: string; debits: string; credits: string }

/** The same by the simplest means: every monitor's story beside every balance's entries. */
async function recomputed(bookId: number): Promise<readonly string[]> {
  const entries = await database.query<Entry>(
    `select transaction_id as id, balance_id as balance, posted_debits as debits, posted_credits as credits
       from entries where book_id = $1`,
    [bookId],
  )
  const changes = await database.query<Row>(
    `select id, subject_id as subject, verb, after from events
      where book_id = $1 and entity = 'monitor' order by id`,
    [bookId],
  )
  const lines: string[] = []
  for (const { id, balance, debits, credits } of entries)
    for (const subject of new Set(changes.map((change) => change.subject))) {
      const last = changes.findLast((change) => change.subject === subject && change.id < id)
      if (last === undefined || last.verb === 'deleted' || last.after['balanceId'] !== balance)
        continue
      const value = { posted: Number(credits) - Number(debits), posted_debits: Number(debits) }
      const watched = last.after['field'] ?? ''
      const seen = (value as Record<string, number>)[watched] ?? Number(credits)
      const compare =
        { '=': '===', '!=': '!==' }[last.after['operator'] ?? ''] ?? last.after['operator']
      const difference = Math.round((seen - Number(last.after['threshold'])) * 1e18)
      if (new Function('x', `return x ${compare} 0`)(difference)) lines.push(`${id} ${subject}`)
    }
  return lines.sort()
}

describe('monitors', () => {
  test('fire at every transaction that leaves their condition true, however postings race', async () => {
    const chance = new Chance(5)
    const bookId = await makeBook(engine)
    const source = await openBalance(engine, bookId, { external: true })
    const balances: TestBalance[] = []
    for (let count = 0; count < 4; count += 1) balances.push(await openBalance(engine, bookId))
    const ids: string[] = []
    const work: Promise<unknown>[] = []
    for (let count = 0; count < 400; count += 1) {
      const target = chance.pick(balances)
      const amount = BigInt(chance.between(1, 10))
      const [from, to] = chance.isHit(0.5) ? [source, target] : [target, source]
      work.push(transfer(engine, bookId, from, to, amount))
      if (chance.isHit(0.1)) {
        const made = await createMonitor(
          engine.directory,
          bookId,
          randomOrder(chance, balances),
          null,
        )
        if (made.accepted) ids.push(made.outcome.id)
      } else if (ids.length > 0 && chance.isHit(0.05)) {
        const order = randomOrder(chance, balances)
        work.push(changeMonitor(engine.directory, bookId, chance.pick(ids), order, null))
      } else if (ids.length > 0 && chance.isHit(0.03)) {
        work.push(engine.directory.remove('monitor', bookId, chance.pick(ids), null))
      }
    }
    await Promise.all(work)
    const expected = await recomputed(bookId)
    expect(expected.length).toBeGreaterThan(500)
    for (const size of [1000, 37, 1]) expect(await told(bookId, size)).toEqual(expected)
  })

  test('that are deleted still fire for what was committed while they stood', async () => {
    const bookId = await makeBook(engine)
    const from = await openBalance(engine, bookId, { external: true })
    const to = await openBalance(engine, bookId)
    const order = {
      balanceId: to.id,
      field: 'posted',
      operator: '>',
      threshold: '0',
      description: null,
      terms: null,
    } as const
    const made = await createMonitor(engine.directory, bookId, order, null)
    if (!made.accepted) throw new Error('no monitor')
    const seen = await transfer(engine, bookId, from, to, 1n)
    await engine.directory.remove('monitor', bookId, made.outcome.id, null)
    await transfer(engine, bookId, from, to, 1n)
    expect(await told(bookId, 100)).toEqual([`${seen} ${made.outcome.id}`])
  })
})
