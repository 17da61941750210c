/**
 * Statements about how far subscribers have been told. Until when a server lives is told by the database's own clock, so that servers
 * whose clocks differ agree on who holds a lane.
 */
import { eachOne, oneOrNone } from './look-up.ts'

function lives(holder: string): string {
  return `exists (select from outbox_servers o where o.id = ${holder} and o.alive_until > now())`
}

/**
 * Lanes with something to tell that nobody tells: the book has gone on, nothing forbids an attempt; or a dead letter is to be told
 * again. $1 and $2 are subscribers, $3 the time.
 */
export const PENDING = `
select u.home_id as "homeId", u.id as "subscriptionId", r.book_id as "bookId"
  from unnest($1::bigint[], $2::uuid[]) as u (home_id, id)
  ${eachOne('subscriptions', 's', 'x.book_id = u.home_id and x.id = u.id')}
  cross join lateral (
    select u.home_id
    union all
    select distinct l.money_book_id from ledgers l
     where l.book_id = u.home_id and l.money_book_id <> l.book_id
    offset 0
  ) r (book_id)
  ${eachOne('books', 'b', 'x.book_id = r.book_id')}
  ${oneOrNone('subscription_cursors', 'c', 'x.book_id = r.book_id and x.subscription_id = u.id')}
 where (c.holder is null or not ${lives('c.holder')})
   and (
     (coalesce(c.seq < b.seq, b.recorded_at > s.created_at)
       and (c.next_attempt_at is null or c.next_attempt_at <= $3::timestamptz))
     or exists (select from dead_letters d
                 where d.subscription_id = u.id and d.book_id = r.book_id and d.replay_at is not null offset 0))
 limit $4`

/** Says that a server lives for $2 milliseconds more, and forgets those that have long been gone. */
export const BEAT = `
with gone as (
  delete from outbox_servers where alive_until < now() - interval '1 day' and id <> $1
)
insert into outbox_servers (id, alive_until) values ($1, now() + $2::bigint * interval '1 millisecond')
on conflict (id) do update set alive_until = excluded.alive_until`

const PROGRESS_COLUMNS = `book_id, subscription_id, after, part, seq, attempts, failing_since, next_attempt_at,
  attempted_at, last_status, last_error`

/** Takes a lane, unless another server that lives has it. $3 is where a new one begins. */
export const CLAIM = `
insert into subscription_cursors as c (book_id, subscription_id, after, part, seq, holder, attempts)
values ($1, $2, $3, 0, -1, $4, 0)
on conflict (book_id, subscription_id) do update set holder = $4
 where c.holder is null or c.holder = $4 or not ${lives('c.holder')}
returning ${PROGRESS_COLUMNS}`

/** Moves a lane, as long as it is held; with it goes what is given up. $4 is whether it is held on or let go. */
export const SAVE = `
with moved as (
  update subscription_cursors
     set after = $5, part = $6, seq = $7, attempts = $8, failing_since = $9, next_attempt_at = $10, attempted_at = $11,
         last_status = $12, last_error = $13, holder = case when $4::boolean then holder end
   where book_id = $1 and subscription_id = $2 and holder = $3
  returning 1
), buried as (
  insert into dead_letters
    (book_id, subscription_id, record_id, part, event, attempts, last_status, last_error, failed_at)
  select $1, $2, u.*, $12, $13, $11
    from unnest($14::uuid[], $15::integer[], $16::text[], $17::integer[]) as u
   where exists (select from moved)
  on conflict (book_id, subscription_id, record_id, part) do nothing
)
select 1 from moved`

const DEAD_LETTER_COLUMNS = `book_id, subscription_id, record_id, part, event, attempts, last_status, last_error,
  failed_at, replay_at`

export const REPLAYS = `
select ${DEAD_LETTER_COLUMNS} from dead_letters
 where subscription_id = $1 and book_id = $2 and replay_at is not null
 order by record_id, part limit $3`

export const PUT_BACK = `
update dead_letters set attempts = $5, last_status = $6, last_error = $7, failed_at = $8, replay_at = null
 where book_id = $1 and subscription_id = $2 and record_id = $3 and part = $4`

export const DEAD_LETTERS = `
select ${DEAD_LETTER_COLUMNS} from dead_letters
 where subscription_id = $1 and (record_id, part) > ($2::uuid, $3::integer)
 order by record_id, part limit $4`

/** Asks for those of a fact to be told again, or for all. */
export const ASK_FOR_REPLAY = `
update dead_letters set replay_at = $3
 where subscription_id = $1 and ($2::uuid is null or record_id = $2) and replay_at is null
returning 1`

export const PROGRESS_OF = `
select ${PROGRESS_COLUMNS} from subscription_cursors where subscription_id = any ($1::uuid[])`

/** What is next in the lanes that are being told or failed: the first id behind where each stands. */
export const BEHIND = `
select c.subscription_id, n.id
  from (select x.* from subscription_cursors x where x.holder is not null or x.failing_since is not null limit 1000) c
  cross join lateral (
    select x.id from (
      (select t.id from transactions t where t.book_id = c.book_id and t.id > c.after order by t.id limit 1)
      union all
      (select v.id from events v where v.book_id = c.book_id and v.id > c.after order by v.id limit 1)
    ) x order by x.id limit 1
  ) n`
