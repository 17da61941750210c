/** What value dates move, recomputed from the entries, for verification. */
import { VALUE_DATE_LEVELS } from '../statements/value-dates.ts'

const LEVELS = VALUE_DATE_LEVELS.map((level) => `(${level})`).join(', ')

function bucketOf(time: string): string {
  return `floor(extract(epoch from ${time}) * 1000000 / power(2::numeric, l.level))::bigint`
}

/** Buckets that are not what the entries of transactions with value dates make. Null sums are rows that are not there. */
export const READ_ODD_VALUE_DATES = `
with moved as (
  select e.balance_id, l.level, b.counted, b.recorded,
         case e.side when 'debit' then e.amount else 0 end as debits,
         case e.side when 'credit' then e.amount else 0 end as credits
    from transactions t
    join entries e on e.book_id = $1 and e.transaction_id = t.id and e.effect in ('post', 'settle')
   cross join (values ${LEVELS}) l (level)
   cross join lateral (
     select ${bucketOf('t.effective_at')} as counted, ${bucketOf('t.recorded_at')} as recorded) b
   where t.book_id = $1 and t.effective_at is not null and b.counted <> b.recorded
), made as (
  select balance_id, level, bucket, sum(debits) as debits, sum(credits) as credits
    from (select balance_id, level, counted as bucket, debits, credits from moved
          union all
          select balance_id, level, recorded, -debits, -credits from moved) m
   group by balance_id, level, bucket
)
select balance_id as "balanceId", level, bucket, trim_scale(made.debits) as debits, trim_scale(made.credits) as credits,
       trim_scale(kept.debits) as "keptDebits", trim_scale(kept.credits) as "keptCredits"
  from made
  full join (select * from value_dates where book_id = $1) kept using (balance_id, level, bucket)
 where (made.debits, made.credits) is distinct from (kept.debits, kept.credits)`
