/** Lots compared with the journal, for verification. Where nothing is tracked it reads nothing. */

/** What the lots of one aggregate come to, each sum beside the one of the other side that it must equal. */
const OTHER_SIDE = [
  ['posted_debits', 'posted_credits'],
  ['posted_credits', 'posted_debits'],
  ['pending_debits', 'pending_credits'],
  ['pending_credits', 'pending_debits'],
] as const

/**
 * Lots that are not what the journal says: they differ from their aggregate, are overdrawn, moved more than the movement
 * that they belong to, or ended otherwise than the hold did that they were set aside for.
 */
export const READ_ODD_LOTS = `
with steps as (
  select s.parent_id, s.amount, l.id as lot_id, l.balance_id, s.status, p.kind as parent_kind, p.parent_id as hold_id,
         case when s.source_id = l.id then 'credit' else 'debit' end as side
    from transactions s
    join lots l on l.book_id = $1 and l.id in (s.source_id, s.destination_id)
    left join transactions p on p.book_id = $1 and p.id = s.parent_id
   where s.book_id = $1 and s.kind = 'lineage' and exists (select from lots where book_id = $1)
), aggregates as (
  select l.aggregate_id${OTHER_SIDE.map(([of]) => `, coalesce(sum(s.${of}), 0) as ${of}`).join('')}
    from lots l
    left join balance_sums s on s.book_id = $1 and s.id = l.id
   where l.book_id = $1
   group by l.aggregate_id
)
select a.aggregate_id as id, 'aggregate' as fault
  from aggregates a
  left join balance_sums s on s.book_id = $1 and s.id = a.aggregate_id
 where not (${OTHER_SIDE.map(([of, other]) => `a.${of} = coalesce(s.${other}, 0)`).join(' and ')})
union all
select l.id, 'overdrawn'
  from lots l
  join balance_sums s on s.book_id = $1 and s.id = l.id
 where l.book_id = $1 and s.posted_debits < s.posted_credits + s.pending_credits
union all
select min(s.lot_id::text)::uuid, 'movement'
  from steps s
  left join lateral (
    select sum(e.amount) as amount from entries e
     where e.book_id = $1 and e.transaction_id = s.parent_id and e.balance_id = s.balance_id and e.side = s.side
  ) e on true
 group by s.parent_id, s.balance_id, s.side
having sum(s.amount) > coalesce(max(e.amount), 0)
union all
select h.lot_id, 'hold'
  from (
    select parent_id, lot_id, side, sum(amount) as amount from steps where parent_kind = 'hold'
     group by parent_id, lot_id, side
  ) h
  left join holds o on o.book_id = $1 and o.transaction_id = h.parent_id
  left join (
    select hold_id, lot_id, side, sum(amount) as amount from steps
     where parent_kind in ('settlement', 'release')
     group by hold_id, lot_id, side
  ) e on e.hold_id = h.parent_id and e.lot_id = h.lot_id and e.side = h.side
 where coalesce(e.amount, 0) > h.amount or (o.status <> 'pending' and coalesce(e.amount, 0) <> h.amount)`
