/** What migrations make of what is there already. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/storage/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const SQL = new URL('../../sql/', import.meta.url)

let database: TestDatabase

beforeEach(async () => {
  database = await createDatabase()
})

afterEach(() => database.drop())

/** Takes the database back to the schema that it had before a migration, with nothing in it. */
async function before(number: number): Promise<void> {
  await database.query('drop schema public cascade')
  await database.query('create schema public')
  await database.query(
    'create table schema_migrations (number integer primary key, name text, applied_at timestamptz default now())',
  )
  for (const name of readdirSync(SQL).sort()) {
    if (Number(name.slice(0, 4)) >= number) break
    await database.query(readFileSync(new URL(name, SQL), 'utf8'))
    await database.query('insert into schema_migrations (number, name) values ($1, $2)', [
      Number(name.slice(0, 4)),
      name,
    ])
  }
}

const id = (n: number) => `00000000-0000-7000-8000-000000${n}000`

async function addBalance(n: number): Promise<void> {
  await database.query(
    `insert into balances (book_id, id, account_id, ledger_id, key, asset_code, normal_side, internal, may_send,
       may_receive, created_at, updated_at)
     values (1, $1, $1, $1, 'default', 'USD', 'credit', false, true, true, now(), now())`,
    [id(n)],
  )
  await database.query(`insert into balance_sums values (1, $1, 0, 0, 0, 0, 0, 0, now())`, [id(n)])
}

async function addEntry(balance: number, version: number, amount: string, credits: string) {
  await database.query(
    `insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits,
       posted_credits, pending_debits, pending_credits)
     values (1, $1, $2, $3, $4, 'credit', 'post', $5, 0, $6, 0, 0)`,
    [id(100 + version), balance, id(balance), version, amount, credits],
  )
}

test('entries learn how many decimals their balances have had, and balances are their last entries', async () => {
  await before(102)
  for (const n of [111, 112, 113]) await addBalance(n)
  await addEntry(111, 1, '5', '5')
  await addEntry(111, 2, '0.25', '5.25')
  await addEntry(111, 3, '0.750', '6')
  await addEntry(112, 1, '7', '7')
  expect(await migrate(database.url)).toEqual(['0102-sums-of-last-entries.sql'])
  expect(
    await database.query(
      'select balance_id as id, version::int, scale from entries order by balance_id, version',
    ),
  ).toEqual([
    { id: id(111), version: 1, scale: 0 },
    { id: id(111), version: 2, scale: 2 },
    { id: id(111), version: 3, scale: 2 },
    { id: id(112), version: 1, scale: 0 },
  ])
  expect(
    await database.query(
      `select id, trim_scale(posted_credits)::text as credits, version::int, scale, transaction_id as "transactionId"
         from balance_sums where book_id = 1 order by id`,
    ),
  ).toEqual([
    { id: id(111), credits: '6', version: 3, scale: 2, transactionId: id(103) },
    { id: id(112), credits: '7', version: 1, scale: 0, transactionId: id(101) },
    { id: id(113), credits: '0', version: 0, scale: 0, transactionId: null },
  ])
})
