/** The journal of a book in its order, for verification: every statement is one pass over an index. */

export const READ_BOOK = `
select seq, head, recorded_at as "recordedAt", created_at as "createdAt" from books where book_id = $1`

/** By the key. */
export const READ_BATCHES = `
select seq, recorded_at as "recordedAt", leaf_count as "leafCount", root, head
  from batches where book_id = $1 and seq > $2::bigint order by seq`

/** The times of batches, through the key. */
export const READ_TIMES = `
select b.seq, b.recorded_at as "recordedAt"
  from unnest($2::bigint[]) k (seq)
  join lateral (select seq, recorded_at from batches where book_id = $1 and seq = k.seq offset 0) b on true`

export const CHECKPOINT_COLUMNS = `
  book_id as "bookId", from_seq as "fromSeq", seq, head, root, signed_at as "signedAt", public_key as "publicKey",
  signature`

/** By the key. */
export const READ_CHECKPOINTS = `
select ${CHECKPOINT_COLUMNS} from checkpoints where book_id = $1 order by seq`

const SUMS = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits']

/** Each is looked up for the rows that need it; to ask whether there is any would be planned as reading all of them. */
const COMPANIONS = `
       case when t.kind in ('settlement', 'release', 'lineage')
            then (select p.kind from transactions p where p.book_id = t.book_id and p.id = t.parent_id) end as "parentKind",
       case when t.kind = 'hold'
            then (select true from holds h where h.book_id = t.book_id and h.transaction_id = t.id) is not null
            when t.status = 'scheduled' and t.plan is not null
            then coalesce(
              (select true from due d
                where d.book_id = t.book_id and d.transaction_id = t.id and d.action = 'execute'),
              (select true from transactions c where c.book_id = t.book_id and c.parent_id = t.id limit 1)) is not null
            else true end as "hasCompanion"`

/** By the key. The columns are in the order of `transactionOf`. */
export function transactionsText(bookId: number, after: string, limit: number): string {
  return `
copy (
select t.id, t.seq, t.kind, t.status, t.recorded_at, t.effective_at, t.parent_id, t.request_id, t.reverses_id,
       t.reference, t.asset_code, t.amount, t.source_id, t.destination_id, t.description, t.metadata, t.terms, t.plan,
       t.actor, t.seal, ${COMPANIONS}
  from transactions t
 where t.book_id = ${bookId} and t.id > '${after}'
 order by t.id
 limit ${limit}) to stdout`
}

/** Through entries_by_transaction. The columns are in the order of `legOf`. */
export function entriesText(bookId: number, after: string, upTo: string): string {
  return `
copy (
select e.transaction_id, e.leg, e.balance_id, e.version, e.side, e.effect, e.amount,
       ${SUMS.map((column) => `e.${column}`).join(', ')}, e.scale, e.details
  from entries e
 where e.book_id = ${bookId} and e.transaction_id > '${after}' and e.transaction_id <= '${upTo}'
 order by e.transaction_id, e.leg) to stdout`
}

const LEG = ['leg', 'balance_id', 'version', 'side', 'effect', 'amount', ...SUMS, 'scale']
  .map((column) => `e.${column}::text`)
  .join(', ')

/** Those of a batch, whose ids lie between two: by the key, with the entries of each through entries_by_transaction. */
export const READ_TRANSACTIONS_BETWEEN = `
select t.id, t.seq, t.kind, t.status, t.recorded_at as "recordedAt", t.effective_at as "effectiveAt",
       t.parent_id as "parentId", t.request_id as "requestId", t.reverses_id as "reversesId", t.reference,
       t.asset_code as "assetCode", trim_scale(t.amount) as amount, t.source_id as "sourceId",
       t.destination_id as "destinationId", t.description, t.metadata, t.terms::text as terms, t.plan::text as plan,
       t.actor, t.seal, e.legs, e.details, b.recorded_at as "batchRecordedAt", ${COMPANIONS}
  from transactions t
  left join batches b on b.book_id = $1 and b.seq = t.seq
  left join lateral (
    select coalesce(array_agg(array[${LEG}] order by e.leg), '{}') as legs,
           case when count(e.details) > 0 then array_agg(e.details::text order by e.leg) end as details
      from entries e
     where e.book_id = $1 and e.transaction_id = t.id
  ) e on true
 where t.book_id = $1 and t.id between $2::uuid and $3::uuid and t.seq = $4::bigint
 order by t.id`

/** By the key. */
const EVENTS = `
select v.id, v.seq, v.entity, v.verb, v.subject_id as "subjectId", v.before, v.after, v.actor, v.seal,
       b.recorded_at as "batchRecordedAt"
  from events v
  left join batches b on b.book_id = $1 and b.seq = v.seq
 where v.book_id = $1`

export const READ_EVENTS = `${EVENTS} and v.id > $2::uuid order by v.id`

export const READ_EVENTS_BETWEEN = `
${EVENTS} and v.id between $2::uuid and $3::uuid and v.seq = $4::bigint order by v.id`

/** Batches have no index by time; asked only where something is wrong. */
export const BATCH_AT = 'select seq from batches where book_id = $1 and recorded_at = $2 limit 1'

export const COUNT_ENTRIES = `
select count(*) as count from entries
 where book_id = $1 and transaction_id > $2::uuid`

/** The columns of an entry by the names of the program. */
export const STEP_COLUMNS = `
  e.transaction_id as "transactionId", e.leg, e.balance_id as "balanceId", e.version, e.side, e.effect,
  trim_scale(e.amount) as amount, trim_scale(e.posted_debits) as "postedDebits",
  trim_scale(e.posted_credits) as "postedCredits", trim_scale(e.pending_debits) as "pendingDebits",
  trim_scale(e.pending_credits) as "pendingCredits", e.scale`

export const READ_ORPHANS = `
select ${STEP_COLUMNS}
  from entries e
 where e.book_id = $1
   and not exists (select from transactions t where t.book_id = $1 and t.id = e.transaction_id)`
