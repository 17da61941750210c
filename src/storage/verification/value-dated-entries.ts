/** Where the entries that are kept by value date are not those of the journal, for verification. */
export const READ_ODD_VALUE_DATED_ENTRIES = `
with made as (
  select e.balance_id, t.effective_at, e.transaction_id, e.leg, true as made
    from transactions t
    join entries e on e.book_id = $1 and e.transaction_id = t.id
   where t.book_id = $1 and t.effective_at is not null
), kept as (
  select balance_id, effective_at, transaction_id, leg, true as kept from value_dated_entries where book_id = $1
)
select balance_id as "balanceId", effective_at::text as "effectiveAt", transaction_id as "transactionId", leg,
       kept.kept is not null as "isKept"
  from made full join kept using (balance_id, effective_at, transaction_id, leg)
 where made.made is null or kept.kept is null`
