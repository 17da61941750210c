/**
 * Erases the texts of transactions: descriptions, metadata, terms, plans, and the details of their entries. The seal of an
 * erased transaction is the commitment to what was there, so the chain stays whole. Only the owner of the database may do
 * this: the server's role cannot change a journal.
 */
import { commitment, type Hash, type JsonObject, textsOfTransaction } from '../ledger/index.ts'
import type { Querier } from './connection.ts'
import { plainArray, textArray } from './types.ts'

/** Transactions that are erased together; more belong to no one payment. */
const FAMILY_MAX = 1000

/**
 * A transaction with all that repeat its texts: the request that it carries out, what carried it out, the ends of a hold,
 * what gives it back. Through the key, transactions_by_parent, transactions_by_request and transactions_by_reversed.
 */
const FAMILY = `
with recursive family as (
  select t.id, t.parent_id, t.request_id, t.reverses_id from transactions t where t.book_id = $1 and t.id = $2::uuid
  union
  select n.id, n.parent_id, n.request_id, n.reverses_id
    from family f
    cross join lateral (
      select * from transactions where book_id = $1 and id = f.parent_id
      union all
      select * from transactions where book_id = $1 and id = f.request_id
      union all
      select * from transactions where book_id = $1 and id = f.reverses_id
      union all
      select * from transactions where book_id = $1 and parent_id = f.id
      union all
      select * from transactions where book_id = $1 and request_id = f.id
      union all
      select * from transactions where book_id = $1 and reverses_id = f.id
    ) n
)
select id from family order by id limit ${FAMILY_MAX + 1}`

/** Those that are still to be acted on: what will be done with them is in the texts. */
const OPEN = `
select t.id from transactions t
 where t.book_id = $1 and t.id = any ($2::uuid[])
   and (exists (select from holds h where h.book_id = $1 and h.transaction_id = t.id and h.status = 'pending')
     or exists (select from due d where d.book_id = $1 and d.transaction_id = t.id)
     or (t.kind = 'request'
         and not exists (select from transactions c where c.book_id = $1 and c.parent_id = t.id)))
 limit 1`

const READ = `
select t.id, t.description, t.metadata, t.terms::text as terms, t.plan::text as plan, t.seal,
       (select array_agg(e.details::text order by e.leg) from entries e
         where e.book_id = $1 and e.transaction_id = t.id) as details
  from transactions t
 where t.book_id = $1 and t.id = any ($2::uuid[]) and length(t.seal) = 32`

/**
 * Whoever follows the log into the search index holds this, and must have said what it looked at before its words are
 * looked for: what it says later is without the texts.
 */
const HOLD_INDEX = 'select from search_positions where book_id = $1 for update'

/**
 * What the indexes for searching and for metadata have is taken out with it, of the whole family: it may be of what was
 * written over the texts later. A word is forgotten even if others have it: it comes back with the next that does.
 */
const ERASE = `
with u as (select * from unnest($2::uuid[], $3::text[]) as u (id, seal)),
erased as (
  update transactions t set description = null, metadata = null, terms = null, plan = null, seal = u.seal
    from u where t.book_id = $1 and t.id = u.id and length(t.seal) = 32 returning t.id
), entries_erased as (
  update entries e set details = null from erased t
   where e.book_id = $1 and e.transaction_id = t.id and e.details is not null
), entry_notes as (
  delete from entry_metadata m using entries e
   where e.book_id = $1 and e.transaction_id = any ($4::uuid[])
     and m.book_id = $1 and m.balance_id = e.balance_id and m.version = e.version
), notes as (
  delete from metadata_values m where m.book_id = $1 and m.entity = 'transaction' and m.id = any ($4::uuid[])
), words as (
  delete from search_words w using (
    select split_part(l.lexeme, ':', 2) as word
      from search_transactions s cross join lateral unnest(tsvector_to_array(s.words)) as l (lexeme)
     where s.book_id = $1 and s.id = any ($4::uuid[])
  ) l
   where w.book_id = $1 and w.collection = 'transactions' and w.word = l.word
), found as (
  update search_transactions s set description = null, metadata = null, words = ''
   where s.book_id = $1 and s.id = any ($4::uuid[])
)
select id from erased`

type TextRow = {
  readonly id: string
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly terms: string | null
  readonly plan: string | null
  readonly seal: string
  readonly details: readonly (string | null)[] | null
}

export type TransactionErasure =
  | { readonly done: true; readonly ids: readonly string[]; readonly erased: number }
  /** Something of it is still to be acted on, or too many are tied to it. */
  | { readonly done: false; readonly reason: 'open' | 'too_many'; readonly id: string }

/**
 * Erases the texts of a transaction of a book and of its family, in a database transaction; null when the book does not
 * have it.
 */
export async function eraseTransaction(
  querier: Querier,
  bookId: number,
  id: string,
  hash: Hash,
): Promise<TransactionErasure | null> {
  const family = await querier.query<{ id: string }>('family', FAMILY, [bookId, id])
  if (family.length === 0) return null
  if (family.length > FAMILY_MAX) return { done: false, reason: 'too_many', id }
  const ids = family.map((row) => row.id)
  const [open] = await querier.query<{ id: string }>('open', OPEN, [bookId, plainArray(ids)])
  if (open !== undefined) return { done: false, reason: 'open', id: open.id }
  const rows = await querier.query<TextRow>('texts', READ, [bookId, plainArray(ids)])
  const seals = rows.map((row) => {
    const texts = textsOfTransaction(row, row.terms, row.plan, row.details ?? [])
    return texts === null ? row.seal : commitment(row.seal, texts, hash)
  })
  await querier.query('hold index', HOLD_INDEX, [bookId])
  const erased = await querier.query('erase texts', ERASE, [
    bookId,
    plainArray(rows.map((row) => row.id)),
    textArray(seals),
    plainArray(ids),
  ])
  return { done: true, ids, erased: erased.length }
}
