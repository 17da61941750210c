import { randomInt } from 'node:crypto'
import type {
  DirectoryReader,
  DirectoryStore,
  MetadataIndexStore,
  SettingsUnderway,
} from '../directory/port.ts'
import type { Rows } from '../directory/rows.ts'
import { Conflict } from '../engine/port.ts'
import { assert, GENESIS, isoOf, type Micros, type Sums } from '../ledger/index.ts'
import type { ListQuery } from '../reports/index.ts'
import type { Connections, Querier, Row } from './connection.ts'
import { countStatement, listStatement } from './list-statement.ts'
import { metadataIndexStore } from './metadata-index-store.ts'
import { settingsUnderwayStore } from './settings-underway-store.ts'
import { type SumsRow, sumsOf } from './statements/read-state.ts'
import { plainArray } from './types.ts'
import { textById, type View } from './view.ts'
import { directoryViews } from './views.ts'

/** Reads the tables of the directory, through whatever connection it is given. */
export class DirectoryTables implements DirectoryReader {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async get<E extends keyof Rows>(entity: E, bookId: number, id: string): Promise<Rows[E] | null> {
    const [row] = await this.getAll(entity, bookId, [id])
    return row ?? null
  }

  async getAll<E extends keyof Rows>(
    entity: E,
    bookId: number,
    ids: readonly string[],
  ): Promise<readonly Rows[E][]> {
    const view = directoryViews[entity]
    const rows = await this.#querier.query<Row>(`get ${entity}`, textById(view, 2), [
      bookId,
      plainArray(ids),
    ])
    return rows.map((row) => rowOf(view, row) as unknown as Rows[E])
  }

  async list<E extends keyof Rows>(
    entity: E,
    bookId: number,
    query: ListQuery,
  ): Promise<readonly Rows[E][]> {
    const view = directoryViews[entity]
    const { text, values } = listStatement(view, [bookId], query)
    const rows = await this.#querier.query<Row>('', text, values)
    return rows.map((row) => rowOf(view, row) as unknown as Rows[E])
  }

  async count<E extends keyof Rows>(entity: E, bookId: number, query: ListQuery): Promise<number> {
    const { text, values } = countStatement(directoryViews[entity], [bookId], query)
    const [row] = await this.#querier.query<{ count: number }>('', text, values)
    return row?.count ?? 0
  }

  async isEmpty(bookId: number, balanceIds: readonly string[]): Promise<boolean> {
    const [row] = await this.#querier.query<{ empty: boolean }>(
      'empty balances',
      `select not exists (
         select from balance_sums
          where book_id = $1 and id = any ($2::uuid[])
            and (posted_debits <> posted_credits or pending_debits <> 0 or pending_credits <> 0)) as empty`,
      [bookId, plainArray(balanceIds)],
    )
    return row?.empty ?? true
  }

  async sumsOf(bookId: number, balanceId: string): Promise<Sums> {
    const [row] = await this.#querier.query<SumsRow>(
      'sums of a balance',
      `select posted_debits, posted_credits, pending_debits, pending_credits
         from balance_sums where book_id = $1 and id = $2`,
      [bookId, balanceId],
    )
    assert(row !== undefined, 'a balance has its sums')
    return sumsOf(row)
  }
}

/** Times as text, everything else as it comes. */
function rowOf(view: View, row: Row): Row {
  for (const name of timesOf(view)) {
    const time = row[name] as Micros | null
    row[name] = time === null ? null : isoOf(time)
  }
  return row
}

const times = new WeakMap<View['columns'], readonly string[]>()

function timesOf({ columns }: View): readonly string[] {
  let names = times.get(columns)
  if (names === undefined) {
    names = Object.keys(columns).filter((name) => columns[name]?.kind === 'time')
    times.set(columns, names)
  }
  return names
}

/** Books get ids of 53 bits: the time in milliseconds, and chance. */
const CHANCE_BITS = 12
const BOOK_EPOCH = Date.UTC(2025, 0, 1)

/** When a book was made, which its id tells. */
export function bookMadeAt(bookId: number): Micros {
  return (Math.floor(bookId / 2 ** CHANCE_BITS) + BOOK_EPOCH) * 1000
}

export class PostgresDirectoryStore extends DirectoryTables implements DirectoryStore {
  readonly metadataIndexes: MetadataIndexStore
  readonly settingsUnderway: SettingsUnderway
  readonly #connections: Connections

  constructor(connections: Connections) {
    super(connections)
    this.#connections = connections
    this.metadataIndexes = metadataIndexStore(connections)
    this.settingsUnderway = settingsUnderwayStore(connections)
  }

  async bookOf(organizationId: string): Promise<number | null> {
    const [row] = await this.#connections.query<{ book_id: number }>(
      'book of organization',
      'select book_id from organizations where id = $1 and deleted_at is null',
      [organizationId],
    )
    return row?.book_id ?? null
  }

  async organizations(query: ListQuery): Promise<readonly Rows['organization'][]> {
    const view = acrossBooks(directoryViews.organization)
    const { text, values } = listStatement(view, [0], query)
    const rows = await this.#connections.query<Row>('', text, values)
    return rows.map((row) => rowOf(view, row) as unknown as Rows['organization'])
  }

  async countOrganizations(query: ListQuery): Promise<number> {
    const { text, values } = countStatement(acrossBooks(directoryViews.organization), [0], query)
    const [row] = await this.#connections.query<{ count: number }>('', text, values)
    return row?.count ?? 0
  }

  async createBook(): Promise<number> {
    for (;;) {
      const now = Date.now()
      const bookId = (now - BOOK_EPOCH) * 2 ** CHANCE_BITS + randomInt(2 ** CHANCE_BITS)
      try {
        await this.#connections.query(
          'create book',
          `insert into books (book_id, seq, head, recorded_at, created_at) values ($1, 0, $2, $3, $3)`,
          [bookId, GENESIS, isoOf(now * 1000)],
        )
        return bookId
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
      }
    }
  }

  async setting(name: string): Promise<unknown> {
    const [row] = await this.#connections.query<{ value: unknown }>(
      'setting',
      'select value from settings where name = $1',
      [name],
    )
    return row?.value
  }

  async keepSetting(name: string, value: unknown): Promise<unknown> {
    await this.#connections.query(
      'keep setting',
      'insert into settings (name, value) values ($1, $2::jsonb) on conflict (name) do nothing',
      [name, JSON.stringify(value)],
    )
    return this.setting(name)
  }
}

/** The same view without the bound to one book. */
function acrossBooks(view: View): View {
  const { found } = view
  return {
    ...view,
    bookSql: '0',
    ...(found === undefined ? {} : { found: { ...found, everyBook: true } }),
  }
}
