/** Transactions as the search index keeps them. */

import { oneOrNone } from '../statements/look-up.ts'
import { transactionView } from '../views.ts'
import { wordsSql } from './words.ts'

const { derived = {} } = transactionView

function derivedSql(name: string): string {
  return derived[name]?.sql ?? 'null'
}

const description = 'case when m.id is null then t.description else m.description end'
const metadata = 'case when m.id is null then t.metadata else m.metadata end'

/** What callers call a status. */
const STATUS = `case t.status when 'posted' then 'APPLIED' when 'pending' then 'INFLIGHT' when 'noted' then 'NOTED'
  when 'voided' then 'VOID' when 'expired' then 'VOID' else upper(t.status) end`

const COLUMNS: Readonly<Record<string, string>> = {
  book_id: 't.book_id',
  id: 't.id',
  kind: 't.kind',
  status: 't.status',
  status_order: derivedSql('statusOrder'),
  currency: derivedSql('statedAsset'),
  amount: derivedSql('statedAmount'),
  precision: derivedSql('precision'),
  recorded_at: 't.recorded_at',
  value_at: 'coalesce(t.effective_at, t.recorded_at)',
  parent_id: 't.parent_id',
  request_id: 't.request_id',
  source_id: 't.source_id',
  destination_id: 't.destination_id',
  reference: 't.reference',
  description,
  metadata,
  words: wordsSql(
    [
      ['r', 't.reference'],
      ['d', description],
      ['c', derivedSql('statedAsset')],
      ['s', STATUS],
    ],
    metadata,
  ),
  // The caller knows what he asked for by the reference of the request; the settlement of a hold by that of the hold.
  origin_reference: `coalesce(case when g.kind = 'request' then g.reference end,
    case when p.kind in ('request', 'hold') then p.reference end, t.reference)`,
  family_id: `coalesce(case when g.kind = 'request' then coalesce(g.parent_id, g.id) end,
    case when p.kind in ('request', 'hold') then coalesce(p.parent_id, p.id) end, t.parent_id, t.id)`,
}

/** What of a transaction can change after it was recorded. */
const AMENDED = ['description', 'metadata', 'words']

const names = Object.keys(COLUMNS)

/** Transactions as they are now, by key, with what was amended and up to two ancestors. $1 is the book. */
export function transactionDocuments(ids: string): string {
  return `select ${names.map((name) => `${COLUMNS[name]} as ${name}`).join(', ')}
  from (${ids}) as u (id)
  cross join lateral (select x.* from transactions x where x.book_id = $1 and x.id = u.id offset 0) t
  ${oneOrNone('amendments', 'm', 'x.book_id = $1 and x.id = t.id and x.deleted_at is null')}
  ${oneOrNone('transactions', 'p', 'x.book_id = $1 and x.id = t.parent_id')}
  ${oneOrNone('transactions', 'g', "x.book_id = $1 and x.id = p.parent_id and p.kind = 'hold'")}`
}

/** Writes transactions as they are now. $1 is the book, $2 the transactions. */
export const INDEX_TRANSACTIONS = `
insert into search_transactions (${names.join(', ')})
${transactionDocuments('select unnest($2::uuid[])')}
on conflict (book_id, id) do update set ${AMENDED.map((name) => `${name} = excluded.${name}`).join(', ')}`

/** Transactions beyond the index that are searched beside it: the latest. */
const BEYOND_MAX = 2_000

/**
 * Transactions that are in the index as they are now, and those that are not. $1 is the book, $2 the fact up to which the
 * index goes, $3 transactions that were amended since.
 */
export const TRANSACTION_SOURCES = {
  indexed: `(
  select ${names.map((name) => `i.${name}`).join(', ')} from search_transactions i
   where i.book_id = $1 and i.id <= $2::uuid and i.id <> all ($3::uuid[])
) d`,
  beyond: `(
  ${transactionDocuments(`(select id from transactions where book_id = $1 and id > $2::uuid order by id desc limit ${BEYOND_MAX})
    union select unnest($3::uuid[])`)}
) d`,
} as const
