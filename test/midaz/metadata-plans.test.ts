/**
 * How lists by metadata are read: in the order of an index, and no further than the page. METADATA_ROWS says among how
 * many rows.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionLimits } from '../../src/limits.ts'
import { ALL_OPERATIONS, FIRST_PAGE, type ListQuery } from '../../src/reports/index.ts'
import { Connections } from '../../src/storage/index.ts'
import { listStatement } from '../../src/storage/list-statement.ts'
import { listOperations } from '../../src/storage/statements/list-operations.ts'
import type { View } from '../../src/storage/view.ts'
import { directoryViews, transactionView } from '../../src/storage/views.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const ROWS = Number(process.env['METADATA_ROWS'] ?? 20_000)
const LIMIT = 10

/** Rows of nodes together, and loops over them, that a page may cost: far below the rows that are there. */
const READ_MAX = 40 * LIMIT

const BOOK = 7
const ID = "('01a00000-0000-7000-8000-' || lpad(to_hex(i::bigint * 4096), 12, '0'))::uuid"
const LEDGER = "'01a00000-0000-7000-8000-00000000beef'::uuid"
const METADATA = "jsonb_build_object('kind', 'common', 'n', i)"

let database: TestDatabase
let connections: Connections

beforeAll(async () => {
  database = await createDatabase()
  connections = new Connections(database.url, {
    ...connectionLimits,
    role: null,
    statementMs: 600_000,
  })
  const rows = `generate_series(1, ${ROWS}) as i`
  const base = `${BOOK}, ${ID}, ${METADATA}, now(), now()`
  await database.query(
    `insert into portfolios (book_id, id, metadata, created_at, updated_at, ledger_id, name, status_code)
     select ${base}, ${LEDGER}, 'p', 'ACTIVE' from ${rows}`,
  )
  await database.query(
    `insert into organizations (book_id, id, metadata, created_at, updated_at, legal_name, legal_document, status_code)
     select i, ${ID}, ${METADATA}, now(), now(), 'o', '1', 'ACTIVE' from ${rows}`,
  )
  await database.query(
    `insert into transactions (book_id, id, seq, kind, status, recorded_at, asset_code, amount, metadata)
     select ${BOOK}, ${ID}, i, 'transfer', 'posted', now(), 'USD', 1, ${METADATA} from ${rows}`,
  )
  await database.query(
    `insert into accounts (book_id, id, ledger_id, asset_code, alias, type, external, blocked, status_code, created_at,
       updated_at) values (${BOOK}, ${LEDGER}, ${LEDGER}, 'USD', '@a', 'deposit', false, false, 'ACTIVE', now(), now())`,
  )
  await database.query(
    `insert into balances (book_id, id, account_id, ledger_id, key, asset_code, normal_side, internal, may_send,
       may_receive, created_at, updated_at)
     values (${BOOK}, ${LEDGER}, ${LEDGER}, ${LEDGER}, 'default', 'USD', 'credit', false, true, true, now(), now())`,
  )
  await database.query(
    `insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits,
       posted_credits, pending_debits, pending_credits, scale, details)
     select ${BOOK}, ${ID}, 0, ${LEDGER}, i, 'debit', 'post', 1, i, 0, 0, 0, 0, json_build_object('metadata', ${METADATA})
       from ${rows}`,
  )
  for (const [table, entity] of [
    ['portfolios', 'portfolio'],
    ['organizations', 'organization'],
    ['transactions', 'transaction'],
  ])
    await database.query(
      `insert into metadata_values (book_id, entity, key, value_hash, id)
       select t.book_id, '${entity}', m.key, substring(sha256(convert_to(m.value, 'UTF8')) for 16), t.id
         from ${table} t cross join lateral jsonb_each_text(t.metadata) m`,
    )
  await database.query(
    `insert into entry_metadata (book_id, balance_id, key, value_hash, version)
     select e.book_id, e.balance_id, m.key, substring(sha256(convert_to(m.value, 'UTF8')) for 16), e.version
       from entries e cross join lateral jsonb_each_text((e.details -> 'metadata')::jsonb) m`,
  )
  await database.query('vacuum analyze')
}, 600_000)

afterAll(async () => {
  await connections.close()
  await database.drop()
})

type Node = {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Node[]
}

function nodesOf(node: Node): readonly Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

async function explained(text: string, values: readonly unknown[]): Promise<readonly Node[]> {
  const [row] = await connections.query<{ 'QUERY PLAN': readonly [{ Plan: Node }] }>(
    '',
    `explain (analyze, format json) ${text}`,
    values,
  )
  if (row === undefined) throw new Error('There is no plan')
  return nodesOf(row['QUERY PLAN'][0].Plan)
}

function expectByIndex(nodes: readonly Node[], index: string): void {
  expect(nodes.map((node) => node['Index Name'])).toContain(index)
  const types = new Set(nodes.map((node) => node['Node Type']))
  expect([...types].filter((type) => /Seq Scan|Bitmap|Hash/.test(type))).toEqual([])
  const read = nodes.map(
    (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  )
  expect(Math.max(...read)).toBeLessThan(READ_MAX)
}

const last = `01a00000-0000-7000-8000-${((ROWS - 5) * 4096).toString(16).padStart(12, '0')}`
const eq = (field: string, value: string | number) =>
  ({ field, operator: 'eq', values: [value] }) as const

const ASKED: readonly (readonly [what: string, query: Partial<ListQuery>])[] = [
  ['what all rows have', { within: [eq('metadata.kind', 'common')] }],
  [
    'what all rows have, the latest first',
    { within: [eq('metadata.kind', 'common')], order: 'desc' },
  ],
  ['what one row has', { within: [eq('metadata.n', ROWS - 1)] }],
  ['what no row has', { within: [eq('metadata.n', 'none')] }],
  ['a page further on', { within: [eq('metadata.kind', 'common')], after: last }],
]

const VIEWS: readonly (readonly [string, View, string])[] = [
  ['portfolios', directoryViews.portfolio, 'metadata_values_pkey'],
  ['transactions', transactionView, 'metadata_values_pkey'],
  [
    'organizations',
    {
      ...directoryViews.organization,
      bookSql: '0',
      found: {
        entity: 'organization',
        table: 'organizations',
        alias: 'organizations',
        everyBook: true,
      },
    },
    'metadata_values_of_organizations',
  ],
]

test.each(
  VIEWS.flatMap(([name, view, index]) =>
    ASKED.map(([what, query]) => ({ name, view, index, what, query })),
  ),
)('a list of $name by $what reads no more than its page', async ({ view, index, query }) => {
  const leading = [view.bookSql === '0' ? 0 : BOOK]
  const { text, values } = listStatement(view, leading, {
    ...FIRST_PAGE,
    limit: LIMIT + 1,
    ...query,
  })
  expectByIndex(await explained(text, values), index)
})

test.each([
  ['kind', 'common', 'asc'],
  ['kind', 'common', 'desc'],
  ['n', String(ROWS - 1), 'asc'],
  ['n', 'none', 'asc'],
] as const)(
  'a list of operations by %s=%s (%s) reads no more than its page',
  async (key, value, order) => {
    const plans: (readonly Node[])[] = []
    const querier = {
      query: async (_name: string, text: string, values: readonly unknown[]) => {
        plans.push(await explained(text, values))
        return []
      },
    }
    await listOperations(querier, BOOK, {
      accountId: '01a00000-0000-7000-8000-00000000beef',
      span: null,
      order,
      after: null,
      limit: LIMIT + 1,
      filter: { ...ALL_OPERATIONS, metadata: [[key, value]] },
    })
    for (const plan of plans) expectByIndex(plan, 'entry_metadata_pkey')
  },
)
