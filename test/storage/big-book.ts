/** A book with many transactions, written by the database itself: rows as the engine and the index would have left them. */
import type { TestDatabase } from '../support/database.ts'

export const BOOK_ID = 77
export const LEDGER_ID = '00000000-0000-4000-8000-0000000000aa'

/** The nth transaction, balance, account or identity: ids in the order in which they were made. */
export function idOf(kind: keyof typeof KINDS, nth: number): string {
  return `019a0000-0000-7000-${KINDS[kind]}-${nth.toString(16).padStart(12, '0')}`
}

const KINDS = { transaction: '8001', balance: '8002', account: '8003', identity: '8004' } as const

/** The same in SQL, of an expression that counts. */
function idSql(kind: keyof typeof KINDS, nth: string): string {
  return `('019a0000-0000-7000-${KINDS[kind]}-' || lpad(to_hex(${nth}), 12, '0'))::uuid`
}

/** Transactions for each balance; identities hold two balances each. */
const PER_BALANCE = 10

const time = (nth: string) => `timestamptz '2026-01-01Z' + ${nth} * interval '1 second'`

function directorySql(balances: number): readonly string[] {
  const series = `generate_series(1, ${balances}) as n`
  return [
    `insert into identities (book_id, id, identity_type, first_name, last_name, email_address, created_at, updated_at)
     select ${BOOK_ID}, ${idSql('identity', 'n')}, 'individual', 'First' || n, 'Last' || n % 1000, n || '@example.com',
            ${time('n')}, ${time('n')}
       from generate_series(1, ${balances / 2}) as n`,
    `insert into accounts (book_id, id, ledger_id, asset_code, alias, indicator, type, external, identity_id, blocked,
       status_code, metadata, created_at, updated_at)
     select ${BOOK_ID}, ${idSql('account', 'n')}, '${LEDGER_ID}', case when n % 1000 = 0 then 'EUR' else 'USD' end,
            'alias' || n, case when n % 500 = 0 then '@name' || n end, 'deposit', false,
            ${idSql('identity', '((n + 1) / 2)::int')}, false, 'ACTIVE', jsonb_build_object('tier', n % 3), ${time('n')}, ${time('n')}
       from ${series}`,
    `insert into balances (book_id, id, account_id, ledger_id, key, asset_code, normal_side, internal, may_send,
       may_receive, created_at, updated_at)
     select ${BOOK_ID}, ${idSql('balance', 'n')}, ${idSql('account', 'n')}, '${LEDGER_ID}', 'default',
            case when n % 1000 = 0 then 'EUR' else 'USD' end, 'credit', false, true, true, ${time('n')}, ${time('n')}
       from ${series}`,
    `insert into search_documents (book_id, collection, id, created_at, fields, words)
     select ${BOOK_ID}, 'identities', ${idSql('identity', 'n')}, ${time('n')},
            jsonb_build_object('first_name', 'First' || n, 'last_name', 'Last' || n % 1000, 'email_address', n || '@example.com',
              'meta_data', '{}'::jsonb),
            array_to_tsvector(array['f:first' || n, 'l:last' || n % 1000, 'e:' || n, 'e:example', 'e:com'])
       from generate_series(1, ${balances / 2}) as n`,
    `insert into search_documents (book_id, collection, id, created_at, fields, words)
     select ${BOOK_ID}, 'balances', ${idSql('balance', 'n')}, ${time('n')},
            jsonb_strip_nulls(jsonb_build_object('ledger_id', '${LEDGER_ID}', 'currency',
              case when n % 1000 = 0 then 'EUR' else 'USD' end, 'balance', n % 5000 - n % 100,
              'credit_balance', n % 5000, 'debit_balance', n % 100, 'identity_id', ${idSql('identity', '((n + 1) / 2)::int')},
              'indicator', case when n % 500 = 0 then '@name' || n end))
              || jsonb_build_object('meta_data', jsonb_build_object('tier', n % 3)),
            array_to_tsvector(array['c:usd', 'a:fifo'])
       from ${series}`,
  ]
}

function journalSql(transactions: number): readonly string[] {
  const series = `generate_series(1, ${transactions}) as n`
  const balances = transactions / PER_BALANCE
  const source = idSql('balance', `(n % ${balances})::int + 1`)
  const destination = idSql('balance', `((n * 7) % ${balances})::int + 1`)
  const status = "case when n % 1000 = 0 then 'rejected' else 'posted' end"
  const kind = "case when n % 1000 = 0 then 'rejection' else 'transfer' end"
  const description =
    "'Payment of ' || (array['rent', 'salary', 'coffee', 'books'])[n % 4 + 1] || ' ' || n % 1000"
  const metadata = "jsonb_build_object('order', n, 'shop', 's' || n % 5000)"
  return [
    `insert into transactions (book_id, id, seq, kind, status, recorded_at, reference, asset_code, amount, source_id,
       destination_id, description, metadata)
     select ${BOOK_ID}, ${idSql('transaction', 'n')}, n, ${kind}, ${status}, ${time('n')}, 'ref-' || n,
            case when n % 1000 = 0 then 'EUR' else 'USD' end, (n % 100000)::numeric / 100, ${source}, ${destination},
            ${description}, ${metadata}
       from ${series}`,
    `insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits,
       posted_credits, pending_debits, pending_credits, scale)
     select ${BOOK_ID}, ${idSql('transaction', 'n')}, 0, ${source}, n / ${balances} + 1, 'debit', 'post',
            (n % 100000)::numeric / 100 + 0.01, (n % ${balances} + 1) % 100, (n % ${balances} + 1) % 5000, 0, 0, 2
       from ${series}`,
    `insert into search_transactions (book_id, id, kind, status, status_order, currency, amount, precision, recorded_at, value_at,
       source_id, destination_id, reference, description, metadata, words, origin_reference, family_id)
     select ${BOOK_ID}, ${idSql('transaction', 'n')}, ${kind}, ${status}, case when n % 1000 = 0 then 5 else 1 end,
            case when n % 1000 = 0 then 'EUR' else 'USD' end, (n % 100000)::numeric / 100, 100, ${time('n')}, ${time('n')},
            ${source}, ${destination}, 'ref-' || n, ${description}, ${metadata},
            array_to_tsvector(array['r:ref', 'r:' || n, 'd:payment', 'd:of', 'd:' || (array['rent', 'salary', 'coffee', 'books'])[n % 4 + 1],
              'd:' || n % 1000, 'c:usd', 's:applied', 'm:' || n, 'm:s' || n % 5000]),
            'ref-' || n, ${idSql('transaction', 'n')}
       from ${series}`,
    `insert into search_positions (book_id, position) values (${BOOK_ID}, '${idOf('transaction', transactions)}')`,
  ]
}

/** Fills the tables; their inverted indexes are made afterwards, as whoever loads a lot does it. */
export async function writeBigBook(database: TestDatabase, transactions: number): Promise<void> {
  const indexes = await database.query<{ name: string; text: string }>(
    `select indexname as name, indexdef as text from pg_indexes
      where tablename in ('search_transactions', 'search_documents', 'transactions', 'entries', 'balances', 'accounts')
        and indexname not like '%_pkey'`,
  )
  for (const { name } of indexes) await database.query(`drop index ${name}`)
  for (const text of directorySql(transactions / PER_BALANCE)) await database.query(text)
  for (const text of journalSql(transactions)) await database.query(text)
  for (const { text } of indexes) await database.query(text)
  await database.query('vacuum analyze')
}
