/**
 * Writes transactions into the search index as they are now. By key: the transactions, what was amended since, and up to two
 * of their ancestors. $1 is the book, $2 the transactions.
 */
import { transactionView } from '../views.ts'
import { oneOrNone } from './look-up.ts'

const { derived = {} } = transactionView

function derivedSql(name: string): string {
  return derived[name]?.sql ?? 'null'
}

const COLUMNS = [
  'book_id',
  'id',
  'kind',
  'status',
  'currency',
  'amount',
  'precision',
  'recorded_at',
  'value_at',
  'parent_id',
  'request_id',
  'source_id',
  'destination_id',
  'reference',
  'description',
  'metadata',
  'origin_reference',
  'family_id',
]

/** What of a transaction can change after it was recorded. */
const AMENDED = ['description', 'metadata']

export const INDEX_TRANSACTIONS = `
insert into search_transactions (${COLUMNS.join(', ')})
select t.book_id, t.id, t.kind, t.status, ${derivedSql('statedAsset')}, ${derivedSql('statedAmount')},
       ${derivedSql('precision')}, t.recorded_at, coalesce(t.effective_at, t.recorded_at), t.parent_id, t.request_id,
       t.source_id, t.destination_id, t.reference,
       case when m.id is null then t.description else m.description end,
       case when m.id is null then t.metadata else m.metadata end,
       -- The caller knows what he asked for by the reference of the request; the settlement of a hold by that of the hold.
       coalesce(case when g.kind = 'request' then g.reference end,
                case when p.kind in ('request', 'hold') then p.reference end, t.reference),
       coalesce(case when g.kind = 'request' then coalesce(g.parent_id, g.id) end,
                case when p.kind in ('request', 'hold') then coalesce(p.parent_id, p.id) end, t.parent_id, t.id)
  from unnest($2::uuid[]) as u (id)
  cross join lateral (select x.* from transactions x where x.book_id = $1 and x.id = u.id offset 0) t
  ${oneOrNone('amendments', 'm', 'x.book_id = $1 and x.id = t.id and x.deleted_at is null')}
  ${oneOrNone('transactions', 'p', 'x.book_id = $1 and x.id = t.parent_id')}
  ${oneOrNone('transactions', 'g', "x.book_id = $1 and x.id = p.parent_id and p.kind = 'hold'")}
on conflict (book_id, id) do update set ${AMENDED.map((name) => `${name} = excluded.${name}`).join(', ')}`
