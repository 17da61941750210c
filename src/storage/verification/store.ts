import pg from 'pg'
import { type Checkpoint, isoOf, type JsonObject, type Micros } from '../../ledger/index.ts'
import type {
  AssetSums,
  BatchRow,
  BookReader,
  BookRow,
  BrokenStory,
  Dangling,
  EntityShape,
  EntrySums,
  EventRow,
  HoldRow,
  Neighbours,
  OddBalance,
  OddLot,
  OddValueDate,
  OddValueDatedEntry,
  Place,
  Standing,
  StepRow,
  Stray,
  ToldRow,
  TransactionRow,
  VerificationStore,
} from '../../verification/port.ts'
import type { Row } from '../connection.ts'
import { assertCurrent } from '../migrate.ts'
import { plainArray, typesWith } from '../types.ts'
import type { View } from '../view.ts'
import { directoryViews } from '../views.ts'
import * as balances from './balances.ts'
import * as directory from './directory.ts'
import * as journal from './journal.ts'
import { READ_ODD_LOTS } from './lots.ts'
import * as references from './references.ts'
import { giveEntries, type Readers, transactionOf } from './rows.ts'
import { Snapshot } from './snapshot.ts'
import { READ_ODD_VALUE_DATED_ENTRIES } from './value-dated-entries.ts'
import { READ_ODD_VALUE_DATES } from './value-dates.ts'

/** Books that rows of a table speak of though they do not exist: from book to book through the key of the table. */
function strayText(table: string): string {
  const name = pg.escapeIdentifier(table)
  return `
with recursive b as (
  select min(book_id) as id from ${name}
  union all
  select (select min(book_id) from ${name} where book_id > b.id) from b where b.id is not null
)
select id from b where id is not null and not exists (select from books where book_id = b.id)`
}

const TABLES_OF_BOOKS = `
select table_name as name from information_schema.columns
 where table_schema = current_schema() and column_name = 'book_id' and table_name <> 'books'
   and table_name in (select relname from pg_class where relkind = 'r') order by 1`

const DANGLING_BOOKS = `
select 'ledgers' as "table", l.id::text as id, 'money_book_id' as "column", 'a book' as expected,
       l.money_book_id::text as found
  from ledgers l where not exists (select from books b where b.book_id = l.money_book_id)
union all
select 'settings', s.name, 'value', 'a book', s.value ->> 'bookId'
  from settings s
 where s.name = 'home' and not exists (select from books b where b.book_id::text = s.value ->> 'bookId')`

/**
 * Reads books for verification, on a connection of its own as the owner of the database: each book as it was at one
 * moment, while the server goes on writing.
 */
export class PostgresVerificationStore implements VerificationStore {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** @throws when the schema is not the one that this program knows */
  static async open(ownerUrl: string): Promise<PostgresVerificationStore> {
    const client = new pg.Client({
      connectionString: ownerUrl,
      application_name: 'diptych verify',
      // Statements that read whole books take their time, and are read from the first row to the last.
      options:
        '-c TimeZone=UTC -c jit=off -c statement_timeout=0 -c cursor_tuple_fraction=1 -c work_mem=64MB',
      types: lenientTypes as NonNullable<pg.ClientConfig['types']>,
    })
    // A connection that breaks fails the query at hand, and that is where it is told.
    client.on('error', () => {})
    await client.connect()
    try {
      await assertCurrent(client)
    } catch (error) {
      await client.end()
      throw error
    }
    return new PostgresVerificationStore(client)
  }

  close(): Promise<void> {
    return this.#client.end()
  }

  async books(): Promise<readonly number[]> {
    const rows = await this.#rows<{ book_id: number }>('select book_id from books order by book_id')
    return rows.map((row) => row.book_id)
  }

  async strays(): Promise<readonly Stray[]> {
    const tablesOf = new Map<number, string[]>()
    for (const { name } of await this.#rows<{ name: string }>(TABLES_OF_BOOKS))
      for (const { id } of await this.#rows<{ id: number }>(strayText(name)))
        tablesOf.set(id, [...(tablesOf.get(id) ?? []), name])
    return [...tablesOf].map(([bookId, tables]) => ({ bookId, tables }))
  }

  danglingBooks(): Promise<readonly Dangling[]> {
    return this.#rows<Dangling>(DANGLING_BOOKS)
  }

  async snapshot<T>(bookId: number, work: (reader: BookReader) => Promise<T>): Promise<T> {
    await this.#client.query('begin isolation level repeatable read read only')
    try {
      return await work(new BookSnapshot(new Snapshot(this.#client), bookId))
    } finally {
      await this.#client.query('rollback').catch(() => {})
    }
  }

  async #rows<R extends Row>(text: string): Promise<R[]> {
    return (await this.#client.query<R>(text)).rows
  }
}

const OID_INT8 = 20
const OID_TIMESTAMPTZ = 1184

/** Before every id. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** Transactions that are read at once. */
const PAGE_ROWS = 2000

const strict = typesWith(pg.types)

/** Like those of the server, but a whole number that cannot be right is handed on, to be found. */
const lenient: Readers = {
  integer: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : (text as never)),
  time: remembering(strict.getTypeParser(OID_TIMESTAMPTZ) as (text: string) => Micros),
}

const lenientTypes: ReturnType<typeof typesWith> = {
  getTypeParser: (oid, format) =>
    oid === OID_INT8
      ? lenient.integer
      : oid === OID_TIMESTAMPTZ
        ? lenient.time
        : strict.getTypeParser(oid, format),
}

/** Rows of one batch have one time, so most times are the one that was read last. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  let last = { text: '', value: read('') }
  return (text) => {
    if (text !== last.text) last = { text, value: read(text) }
    return last.value
  }
}

/** One book inside one transaction. */
class BookSnapshot implements BookReader {
  readonly bookId: number
  readonly entities: ReadonlyMap<string, EntityShape> = new Map(
    Object.entries(directoryViews).map(([entity, view]) => [
      entity,
      { table: view.name, columns: directory.columnsOf(view) },
    ]),
  )
  readonly #snapshot: Snapshot

  constructor(snapshot: Snapshot, bookId: number) {
    this.#snapshot = snapshot
    this.bookId = bookId
  }

  async book(): Promise<BookRow | null> {
    const [row] = await this.#rows<BookRow>(journal.READ_BOOK)
    return row ?? null
  }

  batches(afterSeq: number): AsyncIterable<BatchRow> {
    return this.#stream(journal.READ_BATCHES, [afterSeq])
  }

  /** Each page is read while the one before it is looked at. */
  async *transactions(afterId: string | null): AsyncIterable<readonly TransactionRow[]> {
    let coming = this.#transactionsAfter(afterId ?? FIRST_ID)
    for (;;) {
      const page = await coming
      const last = page.length < PAGE_ROWS ? undefined : page.at(-1)
      if (last !== undefined) {
        coming = this.#transactionsAfter(last.id)
        // Whoever asks for that page hears why it could not be read; perhaps nobody does.
        coming.catch(() => {})
      }
      yield page
      if (last === undefined) return
    }
  }

  async #transactionsAfter(after: string): Promise<readonly TransactionRow[]> {
    const { bookId } = this
    const snapshot = this.#snapshot
    const lines = await snapshot.lines(journal.transactionsText(bookId, after, PAGE_ROWS))
    const rows = lines.map((line) => transactionOf(line, lenient))
    const last = rows.at(-1)
    if (last === undefined) return []
    const entries = await snapshot.lines(journal.entriesText(bookId, after, last.id))
    const times = await this.#timesOf(new Set(rows.map((row) => row.seq)))
    giveEntries(rows, entries)
    for (const row of rows) row.batchRecordedAt = times.get(row.seq) ?? null
    return rows
  }

  async #timesOf(seqs: ReadonlySet<number>): Promise<ReadonlyMap<number, Micros>> {
    const rows = await this.#rows<{ seq: number; recordedAt: Micros }>(journal.READ_TIMES, [
      plainArray([...seqs]),
    ])
    return new Map(rows.map(({ seq, recordedAt }) => [seq, recordedAt]))
  }

  events(afterId: string | null): AsyncIterable<readonly EventRow[]> {
    return this.#snapshot.pages(journal.READ_EVENTS, [this.bookId, afterId ?? FIRST_ID])
  }

  checkpoints(): AsyncIterable<Checkpoint> {
    return this.#stream(journal.READ_CHECKPOINTS)
  }

  async batchAt(time: Micros): Promise<number | null> {
    if (!Number.isSafeInteger(time)) return null
    const [row] = await this.#rows<{ seq: number }>(journal.BATCH_AT, [isoOf(time)])
    return row?.seq ?? null
  }

  async countEntries(afterId: string | null): Promise<number> {
    const [row] = await this.#rows<{ count: number }>(journal.COUNT_ENTRIES, [afterId ?? FIRST_ID])
    return row?.count ?? 0
  }

  orphanEntries(): AsyncIterable<StepRow> {
    return this.#stream(journal.READ_ORPHANS)
  }

  oddBalances(): AsyncIterable<OddBalance> {
    return this.#stream(balances.READ_ODD_BALANCES)
  }

  async standings(places: readonly Place[]): Promise<readonly Standing[]> {
    const rows = await this.#rows<StandingRow>(balances.READ_STANDINGS, [
      plainArray(places.map((place) => place.balanceId)),
      plainArray(places.map((place) => place.version)),
    ])
    return rows.map(
      ({ posted_debits, posted_credits, pending_debits, pending_credits, ...row }) => ({
        ...row,
        postedDebits: posted_debits,
        postedCredits: posted_credits,
        pendingDebits: pending_debits,
        pendingCredits: pending_credits,
      }),
    )
  }

  steps(balanceId: string): AsyncIterable<StepRow> {
    return this.#stream(balances.READ_STEPS, [balanceId])
  }

  async balances(
    ids: readonly string[],
  ): Promise<
    ReadonlyMap<string, { readonly assetCode: string; readonly principalId: string | null }>
  > {
    const rows = await this.#rows<{ id: string; assetCode: string; principalId: string | null }>(
      balances.READ_TERMS,
      [plainArray(ids)],
    )
    return new Map(rows.map((row) => [row.id, row]))
  }

  assetSums(): Promise<readonly AssetSums[]> {
    return this.#rows<AssetSums>(balances.READ_ASSET_SUMS)
  }

  holds(): AsyncIterable<HoldRow> {
    return this.#stream(references.READ_ODD_HOLDS)
  }

  oddValueDates(): AsyncIterable<OddValueDate> {
    return this.#stream(READ_ODD_VALUE_DATES)
  }

  oddValueDatedEntries(): AsyncIterable<OddValueDatedEntry> {
    return this.#stream(READ_ODD_VALUE_DATED_ENTRIES)
  }

  oddLots(): AsyncIterable<OddLot> {
    return this.#stream(READ_ODD_LOTS)
  }

  dangling(): AsyncIterable<Dangling> {
    return this.#stream(references.READ_DANGLING)
  }

  brokenStories(): AsyncIterable<BrokenStory> {
    return this.#stream(directory.READ_BROKEN_STORIES)
  }

  async *toldRows(entity: string): AsyncIterable<ToldRow> {
    const text = directory.toldRowsText(viewOf(entity))
    for await (const row of this.#stream<ToldRowRow>(text, [entity])) {
      const { eventId, eventAfter, ...columns } = row
      yield {
        id: row.id,
        row: columns as JsonObject,
        event: eventId === null ? null : { id: eventId, after: eventAfter },
      }
    }
  }

  missingRows(entity: string): AsyncIterable<{ readonly id: string; readonly eventId: string }> {
    return this.#stream(directory.missingRowsText(viewOf(entity)), [entity])
  }

  async neighbours(event: EventRow): Promise<Neighbours> {
    type Told = Pick<Neighbours, 'previousAfter' | 'nextBefore'>
    const [told] = await this.#rows<Told>(directory.READ_NEIGHBOURS, [event.subjectId, event.id])
    const view = Object.entries(directoryViews).find(([entity]) => entity === event.entity)?.[1]
    const row =
      view === undefined
        ? null
        : (await this.#rows<Row>(directory.rowText(view), [event.subjectId]))[0]
    return {
      previousAfter: told?.previousAfter ?? null,
      nextBefore: told?.nextBefore ?? null,
      row: (row ?? null) as JsonObject | null,
    }
  }

  #rows<R extends Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.#snapshot.rows<R>(text, [this.bookId, ...values])
  }

  #stream<R extends Row>(text: string, values: readonly unknown[] = []): AsyncIterable<R> {
    return this.#snapshot.stream<R>(text, [this.bookId, ...values])
  }
}

function viewOf(entity: string): View {
  const view = Object.entries(directoryViews).find(([name]) => name === entity)?.[1]
  if (view === undefined) throw new Error(`There is no kind of row called ${entity}`)
  return view
}

type ToldRowRow = Row & {
  readonly id: string
  readonly eventId: string | null
  readonly eventAfter: JsonObject | null
}

type StandingRow = Omit<Standing, keyof EntrySums> & {
  readonly posted_debits: string
  readonly posted_credits: string
  readonly pending_debits: string
  readonly pending_credits: string
}
