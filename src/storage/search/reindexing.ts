/** Making the search index again, beside following the log: everything that the book tells of is looked at once more. */
import type { Micros } from '../../ledger/index.ts'
import type { Reindexing } from '../../search/port.ts'
import type { Querier, Row } from '../connection.ts'
import { BEGINNING } from './facts.ts'

/** What is there stays and can be searched. */
export const BEGIN_REINDEXING = `
insert into search_reindexings as r (book_id, status, position, processed, started_at)
values ($1, 'in_progress', '${BEGINNING}', 0, now())
on conflict (book_id) do update
   set status = 'in_progress', position = excluded.position, total = null, processed = 0, failure = null,
       started_at = excluded.started_at, completed_at = null
 where r.status <> 'in_progress'
returning 1`

/** Where it stands, unless somebody else is at it. */
export const LOCK_REINDEXING = `
select position, total is null as "isUncounted" from search_reindexings
 where book_id = $1 and status = 'in_progress' for update skip locked`

export const COUNT_FACTS = `
update search_reindexings
   set total = (select count(*) from transactions where book_id = $1) + (select count(*) from events where book_id = $1)
 where book_id = $1`

export const REINDEXED_TO = `
update search_reindexings set position = $2::uuid, processed = least(processed + $3::bigint, total), failure = null
 where book_id = $1`

export const END_REINDEXING = `
update search_reindexings set status = 'completed', processed = total, completed_at = now(), failure = null
 where book_id = $1`

export const REINDEXING_FAILED = `
update search_reindexings set failure = $2 where book_id = $1 and status = 'in_progress'`

type ReindexingRow = Row & {
  readonly status: Reindexing['status']
  readonly total: number | null
  readonly processed: number
  readonly failure: string | null
  readonly startedAt: Micros
  readonly completedAt: Micros | null
}

export async function readReindexing(querier: Querier, bookId: number): Promise<Reindexing | null> {
  const [row] = await querier.query<ReindexingRow>(
    'reindexing',
    `select status, total, processed, failure, started_at as "startedAt", completed_at as "completedAt"
       from search_reindexings where book_id = $1`,
    [bookId],
  )
  return row ?? null
}
