/**
 * Grows a book by transactions as if they had been posted, without posting them: rows written by SQL.
 * What is measured on it is speed. It has no chain, so it does not verify.
 */
import pg from 'pg'

const AT_ONCE = 500_000

/** Adds `count` transfers of 1 in a round among the balances, one a millisecond, up to now. */
export async function grow(
  ownerUrl: string,
  balanceIds: readonly string[],
  count: number,
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(
      `create temporary table ring as
       select book_id, id, version, posted_debits, posted_credits, row_number() over (order by id) - 1 as place
         from balance_sums where id = any ($1::uuid[])`,
      [balanceIds],
    )
    await client.query('create unique index on ring (place)')
    await client.query('analyze ring')
    const rounds = Math.ceil(count / balanceIds.length)
    const last = rounds * balanceIds.length
    const firstMs = Date.now() - last - 60_000
    for (let from = 0; from < last; from += AT_ONCE) {
      const span = [from, Math.min(from + AT_ONCE, last) - 1, balanceIds.length, firstMs]
      await client.query(TRANSACTIONS, span)
      await client.query(ENTRIES, span)
    }
    await client.query('vacuum analyze transactions')
    await client.query('vacuum analyze entries')
  } finally {
    await client.end()
  }
}

/** $1 to $2 are counted; $3 balances stand in a ring, each gives to the next; $4 is the time of the first. */
const COUNTED = `
  select n, n / $3::bigint as round, n % $3::bigint as giver, (n + 1) % $3::bigint as taker,
         (lpad(to_hex($4::bigint + n), 12, '0') || '70008000000000000000')::uuid as id
    from generate_series($1::bigint, $2::bigint) n`

const TRANSACTIONS = `
insert into transactions (book_id, id, seq, kind, status, recorded_at, asset_code, amount, source_id, destination_id,
                          description, seal)
select g.book_id, c.id, 1, 'transfer', 'posted', to_timestamp(($4::bigint + c.n) / 1000.0), 'USD', 1, g.id, t.id,
       'payment for order', md5(c.n::text)
  from (${COUNTED}) c
  join ring g on g.place = c.giver
  join ring t on t.place = c.taker
 order by c.n`

/** The first balance of the ring gives before it is given to; all others are given to before they give. */
const ENTRIES = `
insert into entries (book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits,
                     posted_credits, pending_debits, pending_credits, scale)
select b.book_id, c.id, leg, b.id,
       b.version + 2 * c.round + case when (leg = 0) = (b.place = 0) then 1 else 2 end,
       case leg when 0 then 'debit' else 'credit' end, 'post', 1,
       b.posted_debits + c.round + case when leg = 0 or b.place = 0 then 1 else 0 end,
       b.posted_credits + c.round + case when leg = 1 or b.place > 0 then 1 else 0 end, 0, 0, 0
  from (${COUNTED}) c
 cross join generate_series(0, 1) leg
  join ring b on b.place = case leg when 0 then c.giver else c.taker end
 order by c.n, leg`
