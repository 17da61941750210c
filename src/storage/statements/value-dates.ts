/**
 * What a balance stood at by value dates.
 *
 * The sums after the last entry that was recorded by a time are right but for what counts for another time than it was
 * recorded. Such an amount is added at the time that it counts for and taken off at the time that it was recorded; the
 * sum of all this up to the time asked for is what is missing. Each amount is kept in one bucket of each level, so the
 * sum is a short range of buckets at each level, and writing it is a few rows that others do not wait for.
 */
import type { TransactionRow } from '../../engine/port.ts'
import { type Amount, formatDecimal, type Micros } from '../../ledger/index.ts'
import { plainArray } from '../types.ts'
import { oneOrNone } from './look-up.ts'
import { entriesBefore } from './operations.ts'
import { ENTRY_COLUMNS } from './read-state.ts'
import type { Statement } from './statement.ts'

/** Powers of two of microseconds: about 1 year, 19 hours, 2 minutes, a quarter of a second, and the time itself. */
export const VALUE_DATE_LEVELS = [45, 36, 27, 18, 0] as const

/** Before every time, at the widest level. */
const FIRST_BUCKET = -(2 ** 31)

type Moved = { debits: Amount; credits: Amount }
type Bucket = Moved & {
  readonly balanceId: string
  readonly level: number
  readonly bucket: number
}

const POSTED: ReadonlySet<string> = new Set(['post', 'settle'])

/** What the value dates of a batch move, one for each bucket that something is added to. */
function valueDatesOf(rows: readonly TransactionRow[]): readonly Bucket[] {
  const buckets = new Map<string, Bucket>()
  for (const { transaction, entries } of rows) {
    const { effectiveAt, recordedAt } = transaction
    if (effectiveAt === null || effectiveAt === recordedAt) continue
    for (const { entry } of entries) {
      if (!POSTED.has(entry.effect)) continue
      for (const level of VALUE_DATE_LEVELS) {
        const from = bucketOf(recordedAt, level)
        const to = bucketOf(effectiveAt, level)
        if (from === to) continue
        const sum = entry.side === 'debit' ? 'debits' : 'credits'
        at(buckets, entry.balanceId, level, to)[sum] += entry.amount
        at(buckets, entry.balanceId, level, from)[sum] -= entry.amount
      }
    }
  }
  return [...buckets.values()]
}

function bucketOf(time: Micros, level: number): number {
  return Math.floor(time / 2 ** level)
}

function at(
  buckets: Map<string, Bucket>,
  balanceId: string,
  level: number,
  bucket: number,
): Bucket {
  const key = `${balanceId} ${level} ${bucket}`
  let found = buckets.get(key)
  if (found === undefined) {
    found = { balanceId, level, bucket, debits: 0n, credits: 0n }
    buckets.set(key, found)
  }
  return found
}

const ADD_VALUE_DATES = `
insert into value_dates (book_id, balance_id, level, bucket, debits, credits)
select $1, u.* from unnest($2::uuid[], $3::smallint[], $4::bigint[], $5::numeric[], $6::numeric[]) as u
on conflict (book_id, balance_id, level, bucket) do update
   set debits = value_dates.debits + excluded.debits, credits = value_dates.credits + excluded.credits`

/** Adds to the buckets; nothing where nothing counts for another time. The key is found through ON CONFLICT. */
export function addValueDates(
  bookId: number,
  rows: readonly TransactionRow[],
): readonly Statement[] {
  const buckets = valueDatesOf(rows)
  if (buckets.length === 0) return []
  const values = [
    String(bookId),
    plainArray(buckets.map((row) => row.balanceId)),
    plainArray(buckets.map((row) => row.level)),
    plainArray(buckets.map((row) => row.bucket)),
    plainArray(buckets.map((row) => formatDecimal(row.debits))),
    plainArray(buckets.map((row) => formatDecimal(row.credits))),
  ]
  return [{ name: 'add value dates', text: ADD_VALUE_DATES, values }]
}

/**
 * What balances ($2) stood at: the last entry that was recorded by then, where the first id after the time is $3, and the
 * posted sums by value dates, where the ranges follow.
 */
export const READ_BALANCES_AT = `
select u.id, ${ENTRY_COLUMNS}, t.recorded_at as at, c.after -> 'settings' as settings,
       coalesce(e.posted_debits, 0) + coalesce(v.debits, 0) as debits,
       coalesce(e.posted_credits, 0) + coalesce(v.credits, 0) as credits
  from unnest($2::uuid[]) as u (id)
  cross join lateral (
    select sum(r.debits) as debits, sum(r.credits) as credits
      from unnest($4::smallint[], $5::bigint[], $6::bigint[]) as l (level, first, beyond)
      cross join lateral (
        select sum(x.debits) as debits, sum(x.credits) as credits
          from value_dates x
         where x.book_id = $1 and x.balance_id = u.id and x.level = l.level
           and x.bucket >= l.first and x.bucket < l.beyond
        offset 0) r) v
  ${oneOrNone('entries', 'e', `x.book_id = $1 and x.balance_id = u.id and x.version = ${entriesBefore('u.id', '$3::uuid')}`)}
  ${oneOrNone('transactions', 't', 'x.book_id = $1 and x.id = e.transaction_id')}
  ${oneOrNone('events', 'c', "x.book_id = $1 and x.subject_id = u.id and x.id < $3 and x.entity = 'balance' order by x.id desc limit 1")}`

/** The ranges of buckets that make up everything until a time, that time included. */
export function rangesUntil(time: Micros): readonly unknown[] {
  const firsts = VALUE_DATE_LEVELS.map((level, index) => {
    const above = VALUE_DATE_LEVELS[index - 1]
    return above === undefined ? FIRST_BUCKET : bucketOf(time, above) * 2 ** (above - level)
  })
  // Times far from now are not safe integers, but exact ones.
  const beyonds = VALUE_DATE_LEVELS.map((level) =>
    String(BigInt(bucketOf(time, level)) + (level === 0 ? 1n : 0n)),
  )
  return [plainArray(VALUE_DATE_LEVELS), plainArray(firsts), plainArray(beyonds)]
}
