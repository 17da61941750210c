/** Balances folded from their entries, for verification. */
import { STEP_COLUMNS } from './journal.ts'

/** What an entry does to each sum of its balance. */
const CHANGE = {
  posted_debits: `case when side = 'debit' and effect in ('post', 'settle') then amount else 0 end`,
  posted_credits: `case when side = 'credit' and effect in ('post', 'settle') then amount else 0 end`,
  pending_debits: `case when side <> 'debit' then 0 when effect = 'hold' then amount
                        when effect in ('settle', 'release') then -amount else 0 end`,
  pending_credits: `case when side <> 'credit' then 0 when effect = 'hold' then amount
                         when effect in ('settle', 'release') then -amount else 0 end`,
} as const

const SUMS = Object.entries(CHANGE)

/**
 * Balances whose entries do not follow from one another, or that are not in the directory: one pass over the entries by their
 * key, each compared with the one before it.
 */
export const READ_ODD_BALANCES = `
with steps as (
  select balance_id,
         version = coalesce(lag(version) over w, 0) + 1
         and transaction_id >= coalesce(lag(transaction_id) over w, transaction_id)
         and scale = greatest(lag(scale) over w, scale(trim_scale(amount)))
         and side in ('debit', 'credit') and effect in ('post', 'hold', 'settle', 'release', 'held', 'freed')
         ${SUMS.map(([column, change]) => `and ${column} >= 0 and ${column} = coalesce(lag(${column}) over w, 0) + (${change})`).join('\n         ')} as ok
    from entries
   where book_id = $1
  window w as (partition by balance_id order by version)
), folded as (
  select balance_id, bool_and(ok) as ok from steps group by balance_id
)
select f.balance_id as id, b.id is not null as "hasTerms", coalesce(f.ok, false) as "inStep"
  from folded f
  left join lateral (select id from balances where book_id = $1 and id = f.balance_id offset 0) b on true
 where b.id is null or not coalesce(f.ok, false)`

/** Every statement of a look-up of one row is kept from being planned as a join of all. */
export const READ_STANDINGS = `
select k.id as "balanceId", k.version, e.transaction_id as "transactionId", b.id is not null as "hasTerms",
       coalesce(e.scale, 0) as scale,
       ${SUMS.map(([column]) => `trim_scale(coalesce(e.${column}, 0)) as ${column}`).join(', ')}
  from unnest($2::uuid[], $3::bigint[]) k (id, version)
  left join lateral (select id from balances where book_id = $1 and id = k.id offset 0) b on true
  left join lateral (
    select * from entries where book_id = $1 and balance_id = k.id and version = k.version - 1 offset 0
  ) e on true`

/** By the key. */
export const READ_STEPS = `
select ${STEP_COLUMNS} from entries e where e.book_id = $1 and e.balance_id = $2 order by e.version`

export const READ_TERMS = `
select id, asset_code as "assetCode", principal_id as "principalId"
  from balances where book_id = $1 and id = any ($2::uuid[])`

/** In each asset of a book all that was debited was credited. */
export const READ_ASSET_SUMS = `
select b.asset_code as "assetCode", trim_scale(sum(s.posted_debits)) as debits, trim_scale(sum(s.posted_credits)) as credits
  from balance_sums s
  join balances b on b.book_id = $1 and b.id = s.id
 where s.book_id = $1
 group by b.asset_code`
