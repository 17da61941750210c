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
 * Balances that are not what their entries make: one pass over the entries by their key, each compared with the one
 * before it, and a look-up of the last entry and its transaction for each balance.
 */
export const READ_ODD_BALANCES = `
with steps as (
  select balance_id, version, amount,
         version = coalesce(lag(version) over w, 0) + 1
         and transaction_id >= coalesce(lag(transaction_id) over w, transaction_id)
         and side in ('debit', 'credit') and effect in ('post', 'hold', 'settle', 'release', 'held', 'freed')
         ${SUMS.map(([column, change]) => `and ${column} >= 0 and ${column} = coalesce(lag(${column}) over w, 0) + (${change})`).join('\n         ')} as ok
    from entries
   where book_id = $1
  window w as (partition by balance_id order by version)
), folded as (
  select balance_id, max(version) as version, bool_and(ok) as ok, max(scale(trim_scale(amount))) as scale
    from steps
   group by balance_id
), found as (
  select coalesce(f.balance_id, s.id, b.id) as id, b.id is not null as has_terms, s.id is not null as has_sums,
         coalesce(f.ok, true) as in_step, coalesce(f.version, 0) as version, coalesce(f.scale, 0) as scale,
         b.created_at, s.version as kept_version, s.scale as kept_scale, s.updated_at as kept_updated_at,
         ${SUMS.map(([column]) => `s.${column} as kept_${column}`).join(', ')}
    from folded f
    full join (select * from balance_sums where book_id = $1) s on s.id = f.balance_id
    full join (select id, created_at from balances where book_id = $1) b on b.id = coalesce(f.balance_id, s.id)
)
select f.id, f.has_terms as "hasTerms", f.has_sums as "hasSums", f.in_step as "inStep", f.version, f.scale,
       coalesce(t.recorded_at, f.created_at) as "updatedAt", f.kept_version as "keptVersion",
       f.kept_scale as "keptScale", f.kept_updated_at as "keptUpdatedAt",
       ${SUMS.map(([column]) => `trim_scale(coalesce(e.${column}, 0)) as ${column}, trim_scale(f.kept_${column}) as kept_${column}`).join(',\n       ')}
  from found f
  left join lateral (
    select * from entries x where x.book_id = $1 and x.balance_id = f.id and x.version = f.version offset 0
  ) e on true
  left join lateral (
    select * from transactions x where x.book_id = $1 and x.id = e.transaction_id offset 0
  ) t on true
 where not coalesce(
   f.in_step and f.has_terms and f.has_sums and f.kept_version = f.version and f.kept_scale = f.scale
   and f.kept_updated_at = coalesce(t.recorded_at, f.created_at)
   ${SUMS.map(([column]) => `and f.kept_${column} = coalesce(e.${column}, 0)`).join('\n   ')}, false)`

/** Every statement of a look-up of one row is kept from being planned as a join of all. */
export const READ_STANDINGS = `
select k.id as "balanceId", e.transaction_id as "transactionId", b.id is not null as "hasTerms", s.scale,
       ${SUMS.map(([column]) => `trim_scale(coalesce(e.${column}, 0)) as ${column}`).join(', ')}
  from unnest($2::uuid[], $3::bigint[]) k (id, version)
  left join lateral (select id from balances where book_id = $1 and id = k.id offset 0) b on true
  left join lateral (select scale from balance_sums where book_id = $1 and id = k.id offset 0) s on true
  left join lateral (
    select * from entries where book_id = $1 and balance_id = k.id and version = k.version - 1 offset 0
  ) e on true`

/** The last entries first: what a balance had lately it mostly had often. */
export const HAVE_SCALE = `
select coalesce(bool_and(e.found is not null), true) as "areRight"
  from unnest($2::uuid[]) k (id)
  left join lateral (select scale from balance_sums where book_id = $1 and id = k.id offset 0) s on true
  left join lateral (
    select true as found from entries
     where book_id = $1 and balance_id = k.id and scale(trim_scale(amount)) = s.scale
     order by version desc limit 1
  ) e on true`

/** For each balance its last entry by the key, and the transaction of that. */
export const SUMS_ARE_LAST = `
select not exists (
  select from (select * from balance_sums where book_id = $1) s
    full join (select id, created_at from balances where book_id = $1) b on b.id = s.id
    left join lateral (
      select * from entries where book_id = $1 and balance_id = s.id order by version desc limit 1
    ) e on true
    left join lateral (
      select recorded_at from transactions where book_id = $1 and id = e.transaction_id offset 0
    ) t on true
   where not coalesce(
     b.id is not null and s.version = coalesce(e.version, 0) and (s.scale = 0 or e.version is not null)
     and s.updated_at = coalesce(t.recorded_at, b.created_at)
     ${SUMS.map(([column]) => `and s.${column} = coalesce(e.${column}, 0)`).join('\n     ')}, false)
) as "areRight"`

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
