/** What refers to transactions, for verification: holds, reversals, keys, and what is due. */

/** Holds that are not as their transactions and the children of these say. */
export const READ_ODD_HOLDS = `
select h.transaction_id as "transactionId", h.status, trim_scale(h.amount) as amount, trim_scale(h.settled) as settled,
       t.kind, trim_scale(t.amount) as promised, trim_scale(c.settled) as "childrenSettled",
       c.release_status as "releaseStatus", trim_scale(c.released) as released, c.releases, l.uneven as "unevenLegs"
  from holds h
  left join transactions t on t.book_id = $1 and t.id = h.transaction_id
  left join lateral (
    select coalesce(sum(x.amount) filter (where x.kind = 'settlement'), 0) as settled,
           max(x.status) filter (where x.kind = 'release') as release_status,
           sum(x.amount) filter (where x.kind = 'release') as released,
           count(*) filter (where x.kind = 'release') as releases
      from transactions x
     where x.book_id = $1 and x.parent_id = h.transaction_id
  ) c on true
  left join lateral (
    select coalesce(array_agg(leg.name), '{}') as uneven
      from (
        select e.balance_id || ' ' || e.side as name,
               coalesce(sum(e.amount) filter (where e.effect = 'hold'), 0) as held,
               coalesce(sum(e.amount) filter (where e.effect in ('settle', 'release')), 0) as ended
          from (
            select h.transaction_id as id
            union all
            select x.id from transactions x
             where x.book_id = $1 and x.parent_id = h.transaction_id and x.kind in ('settlement', 'release')
          ) f
          join entries e on e.book_id = $1 and e.transaction_id = f.id
         where e.effect <> 'post'
         group by e.balance_id, e.side
      ) leg
     where leg.ended > leg.held or (h.status <> 'pending' and leg.ended <> leg.held)
  ) l on true
 where h.book_id = $1
   and not coalesce(
     t.kind = 'hold' and h.amount = t.amount and h.settled = c.settled and c.releases <= 1 and cardinality(l.uneven) = 0
     and h.status = coalesce(c.release_status, case when c.settled = t.amount then 'posted' else 'pending' end)
     and (c.releases = 0 or c.released + c.settled = t.amount), false)`

/**
 * Rows that name a transaction which is not there, or one that cannot be meant. The parts of a split and the items of a bulk
 * have the name of their family for a parent, which is no transaction.
 */
export const READ_DANGLING = `
select 'transactions' as "table", t.id::text as id, 'parent_id' as "column", 'a transaction' as expected,
       t.parent_id::text as found
  from transactions t
 where t.book_id = $1 and t.parent_id is not null and t.kind not in ('request', 'transfer', 'hold', 'note')
   and not exists (select from transactions p where p.book_id = $1 and p.id = t.parent_id)
union all
select 'transactions', t.id::text, 'reverses_id', 'a transaction that posted what this one gives back',
       t.reverses_id::text
  from transactions t
  left join transactions o on o.book_id = $1 and o.id = t.reverses_id
  left join lateral (
    select sum(e.amount) as posted
      from (
        select o.id
        union all
        select c.id from transactions c
         where c.book_id = $1 and c.parent_id = o.id and c.kind = 'settlement'
           -- What is settled after the reversal is no part of it.
           and c.id < t.id
      ) f
      join entries e on e.book_id = $1 and e.transaction_id = f.id
     where e.side = 'credit' and e.effect in ('post', 'settle')
  ) p on true
 where t.book_id = $1 and t.reverses_id is not null
   and not coalesce(o.kind <> 'reversal' and p.posted = t.amount, false)
union all
select 'idempotency_keys', k.key, 'transaction_id', 'a transaction', k.transaction_id::text
  from idempotency_keys k
 where k.book_id = $1
   and not exists (select from transactions t where t.book_id = $1 and t.id = k.transaction_id)
union all
select 'due', d.transaction_id::text, case when t.id is null then 'transaction_id' else 'action' end,
       case when t.id is null then 'a transaction' else 'what can be done with a ' || t.kind end,
       case when t.id is null then d.transaction_id::text else d.action end
  from due d
  left join transactions t on t.book_id = $1 and t.id = d.transaction_id
 where d.book_id = $1
   and not coalesce(case d.action when 'execute' then t.kind = 'request' and t.status = 'scheduled'
                                  else t.kind = 'hold' end, false)`
