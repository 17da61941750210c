import type { JsonObject, MonitoredField, MonitorOperator } from '../ledger/index.ts'
import type { Watch, WatchChange, WatchHistory } from '../monitors/port.ts'
import type { Querier } from './connection.ts'
import { amountOf, plainArray } from './types.ts'

/**
 * The history of monitors that have ever watched one of the balances: those are found through events_of_monitors, their
 * changes through events_by_subject.
 */
const CHANGES = `
select v.id, v.subject_id, v.verb, v.after
  from (
    select distinct x.subject_id
      from unnest($2::text[]) as u (balance_id)
      cross join lateral (
        select e.subject_id from events e
         where e.book_id = $1 and e.entity = 'monitor' and e.after ->> 'balanceId' = u.balance_id
        offset 0
      ) x
  ) s
  cross join lateral (
    select e.id, e.subject_id, e.verb, e.after from events e
     where e.book_id = $1 and e.subject_id = s.subject_id and e.id <= $3::uuid
    offset 0
  ) v
 order by v.id`

type ChangeRow = {
  readonly id: string
  readonly subject_id: string
  readonly verb: string
  readonly after: JsonObject | null
}

/** The row of a monitor as an event tells it. */
type Told = {
  readonly id: string
  readonly balanceId: string
  readonly field: MonitoredField
  readonly operator: MonitorOperator
  readonly threshold: string
  readonly description: string | null
  readonly terms: JsonObject | null
  readonly createdAt: string
}

export class PostgresWatchHistory implements WatchHistory {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async changesOf(
    bookId: number,
    balanceIds: readonly string[],
    upTo: string,
  ): Promise<readonly WatchChange[]> {
    const rows = await this.#querier.query<ChangeRow>('changes of monitors', CHANGES, [
      bookId,
      plainArray(balanceIds),
      upTo,
    ])
    return rows.map(({ id, subject_id, verb, after }) => ({
      id,
      watchId: subject_id,
      watch: verb === 'deleted' || after === null ? null : watchOf(after as unknown as Told),
    }))
  }
}

function watchOf({ id, balanceId, field, operator, threshold, ...told }: Told): Watch {
  const { createdAt, description, terms } = told
  const condition = { field, operator, threshold: amountOf(threshold) }
  return { id, balanceId, ...condition, createdAt, description, terms }
}
