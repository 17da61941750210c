import { isoOf, type JsonObject, type Micros } from '../../ledger/index.ts'
import {
  type Claim,
  type ControlStore,
  decodeRules,
  type ExternalRecord,
  type Match,
  type Position,
  type Progress,
  type Run,
  type RunPhase,
} from '../../reconciliation/port.ts'
import type { Connections, Row } from '../connection.ts'
import { plainArray, textArray } from '../types.ts'

/**
 * Takes the oldest reconciliation that nobody works on. The clock of the database says until when somebody does, the same
 * for all servers. Two that try at once meet in the row of the run, and only one of them gets it.
 */
const CLAIM = `
with open as (
  select r.book_id, r.id from reconciliations r
   where r.status in ('started', 'in_progress')
     and not exists (select from reconciliation_runs x
       where x.book_id = r.book_id and x.id = r.id and x.leased_to > now() offset 0)
   order by r.created_at limit 1
), claimed as (
  insert into reconciliation_runs as x (book_id, id, attempt, stalled, leased_to, phase, up_to, processed, matched)
  select o.book_id, o.id, 1, 1, now() + $1 * interval '1 millisecond', 'matching',
         coalesce((select t.id from transactions t where t.book_id = o.book_id order by t.id desc limit 1),
           '00000000-0000-0000-0000-000000000000'), 0, 0
    from open o
  on conflict (book_id, id) do update
     set attempt = x.attempt + 1, stalled = x.stalled + 1, leased_to = excluded.leased_to
   where x.leased_to <= now()
  returning x.*
)
select c.book_id, c.id, c.attempt, c.stalled, c.phase, c.up_to, c.position, r.upload_id, r.strategy, r.grouping, r.rules,
       r.dry_run, r.status
  from claimed c cross join lateral (
    select x.* from reconciliations x where x.book_id = c.book_id and x.id = c.id offset 0) r`

type ClaimRow = Row & {
  readonly book_id: number
  readonly id: string
  readonly attempt: number
  readonly stalled: number
  readonly phase: RunPhase
  readonly up_to: string
  readonly position: Position | null
  readonly upload_id: string
  readonly strategy: Run['strategy']
  readonly grouping: Run['grouping']
  readonly rules: readonly JsonObject[]
  readonly dry_run: boolean
}

export class PostgresControlStore implements ControlStore {
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  async claim(leaseMs: number): Promise<Claim | null> {
    const [row] = await this.#connections.query<ClaimRow>('claim run', CLAIM, [leaseMs])
    if (row === undefined) return null
    return {
      run: {
        bookId: row.book_id,
        id: row.id,
        uploadId: row.upload_id,
        strategy: row.strategy,
        grouping: row.grouping,
        rules: decodeRules(row.rules),
        attempt: row.attempt,
        upTo: row.up_to,
        position: row.position,
      },
      stalled: row.stalled,
      phase: row.phase,
      dryRun: row.dry_run,
    }
  }

  async lease({ bookId, id, attempt }: Run, leaseMs: number): Promise<boolean> {
    const rows = await this.#connections.query(
      'lease run',
      `update reconciliation_runs set leased_to = now() + $4 * interval '1 millisecond'
        where book_id = $1 and id = $2::uuid and attempt = $3 returning 1`,
      [bookId, id, attempt, leaseMs],
    )
    return rows.length > 0
  }

  async startMarking({ bookId, id, attempt }: Run): Promise<boolean> {
    const rows = await this.#connections.query(
      'start marking',
      `update reconciliation_runs set phase = 'marking', position = null
        where book_id = $1 and id = $2::uuid and attempt = $3 returning 1`,
      [bookId, id, attempt],
    )
    return rows.length > 0
  }

  async matchesToMark({ bookId, id, uploadId }: Run, after: string | null, limit: number) {
    const rows = await this.#connections.query<MatchRow>('matches to mark', TO_MARK, [
      bookId,
      id,
      uploadId,
      after,
      limit,
    ])
    return rows.map(
      (row): Match => ({
        transactionId: row.transaction_id,
        externalIds: row.external_ids,
        amount: row.amount,
        family: row.family,
      }),
    )
  }

  async keepMarked({ bookId, id, attempt }: Run, position: Position): Promise<boolean> {
    const rows = await this.#connections.query(
      'keep marked',
      `update reconciliation_runs set position = $4::jsonb, stalled = 0
        where book_id = $1 and id = $2::uuid and attempt = $3 returning 1`,
      [bookId, id, attempt, JSON.stringify(position)],
    )
    return rows.length > 0
  }

  async counts({ bookId, id, uploadId }: Run) {
    const [row] = await this.#connections.query<{ matched: number; unmatched: number }>(
      'counts of run',
      `select count(*) as matched,
              (select record_count from uploads where book_id = $1 and id = $3::uuid)
                - count(distinct record_number) as unmatched
         from reconciliation_matches where book_id = $1 and reconciliation_id = $2::uuid`,
      [bookId, id, uploadId],
    )
    return { matched: row?.matched ?? 0, unmatched: row?.unmatched ?? 0 }
  }

  async forget({ bookId, id, attempt }: Run): Promise<void> {
    await this.#connections.query(
      'forget run',
      `with gone as (
         delete from reconciliation_runs where book_id = $1 and id = $2::uuid and attempt = $3 returning id)
       delete from reconciliation_groups g using gone
        where g.book_id = $1 and g.reconciliation_id = gone.id`,
      [bookId, id, attempt],
    )
  }

  async progress(bookId: number, id: string): Promise<Progress | null> {
    const [row] = await this.#connections.query<Row & Progress>(
      'progress of run',
      `select phase, processed, matched from reconciliation_runs where book_id = $1 and id = $2::uuid`,
      [bookId, id],
    )
    return row ?? null
  }

  async addRecords(
    bookId: number,
    uploadId: string,
    firstNumber: number,
    records: readonly ExternalRecord[],
  ): Promise<void> {
    await this.#connections.query('add records', ADD_RECORDS, [
      bookId,
      uploadId,
      firstNumber,
      textArray(records.map((record) => record.id)),
      textArray(records.map((record) => record.currency)),
      plainArray(records.map((record) => record.amount)),
      plainArray(records.map((record) => isoOf(record.date))),
      textArray(records.map((record) => record.reference)),
      textArray(records.map((record) => record.description)),
      textArray(records.map((record) => record.source)),
    ])
  }

  async repeatedRecord(bookId: number, uploadId: string) {
    const [row] = await this.#connections.query<{ number: number; external_id: string }>(
      'repeated record',
      `select min(number) as number, external_id from (
         select number, external_id, row_number() over (partition by external_id order by number) as nth
           from external_records where book_id = $1 and upload_id = $2::uuid) x
        where nth = 2 group by external_id order by 1 limit 1`,
      [bookId, uploadId],
    )
    return row === undefined ? null : { number: row.number, id: row.external_id }
  }

  async removeRecords(bookId: number, uploadId: string): Promise<void> {
    await this.#connections.query(
      'remove records',
      'delete from external_records where book_id = $1 and upload_id = $2::uuid',
      [bookId, uploadId],
    )
  }

  async abandonedUploads(before: Micros) {
    const rows = await this.#connections.query<{ book_id: number; id: string }>(
      'abandoned uploads',
      `select book_id, id from uploads where status = 'receiving' and created_at < $1::timestamptz
        order by created_at limit 100`,
      [isoOf(before)],
    )
    return rows.map((row) => ({ bookId: row.book_id, id: row.id }))
  }
}

type MatchRow = Row & {
  readonly transaction_id: string
  readonly external_ids: readonly string[]
  readonly amount: string
  readonly family: Match['family']
}

/** So many ids of records are told to one transaction. */
const IDS_MAX = 20

/**
 * Matched transactions in the order of their ids, with their records. A transaction tells its caller through the request and
 * the hold that it carried out, as long as it carried out all of it; so those are marked with it.
 */
const TO_MARK = `
with page as (
  select m.transaction_id from reconciliation_matches m
   where m.book_id = $1 and m.reconciliation_id = $2::uuid and ($4::uuid is null or m.transaction_id > $4::uuid)
   group by m.transaction_id order by m.transaction_id limit $5
)
select p.transaction_id, e.external_ids, e.amount::text as amount, f.family
  from page p
  cross join lateral (
    select (array_agg(r.external_id order by r.number))[1:${IDS_MAX}] as external_ids, sum(r.amount) as amount
      from reconciliation_matches m
      cross join lateral (select x.* from external_records x
        where x.book_id = $1 and x.upload_id = $3::uuid and x.number = m.record_number offset 0) r
     where m.book_id = $1 and m.reconciliation_id = $2::uuid and m.transaction_id = p.transaction_id offset 0) e
  cross join lateral (
    select jsonb_agg(jsonb_build_object('id', t.id, 'description', t.description, 'metadata', t.metadata)) as family
      from (
        with recursive up as (
          select t.id, t.parent_id, t.amount, t.description, t.metadata from transactions t
           where t.book_id = $1 and t.id = p.transaction_id
          union all
          select t.id, t.parent_id, t.amount, t.description, t.metadata from up
           cross join lateral (select x.* from transactions x
             where x.book_id = $1 and x.id = up.parent_id and x.kind in ('request', 'hold')
               and x.amount = up.amount offset 0) t
        ) select * from up
      ) t offset 0) f
 order by p.transaction_id`

const ADD_RECORDS = `
insert into external_records
  (book_id, upload_id, number, external_id, currency, amount, dated_at, reference, description, source)
select $1, $2::uuid, $3::integer + u.nth::integer - 1, u.id, u.currency, u.amount, u.date, u.reference, u.description,
       u.source
  from unnest($4::text[], $5::text[], $6::numeric[], $7::timestamptz[], $8::text[], $9::text[], $10::text[])
    with ordinality as u (id, currency, amount, date, reference, description, source, nth)`
