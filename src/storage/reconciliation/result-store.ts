import type { Micros } from '../../ledger/index.ts'
import type { MatchPlace, MatchView, RecordView, ResultStore } from '../../reconciliation/port.ts'
import type { Querier, Row } from '../connection.ts'
import { eachOne } from '../statements/look-up.ts'

const RECORD_COLUMNS = `r.number, r.external_id, r.currency, r.amount::text as amount, r.dated_at, r.reference,
       r.description, r.source`

/** A range of the key of the matches, each with its record by key. */
const MATCHES = `
select ${RECORD_COLUMNS}, m.transaction_id
  from (select record_number, transaction_id from reconciliation_matches
         where book_id = $1 and reconciliation_id = $2::uuid
           and (record_number, transaction_id) > ($4::integer, $5::uuid)
         order by record_number, transaction_id limit $6 offset 0) m
  ${eachOne('external_records', 'r', 'x.book_id = $1 and x.upload_id = $3::uuid and x.number = m.record_number')}
 order by m.record_number, m.transaction_id`

/** A range of the key of the records; whether each has a match is looked up by key. */
const UNMATCHED = `
select ${RECORD_COLUMNS}
  from external_records r
 where r.book_id = $1 and r.upload_id = $3::uuid and r.number > $4::integer
   and not exists (select from reconciliation_matches m
     where m.book_id = $1 and m.reconciliation_id = $2::uuid and m.record_number = r.number offset 0)
 order by r.number limit $5`

type RecordRow = Row & {
  readonly number: number
  readonly external_id: string
  readonly currency: string
  readonly amount: string
  readonly dated_at: Micros
  readonly reference: string
  readonly description: string
  readonly source: string
}

/** Reads what reconciliations found. */
export class PostgresResultStore implements ResultStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async matches(
    bookId: number,
    id: string,
    uploadId: string,
    after: MatchPlace,
    limit: number,
  ): Promise<readonly MatchView[]> {
    const rows = await this.#querier.query<RecordRow & { transaction_id: string }>(
      'matches of reconciliation',
      MATCHES,
      [bookId, id, uploadId, after.number, after.transactionId, limit],
    )
    return rows.map((row) => ({ record: recordOf(row), transactionId: row.transaction_id }))
  }

  async unmatched(
    bookId: number,
    id: string,
    uploadId: string,
    after: number,
    limit: number,
  ): Promise<readonly RecordView[]> {
    const rows = await this.#querier.query<RecordRow>('unmatched records', UNMATCHED, [
      bookId,
      id,
      uploadId,
      after,
      limit,
    ])
    return rows.map(recordOf)
  }
}

function recordOf(row: RecordRow): RecordView {
  return {
    number: row.number,
    id: row.external_id,
    currency: row.currency,
    amount: row.amount,
    date: row.dated_at,
    reference: row.reference,
    description: row.description,
    source: row.source,
  }
}
