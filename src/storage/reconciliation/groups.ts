/** The statements that make groups of records or of transactions, each with the sum of its members. */
import type { Grouping, Run } from '../../reconciliation/port.ts'
import type { Statement } from './cursor.ts'

/** Different texts of a group that count. */
const TEXTS_MAX = 1000
const TEXT_MAX = 1024

/** What says which records belong together; one that says nothing belongs to nobody else. */
const RECORD_KEYS: Partial<Record<Grouping, string>> = {
  reference: "coalesce(nullif(lower(trim(reference)), ''), number::text)",
  description: "coalesce(nullif(lower(trim(description)), ''), number::text)",
  currency: "''",
  amount: 'amount::text',
  date: "(dated_at at time zone 'UTC')::date::text",
  source: 'source',
}

const TRANSACTION_KEYS: Partial<Record<Grouping, string>> = {
  parent_transaction: 'family_id::text',
  reference: "coalesce(nullif(lower(trim(origin_reference)), ''), id::text)",
  description: "coalesce(nullif(lower(trim(description)), ''), id::text)",
  currency: "''",
  amount: 'amount::text',
  date: "(recorded_at at time zone 'UTC')::date::text",
  source: 'coalesce(source_id, id)::text',
  destination: 'coalesce(destination_id, id)::text',
}

/** Money of different currencies is never added up: what belongs together makes a group for each currency. */
export function groupsStatement(run: Run): Statement {
  const isOfRecords = run.strategy === 'many_to_one'
  const keys = isOfRecords ? RECORD_KEYS : TRANSACTION_KEYS
  const key = keys[run.grouping ?? 'reference'] ?? "''"
  const members = isOfRecords
    ? { columns: 'record_numbers', sql: 'array_agg(number order by number)', first: 'min(number)' }
    : { columns: 'transaction_ids', sql: 'array_agg(id order by id)', first: 'min(id::text)' }
  const from = isOfRecords
    ? 'external_records where book_id = $1 and upload_id = $3'
    : `search_transactions
        where book_id = $1 and status = 'posted' and kind <> 'lineage' and id <= $4::uuid
          and currency in (select distinct currency from external_records where book_id = $1 and upload_id = $3)`
  const references = isOfRecords ? 'reference' : 'origin_reference'
  const date = isOfRecords ? 'dated_at' : 'recorded_at'
  return {
    text: `insert into reconciliation_groups
  (book_id, reconciliation_id, number, currency, amount, dated_at, reference, description, ${members.columns})
select $1, $2, row_number() over (order by ${members.first}), currency, sum(round(amount, 18)), min(${date}),
       (array_agg(distinct left(coalesce(${references}, ''), ${TEXT_MAX})))[1:${TEXTS_MAX}],
       (array_agg(distinct left(coalesce(description, ''), ${TEXT_MAX})))[1:${TEXTS_MAX}],
       ${members.sql}
  from (select *, ${key} as together from ${from}) x
 group by together, currency`,
    values: isOfRecords
      ? [run.bookId, run.id, run.uploadId]
      : [run.bookId, run.id, run.uploadId, run.upTo],
  }
}
