/** Reads the event log of a book: ranges of keys of its transactions, their entries, and its events. */
import { mintedAt } from '../engine/index.ts'
import { assert, type EntityName, type JsonObject, type Verb } from '../ledger/index.ts'
import type { ChangeFact, EventLog, Fact, Page } from '../outbox/port.ts'
import type { Querier, Row } from './connection.ts'
import {
  ENTRY_COLUMNS,
  type EntryRow,
  entryOf,
  TRANSACTION_COLUMNS,
  type TransactionRow,
  transactionOf,
} from './statements/read-state.ts'
import { plainArray } from './types.ts'

/** Entries of one page. More than one transaction can have, so a page has at least one whole. */
const ENTRIES_MAX = 20_000

/**
 * The ids of a page. Both ends and the seq are seen in one snapshot, and what is committed later has greater ids; so nothing up
 * to the last id can be missing, and the rows themselves can be read afterwards.
 */
const READ_IDS = `
select (select seq from books where book_id = $1) as seq,
       array(select id from (
         (select id from transactions where book_id = $1 and id > $2::uuid order by id limit $3::int)
         union all
         (select id from events where book_id = $1 and id > $2::uuid order by id limit $3::int)
       ) x order by id limit $3::int)::text[] as ids`

const TRANSACTIONS_UP_TO = `
select ${TRANSACTION_COLUMNS} from transactions t
 where t.book_id = $1 and t.id > $2::uuid and t.id <= $3::uuid order by t.id`

const ENTRIES_UP_TO = `
select ${ENTRY_COLUMNS} from entries e
 where e.book_id = $1 and e.transaction_id > $2::uuid and e.transaction_id <= $3::uuid
 order by e.transaction_id, e.leg limit ${ENTRIES_MAX}`

const EVENT_COLUMNS = 'v.id, v.entity, v.verb, v.subject_id, v.before, v.after, v.actor'

const EVENTS_UP_TO = `
select ${EVENT_COLUMNS} from events v
 where v.book_id = $1 and v.id > $2::uuid and v.id <= $3::uuid order by v.id`

type EventRow = {
  readonly id: string
  readonly entity: EntityName
  readonly verb: Verb
  readonly subject_id: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly actor: string | null
}

export class PostgresEventLog implements EventLog {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async page(bookId: number, after: string, limit: number): Promise<Page> {
    const [row] = await this.#querier.query<{ seq: number | null; ids: string[] }>(
      'log ids',
      READ_IDS,
      [bookId, after, limit],
    )
    const ids = row?.ids ?? []
    const seq = row?.seq ?? 0
    const last = ids.at(-1)
    if (last === undefined) return { facts: [], complete: true, seq }
    const facts = await this.#upTo(bookId, after, last)
    return { facts, complete: ids.length < limit && facts.length === ids.length, seq }
  }

  async #upTo(bookId: number, after: string, last: string): Promise<readonly Fact[]> {
    const range = [bookId, after, last]
    const [transactions, entries, events] = await Promise.all([
      this.#querier.query<TransactionRow & Row>('log transactions', TRANSACTIONS_UP_TO, range),
      this.#querier.query<EntryRow & Row>('log entries', ENTRIES_UP_TO, range),
      this.#querier.query<EventRow & Row>('log events', EVENTS_UP_TO, range),
    ])
    const facts = merged(transactions, entries, events)
    if (entries.length < ENTRIES_MAX) return facts
    // The entries of the last transaction may not all be there: it begins the next page.
    const cut = entries.at(-1)?.transaction_id ?? after
    return facts.filter((fact) => fact.id < cut)
  }

  async facts(bookId: number, ids: readonly string[]): Promise<readonly Fact[]> {
    if (ids.length === 0) return []
    const values = [bookId, plainArray(ids)]
    const [transactions, entries, events] = await Promise.all([
      this.#querier.query<TransactionRow & Row>(
        'log transactions by id',
        `select ${TRANSACTION_COLUMNS} from transactions t
 where t.book_id = $1 and t.id = any ($2::uuid[]) order by t.id`,
        values,
      ),
      this.#querier.query<EntryRow & Row>(
        'log entries by transaction',
        `select ${ENTRY_COLUMNS} from entries e
 where e.book_id = $1 and e.transaction_id = any ($2::uuid[]) order by e.transaction_id, e.leg`,
        values,
      ),
      this.#querier.query<EventRow & Row>(
        'log events by id',
        `select ${EVENT_COLUMNS} from events v where v.book_id = $1 and v.id = any ($2::uuid[]) order by v.id`,
        values,
      ),
    ])
    return merged(transactions, entries, events)
  }

  async end(bookId: number): Promise<{ readonly last: string | null; readonly seq: number }> {
    const [row] = await this.#querier.query<{ seq: number | null; last: string | null }>(
      'log end',
      `select (select seq from books where book_id = $1) as seq,
       (select id from (
         (select id from transactions where book_id = $1 order by id desc limit 1)
         union all
         (select id from events where book_id = $1 order by id desc limit 1)
       ) x order by id desc limit 1) as last`,
      [bookId],
    )
    return { last: row?.last ?? null, seq: row?.seq ?? 0 }
  }

  async seqs(bookIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#querier.query<{ book_id: number; seq: number }>(
      'seqs of books',
      'select book_id, seq from books where book_id = any ($1::bigint[])',
      [plainArray(bookIds)],
    )
    return new Map(rows.map((row) => [row.book_id, row.seq]))
  }

  async changesOf(
    bookId: number,
    subjectIds: readonly string[],
    upTo: string,
  ): Promise<readonly ChangeFact[]> {
    if (subjectIds.length === 0) return []
    const rows = await this.#querier.query<EventRow & Row>(
      'changes of rows',
      `select ${EVENT_COLUMNS} from events v
 where v.book_id = $1 and v.subject_id = any ($2::uuid[]) and v.id <= $3::uuid order by v.id`,
      [bookId, plainArray(subjectIds), upTo],
    )
    return rows.map(changeFact)
  }
}

function merged(
  transactions: readonly TransactionRow[],
  entries: readonly EntryRow[],
  events: readonly EventRow[],
): readonly Fact[] {
  const ofTransaction = Map.groupBy(entries, (entry) => entry.transaction_id)
  const facts: Fact[] = transactions.map((row) => ({
    type: 'transaction',
    id: row.id,
    at: row.recorded_at,
    transaction: transactionOf(row),
    entries: (ofTransaction.get(row.id) ?? []).map(entryOf),
  }))
  for (const event of events) facts.push(changeFact(event))
  return facts.sort((one, other) => (one.id < other.id ? -1 : 1))
}

function changeFact(row: EventRow): ChangeFact {
  const at = mintedAt(row.id)
  assert(at !== null, 'events are minted by batches')
  return {
    type: 'change',
    id: row.id,
    at,
    entity: row.entity,
    verb: row.verb,
    subjectId: row.subject_id,
    before: row.before,
    after: row.after,
    actor: row.actor,
  }
}
