/** What reading an account's past costs when there is much of it: no more than what is shown. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionLimits } from '../../src/limits.ts'
import { ALL_OPERATIONS, type OperationQuery } from '../../src/reports/index.ts'
import { Connections, PostgresJournalStore, SERVER_ROLE } from '../../src/storage/index.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ledgerWith } from './ledger.ts'

const OPERATIONS = 60_000

/** Blocks that a page of twenty may read: measured on 28 Nov 2026, 404 at most, and 84 for a balance at a moment. */
const BLOCKS_MAX = 600

/** The first is recorded then, and another each minute. */
const START = Date.parse('2025-01-01T00:00:00Z')
const MINUTE = 60_000_000
const at = (minute: number) => START * 1000 + minute * MINUTE

let server: TestServer
let connections: Connections
let bookId: number
let accountId: string
let balanceId: string

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  const ledger = await ledgerWith(server, ['@busy'])
  accountId = (await ledger.get('/accounts/alias/@busy')).body.id
  balanceId = await ledger.balanceId('@busy')
  const [balance] = await server.database.query<{ book_id: string }>(
    'select book_id from balances where id = $1',
    [balanceId],
  )
  bookId = Number(balance?.book_id)
  await grow()
  connections = new Connections(server.database.url, { ...connectionLimits, role: SERVER_ROLE })
}, 60_000)

afterAll(async () => {
  await connections.close()
  await server.stop()
})

/** Writes the journal as if the account had been busy for weeks: every tenth transaction counts for a year before. */
async function grow(): Promise<void> {
  const { query } = server.database
  await query(
    `insert into transactions
       (book_id, id, seq, kind, status, recorded_at, effective_at, asset_code, amount)
     select $1, (left(time, 8) || '-' || right(time, 4) || '-7000-8000-' || lpad(to_hex(n), 9, '0') || '000')::uuid,
            n, 'transfer', 'posted', to_timestamp($2::bigint / 1000 + n * 60),
            case when n % 10 = 0 then to_timestamp($2::bigint / 1000 + n * 60) - interval '1 year' end, 'USD', 1
       from (select n, lpad(to_hex($2::bigint + n::bigint * 60000), 12, '0') as time
               from generate_series(1, $3::int) n) x`,
    [bookId, START, OPERATIONS],
  )
  await query(
    `insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount,
       posted_debits, posted_credits, pending_debits, pending_credits, scale)
     select book_id, id, 0, $2, seq, 'credit', 'post', 1, 0, seq, 0, 0, 0 from transactions where book_id = $1`,
    [bookId, balanceId],
  )
  await query(
    `insert into value_dated_entries (book_id, balance_id, effective_at, transaction_id, leg)
     select book_id, $2, effective_at, id, 0 from transactions where book_id = $1 and effective_at is not null`,
    [bookId, balanceId],
  )
  await query('analyze')
}

type Node = {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Alias?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Node[]
}

function* nodesOf(node: Node): Iterable<Node> {
  yield node
  for (const part of node.Plans ?? []) yield* nodesOf(part)
}

/** The plans of what the list asks the database, as the server asks it. */
async function plansOf(query: OperationQuery): Promise<readonly Node[]> {
  const asked: { readonly text: string; readonly values: readonly unknown[] }[] = []
  const journal = new PostgresJournalStore({
    query: (name, text, values) => {
      asked.push({ text, values })
      return connections.query(name, text, values)
    },
  })
  expect(await journal.listOperations(bookId, query)).toHaveLength(query.limit)
  const plans: Node[] = []
  for (const { text, values } of asked) {
    const [row] = await connections.query<{ 'QUERY PLAN': readonly { readonly Plan: Node }[] }>(
      '',
      `explain (analyze, buffers, format json) ${text}`,
      values,
    )
    const [plan] = row?.['QUERY PLAN'] ?? []
    if (plan !== undefined) plans.push(plan.Plan)
  }
  return plans
}

const all: OperationQuery = {
  get accountId() {
    return accountId
  },
  span: null,
  order: 'asc',
  after: null,
  limit: 20,
  filter: ALL_OPERATIONS,
}

const middle = { from: at(30_000), to: at(31_000) }
const yearBefore = { from: at(30_000) - 366 * 1440 * MINUTE, to: at(31_000) - 365 * 1440 * MINUTE }

test.each<[string, Partial<OperationQuery>]>([
  ['the first page', {}],
  ['the last page', { order: 'desc' }],
  ['a span of the middle', { span: middle }],
  ['a span of the middle, from its end', { span: middle, order: 'desc' }],
  ['a span in which only value dates count', { span: yearBefore }],
  ['a span in which only value dates count, from its end', { span: yearBefore, order: 'desc' }],
])('%s of 60000 operations is read as ranges of indexes', async (_, asked) => {
  const plans = await plansOf({ ...all, accountId, ...asked })
  expect(plans.length).toBe(asked.span === undefined ? 1 : 2)
  for (const plan of plans) {
    const nodes = [...nodesOf(plan)]
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([])
    const entries = nodes.filter(({ Alias }) => Alias === 'd' || Alias === 'x' || Alias === 'e')
    for (const node of entries) {
      expect(node['Node Type']).toMatch(/^Index (Only )?Scan/)
      expect(node['Index Cond']).toContain('book_id')
    }
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(BLOCKS_MAX)
    for (const node of nodes)
      expect((node['Rows Removed by Filter'] ?? 0) * node['Actual Loops']).toBeLessThan(100)
  }
})

test('a page in the middle of a long list begins where the one before ended', async () => {
  const journal = new PostgresJournalStore(connections)
  const [first] = await journal.listOperations(bookId, { ...all, span: middle, limit: 1 })
  if (first === undefined) throw new Error('there are operations in the middle')
  const { transactionId, leg, recordedAt } = first
  const after = { transactionId, leg, valueAt: recordedAt }
  const plans = await plansOf({ ...all, accountId, span: middle, after })
  for (const plan of plans) expect(plan['Shared Hit Blocks']).toBeLessThan(BLOCKS_MAX)
})

test('a balance at a moment is found in as many steps as the number of its entries has digits', async () => {
  const asked: { readonly text: string; readonly values: readonly unknown[] }[] = []
  const journal = new PostgresJournalStore({
    query: (name, text, values) => {
      asked.push({ text, values })
      return connections.query(name, text, values)
    },
  })
  const [stood] = await journal.balancesAt(bookId, [balanceId], at(45_678))
  expect(stood?.last?.version).toBe(45_678)
  const [statement] = asked
  const [row] = await connections.query<{ 'QUERY PLAN': readonly { readonly Plan: Node }[] }>(
    '',
    `explain (analyze, buffers, format json) ${statement?.text}`,
    statement?.values ?? [],
  )
  const plan = row?.['QUERY PLAN'][0]?.Plan
  expect(plan?.['Shared Hit Blocks']).toBeLessThan(BLOCKS_MAX)
})
