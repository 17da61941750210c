/** Recomputes books from their entries with plain SQL: what must be true after every test that writes. */
import type { TestDatabase } from './database.ts'

type Query = TestDatabase['query']

/** Each statement finds rows that must not be there. */
const AUDITS: Readonly<Record<string, string>> = {
  'a batch is missing, or the head is not that of the last one': `
    select b.book_id from books b
      left join lateral (select count(*) as count, max(seq) as last from batches x where x.book_id = b.book_id) n on true
      left join batches l on l.book_id = b.book_id and l.seq = b.seq
     where n.count <> b.seq or (b.seq > 0 and (l.head is distinct from b.head or l.recorded_at <> b.recorded_at))`,
  'a transaction debits more or less than it credits': `
    select book_id, transaction_id from entries where effect in ('post', 'settle')
     group by book_id, transaction_id having sum(case side when 'debit' then amount else -amount end) <> 0`,
  'the versions of a balance have gaps': `
    select book_id, balance_id from entries group by book_id, balance_id
    having max(version) <> count(*) or min(version) <> 1`,
  'the sums of an entry do not continue those of the entry before': `
    select * from (
      select e.book_id, e.balance_id, e.version,
             sum(case when side = 'debit' and effect in ('post', 'settle') then amount else 0 end) over w
               = posted_debits
         and sum(case when side = 'credit' and effect in ('post', 'settle') then amount else 0 end) over w
               = posted_credits
         and sum(case when side = 'debit' then
               case effect when 'hold' then amount when 'settle' then -amount when 'release' then -amount else 0 end else 0 end) over w
               = pending_debits
         and sum(case when side = 'credit' then
               case effect when 'hold' then amount when 'settle' then -amount when 'release' then -amount else 0 end else 0 end) over w
               = pending_credits as right_sums,
             least(posted_debits, posted_credits, pending_debits, pending_credits) < 0 as negative
        from entries e window w as (partition by book_id, balance_id order by version)) s
     where not right_sums or negative`,
  'the scale of an entry is not the most decimals up to it': `
    select * from (
      select book_id, balance_id, version, scale,
             max(scale(trim_scale(amount))) over (partition by book_id, balance_id order by version) as most
        from entries) s
     where scale <> most`,
  'a hold is not what its settlements and its release have made of it': `
    select h.book_id, h.transaction_id from holds h
      left join lateral (
        select coalesce(sum(amount) filter (where kind = 'settlement'), 0) as settled,
               count(*) filter (where kind = 'release') as releases
          from transactions t where t.book_id = h.book_id and t.parent_id = h.transaction_id) c on true
     where c.settled <> h.settled or c.releases > 1
        or (h.status in ('voided', 'expired')) <> (c.releases = 1)
        or (h.status = 'posted') <> (h.settled = h.amount)`,
  'a hold is reversed, and so is one of its settlements': `
    select s.book_id, s.id from transactions s
      join transactions rs on rs.book_id = s.book_id and rs.reverses_id = s.id
      join transactions rh on rh.book_id = s.book_id and rh.reverses_id = s.parent_id
     where s.kind = 'settlement'`,
  'a scheduled request was carried out twice': `
    select t.book_id, t.id from transactions t
      join transactions c on c.book_id = t.book_id and c.parent_id = t.id
     where t.kind = 'request' group by t.book_id, t.id having count(*) > 1`,
  'a key names a transaction that is not there': `
    select k.book_id, k.key from idempotency_keys k
      left join transactions t on t.book_id = k.book_id and t.id = k.transaction_id where t.id is null`,
  'what value dates move is not what the entries say': `
    select * from (
      select book_id, balance_id, level, case m.sign when 1 then counted else recorded end as bucket,
             sum(case side when 'debit' then m.sign * amount else 0 end) as debits,
             sum(case side when 'credit' then m.sign * amount else 0 end) as credits
        from (
          select e.*, l.level,
                 floor(extract(epoch from t.effective_at) * 1000000 / power(2::numeric, l.level))::bigint as counted,
                 floor(extract(epoch from t.recorded_at) * 1000000 / power(2::numeric, l.level))::bigint as recorded
            from entries e
            join transactions t on t.book_id = e.book_id and t.id = e.transaction_id and t.effective_at is not null
           cross join (values (45), (36), (27), (18), (0)) l (level)
           where e.effect in ('post', 'settle')) x
       cross join (values (1), (-1)) m (sign)
       where counted <> recorded
       group by 1, 2, 3, 4) made
      full join value_dates kept using (book_id, balance_id, level, bucket)
     where (made.debits, made.credits) is distinct from (kept.debits, kept.credits)`,
  'the entries that are kept by value date are not those of the journal': `
    select * from (
      select e.book_id, e.balance_id, t.effective_at, e.transaction_id, e.leg, true as made
        from entries e
        join transactions t on t.book_id = e.book_id and t.id = e.transaction_id and t.effective_at is not null) m
      full join (select *, true as kept from value_dated_entries) k
        using (book_id, balance_id, effective_at, transaction_id, leg)
     where m.made is null or k.kept is null`,
  'the lots of an aggregate are not what it holds': `
    select l.book_id, l.aggregate_id from lots l
      join balance_sums s on s.book_id = l.book_id and s.id = l.id
      join balance_sums a on a.book_id = l.book_id and a.id = l.aggregate_id
     group by l.book_id, l.aggregate_id, a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits
    having (sum(s.posted_debits), sum(s.posted_credits), sum(s.pending_debits), sum(s.pending_credits))
           is distinct from (a.posted_credits, a.posted_debits, a.pending_credits, a.pending_debits)`,
  'a lot is overdrawn': `
    select s.book_id, s.id from lots l join balance_sums s on s.book_id = l.book_id and s.id = l.id
     where s.posted_debits < s.posted_credits + s.pending_credits`,
  'a transaction of a batch that is not there': `
    select t.book_id, t.id from transactions t
      left join batches b on b.book_id = t.book_id and b.seq = t.seq where b.seq is null`,
}

/** Everything that is wrong with the books, in words; nothing when they are right. */
export async function findings(query: Query): Promise<readonly string[]> {
  const found: string[] = []
  for (const [fault, text] of Object.entries(AUDITS)) {
    const rows = await query(text)
    if (rows.length > 0)
      found.push(`${fault}: ${JSON.stringify(rows.slice(0, 3))} (${rows.length})`)
  }
  return found
}
