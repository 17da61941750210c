/**
 * Changes every column of every table of book data in turn, and deletes, adds and swaps rows: each time verification must
 * name the table and the column. What it is not meant to notice is listed in the reference page, with a reason, and
 * nothing else is let through.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookMadeAt, PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { type Finding, verifyBooks } from '../../src/verification/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeSample, type Sample } from './sample.ts'
import { allowedWords } from './words.ts'

let database: TestDatabase
let sample: Sample
let store: PostgresVerificationStore

beforeAll(async () => {
  database = await createDatabase()
  sample = await makeSample(database)
  // Rows that are taken out for a while wait in a schema of their own.
  await database.query('create schema aside')
  store = await PostgresVerificationStore.open(database.url)
})

afterAll(async () => {
  await store.close()
  await sample.close()
  await database.drop()
})

const PAGE = new URL('../../docs/reference/tamper-evidence.md', import.meta.url)

/** Names in the first column of the table of what is not noticed: `table.column`, `table (rows)`, or a whole `table`. */
function listedAsNotCovered(): ReadonlySet<string> {
  const [, section = ''] =
    /^## What is not noticed$([\s\S]*)/m.exec(readFileSync(PAGE, 'utf8')) ?? []
  const names = section.matchAll(/^\| `([\w.]+(?: \(rows\))?)` +\|/gm)
  return new Set([...names].map(([, name]) => name ?? ''))
}

/** What the page says is checked, whatever it lists. */
const CHECKED = [
  'books',
  'batches',
  'transactions',
  'events',
  'entries',
  'holds',
  'value_dates',
  'value_dated_entries',
  'lots',
  'checkpoints',
  'idempotency_keys',
  'due',
  'accounts',
  'balances',
]

type Column = {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly nullable: boolean
}

async function columnsOfBooks(): Promise<readonly Column[]> {
  return database.query(
    `select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable
       from information_schema.columns c
      where table_schema = 'public' and is_updatable = 'YES'
        and exists (select from information_schema.columns b
                     where b.table_schema = 'public' and b.table_name = c.table_name and b.column_name = 'book_id')
      order by table_name, ordinal_position`,
  )
}

/** The words that the program knows, where the database takes any. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'transactions.kind': [
    'transfer',
    'hold',
    'settlement',
    'release',
    'reversal',
    'request',
    'rejection',
    'note',
    'lineage',
    'x',
  ],
  'transactions.status': [
    'queued',
    'scheduled',
    'pending',
    'posted',
    'voided',
    'expired',
    'rejected',
    'noted',
    'x',
  ],
  'entries.side': ['debit', 'credit', 'x'],
  'entries.effect': ['post', 'hold', 'settle', 'release', 'x'],
  'events.verb': ['created', 'updated', 'deleted', 'x'],
  'events.entity': ['account', 'balance', 'ledger', 'x'],
}

/** What tells the rows of a table apart that verification looks at differently. */
const DISCRIMINATOR: Readonly<Record<string, string>> = {
  transactions: 'kind || status || (plan is null)',
  entries: 'side || effect || (details is null)',
  events: 'verb || (actor is null)',
  holds: 'status',
  due: 'action',
}

async function rowsToChange(table: string): Promise<readonly string[]> {
  const rows = await database.query<{ ctid: string }>(
    `select distinct on (${DISCRIMINATOR[table] ?? "'all'::text"}) ctid::text as ctid from ${table}
      where book_id = $1 order by ${DISCRIMINATOR[table] ?? "'all'::text"}, ctid desc`,
    [sample.bookId],
  )
  return rows.map((row) => row.ctid)
}

/** Other values than the one that is there, as SQL over the column. */
async function otherValues({ table, column, type, nullable }: Column): Promise<readonly string[]> {
  const others = await changedValues(table, column, type)
  return nullable
    ? [...others, `case when ${column} is null then ${others[0]} else null end`]
    : others
}

async function changedValues(
  table: string,
  column: string,
  type: string,
): Promise<readonly string[]> {
  const words = WORDS[`${table}.${column}`] ?? (await allowedWords(database, table, column))
  if (words.length > 0) return words.map((word) => `'${word}'`)
  switch (type) {
    case 'uuid':
      return [`'${randomUUID()}'`]
    case 'int8':
      return [`coalesce(${column}, 0) + 1`, `coalesce(${column}, 0) + 1000000`]
    case 'int2':
    case 'int4':
      return [`coalesce(${column}, 0) + 1`]
    case 'numeric':
      return [`coalesce(${column}, 0) + 0.000000000000000001`]
    case 'bool':
      return [`not ${column}`]
    case 'timestamptz':
      return [
        `coalesce(${column}, now()) + interval '1 microsecond'`,
        `(coalesce(${column}, now())::text || ' BC')::timestamptz`,
      ]
    case 'json':
    case 'jsonb':
      return [`'{"changed": true}'`]
    default:
      return [`coalesce(${column}, '') || 'x'`]
  }
}

const { hash } = machineSurroundings()

async function findings(): Promise<readonly Finding[]> {
  const found: Finding[] = []
  await verifyBooks(store, hash, bookMadeAt, (report) => found.push(...report.findings))
  return found
}

/** Changes one value; returns how to put it back, or null when it was that value already or may not be it. */
async function change(
  { table, column }: Column,
  ctid: string,
  value: string,
): Promise<(() => Promise<string>) | null> {
  const type = await typeOf(table, column)
  const [before] = await database.query<{ text: string | null }>(
    `select ${column}::text as text from ${table} where ctid = $1::tid`,
    [ctid],
  )
  const changed = await database
    .query<{ ctid: string }>(
      `update ${table} set ${column} = (${value})::${type} where ctid = $1::tid and ${column}::text is distinct from (${value})::text
       returning ctid::text as ctid`,
      [ctid],
    )
    .catch((error: Error & { code?: string }) => {
      // The database itself keeps some values out: names that are taken, sums below zero.
      if (error.code?.startsWith('23') === true) return []
      throw error
    })
  const at = changed[0]?.ctid
  if (at === undefined) return null
  return async () => {
    const [row] = await database.query<{ ctid: string }>(
      `update ${table} set ${column} = $2::text::${type} where ctid = $1::tid
       returning ctid::text as ctid`,
      [at, before?.text ?? null],
    )
    return row?.ctid ?? ''
  }
}

async function typeOf(table: string, column: string): Promise<string> {
  const [row] = await database.query<{ type: string }>(
    `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attname = $2`,
    [table, column],
  )
  return row?.type ?? 'text'
}

test('every change of every column is found and named', async () => {
  const uncovered = listedAsNotCovered()
  const columns = (await columnsOfBooks()).filter(({ table }) => !uncovered.has(table))
  expect(columns.map(({ table }) => table)).toEqual(expect.arrayContaining(CHECKED))
  const missed: string[] = []
  const noticed = new Set<string>()
  let tried = 0
  for (const column of columns) {
    const name = `${column.table}.${column.column}`
    for (let ctid of await rowsToChange(column.table)) {
      for (const value of await otherValues(column)) {
        const putBack = await change(column, ctid, value)
        if (putBack === null) continue
        tried += 1
        const found = await findings()
        const isNamed = found.some(
          (finding) => finding.table === column.table && finding.columns.includes(column.column),
        )
        if (isNamed) noticed.add(name)
        else if (!uncovered.has(name))
          missed.push(
            `${name} := ${value}: ${found.map((f) => `${f.table}.${f.columns}`).join('; ') || 'nothing'}`,
          )
        ctid = await putBack()
      }
    }
  }
  expect(await findings()).toEqual([])
  console.log(`${tried} changes of ${columns.length} columns`)
  expect(missed).toEqual([])
  const untried = columns
    .map(({ table, column }) => `${table}.${column}`)
    .filter((name) => !noticed.has(name) && !uncovered.has(name))
  expect(untried).toEqual([])
}, 600_000)

test.each([
  ['amount', 'numeric'],
  ['posted_debits', 'numeric'],
  ['posted_credits', 'numeric'],
  ['scale', 'int2'],
])(
  'no entry follows the last of a balance, but a change of its %s is told exactly',
  async (column, type) => {
    const [last] = await database.query<{ ctid: string }>(
      `select distinct on (balance_id) ctid::text as ctid from entries
      where book_id = $1 and effect = 'post' order by balance_id, version desc`,
      [sample.bookId],
    )
    const target = { table: 'entries', column, type, nullable: false }
    const putBack = await change(target, last?.ctid ?? '', `${column} + 1`)
    const found = await findings()
    await putBack?.()
    expect(found.map((finding) => [finding.table, finding.columns])).toContainEqual([
      'entries',
      [column],
    ])
  },
)

test('every row that is deleted is missed, every row that is added is found', async () => {
  const uncovered = listedAsNotCovered()
  const unnoticed: string[] = []
  for (const table of new Set((await columnsOfBooks()).map((column) => column.table))) {
    if (uncovered.has(table) || uncovered.has(`${table} (rows)`)) continue
    const noticed = async (what: string) => {
      const found = await findings()
      if (!found.some((finding) => finding.table === table))
        unnoticed.push(
          `${table} ${what}: ${found.map((f) => `${f.table}.${f.columns}`).join('; ') || 'nothing'}`,
        )
    }
    const key = await uuidOfKey(table)
    for (const ctid of await rowsToChange(table)) {
      await database.query(
        `create table aside.kept as select * from ${table} where ctid = '${ctid}'`,
      )
      await database.query(`delete from ${table} where ctid = '${ctid}'`)
      await noticed('deleted')
      await database.query(`insert into ${table} select * from aside.kept`)
      if (key !== null) {
        await database.query(`update aside.kept set ${key} = '${randomUUID()}'`)
        const added = await database.query(
          `insert into ${table} select * from aside.kept on conflict do nothing returning ${key}`,
        )
        if (added.length > 0) await noticed('added')
        await database.query(`delete from ${table} where ${key} in (select ${key} from aside.kept)`)
      }
      await database.query('drop table aside.kept')
    }
  }
  expect(await findings()).toEqual([])
  expect(unnoticed).toEqual([])
}, 600_000)

/** A column of the primary key that is a uuid, so that a copy of a row can be given another. */
async function uuidOfKey(table: string): Promise<string | null> {
  const rows = await database.query<{ name: string }>(
    `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
      where i.indrelid = $1::regclass and i.indisprimary and a.atttypid = 'uuid'::regtype limit 1`,
    [table],
  )
  return rows[0]?.name ?? null
}

test.each([
  ['transactions', 'id'],
  ['transactions', 'seq'],
  ['transactions', 'description'],
  ['transactions', 'seal'],
  ['entries', 'version'],
  ['entries', 'leg'],
  ['entries', 'transaction_id'],
  ['entries', 'balance_id'],
  ['batches', 'seq'],
  ['batches', 'head'],
  ['batches', 'root'],
  ['events', 'id'],
  ['events', 'after'],
  ['holds', 'transaction_id'],
  ['entries', 'scale'],
  ['accounts', 'id'],
  ['balances', 'account_id'],
])('two rows of %s with their %s swapped are found', async (table, column) => {
  const pairs = await database.query<{ one: string; other: string }>(
    `select a.ctid::text as one, b.ctid::text as other from ${table} a join ${table} b on a.ctid < b.ctid
      where a.book_id = $1 and b.book_id = $1 and a.${column}::text <> b.${column}::text order by 1, 2`,
    [sample.bookId],
  )
  for (const { one, other } of pairs) {
    if (!(await swap(table, column, one, other))) continue
    const found = await findings()
    await putBack(table)
    expect(found.map((finding) => finding.table)).toContain(table)
    expect(await findings()).toEqual([])
    return
  }
  expect.unreachable('some pair can be swapped')
})

/** Swaps a column of two rows; false when the database keeps the two from being so. */
async function swap(table: string, column: string, one: string, other: string): Promise<boolean> {
  const changed = `to_jsonb(a) || jsonb_build_object('${column}', to_jsonb(b) -> '${column}')`
  await database.query(
    `create table aside.kept as select * from ${table} where ctid in ('${one}', '${other}')`,
  )
  await database.query(
    `create table aside.swapped as select (jsonb_populate_record(null::${table}, ${changed})).*
       from aside.kept a join aside.kept b on a.ctid <> b.ctid`,
  )
  await database.query(`delete from ${table} where ctid in ('${one}', '${other}')`)
  try {
    await database.query(`insert into ${table} select * from aside.swapped`)
    return true
  } catch {
    await putBack(table)
    return false
  }
}

async function putBack(table: string): Promise<void> {
  await database.query(
    `delete from ${table} t using aside.swapped s where to_jsonb(t) = to_jsonb(s)`,
  )
  await database.query(`insert into ${table} select * from aside.kept`)
  await database.query('drop table aside.kept, aside.swapped')
}
