import { isoOf, type Micros } from '../ledger/index.ts'
import type { Due, DueStore } from '../scheduler/port.ts'
import type { Querier } from './connection.ts'
import { oneOrNone } from './statements/look-up.ts'
import { plainArray } from './types.ts'

type DueRow = {
  readonly book_id: number
  readonly transaction_id: string
  readonly action: Due['action']
  readonly request_id: string | null
}

/** What is to be done at a time, in the order of the index by time. */
export class PostgresDueStore implements DueStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async due(now: Micros, limit: number): Promise<readonly Due[]> {
    const rows = await this.#querier.query<DueRow>(
      'due',
      `select d.book_id, d.transaction_id, d.action, t.request_id
  from (select * from due where due_at <= $1::timestamptz order by due_at limit $2) d
  ${oneOrNone('transactions', 't', 'x.book_id = d.book_id and x.id = d.transaction_id')}
 order by d.due_at, d.transaction_id`,
      [isoOf(now), limit],
    )
    return rows.map((row) => ({
      bookId: row.book_id,
      transactionId: row.transaction_id,
      action: row.action,
      requestId: row.request_id,
    }))
  }

  async done(items: readonly Due[]): Promise<void> {
    await this.#querier.query(
      'done',
      `delete from due d using unnest($1::bigint[], $2::uuid[], $3::text[]) as u (book_id, transaction_id, action)
 where d.book_id = u.book_id and d.transaction_id = u.transaction_id and d.action = u.action`,
      [
        plainArray(items.map((item) => item.bookId)),
        plainArray(items.map((item) => item.transactionId)),
        plainArray(items.map((item) => item.action)),
      ],
    )
  }
}
