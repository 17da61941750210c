import { assert } from '../ledger/index.ts'
import type { Followed, SearchIndex } from '../search/port.ts'
import type { Connections, Querier } from './connection.ts'
import { INDEX_TRANSACTIONS } from './statements/index-transactions.ts'
import { plainArray } from './types.ts'

/** Before every id. */
const BEGINNING = '00000000-0000-0000-0000-000000000000'

/**
 * The next facts of the log, in the order of their ids. What is committed later has greater ids, so nothing up to the last
 * one can be missing.
 */
const NEXT_FACTS = `
select id, entity, subject_id from (
  (select id, null as entity, id as subject_id from transactions
    where book_id = $1 and id > $2::uuid order by id limit $3::int)
  union all
  (select id, entity, subject_id from events
    where book_id = $1 and id > $2::uuid order by id limit $3::int)
) x order by id limit $3::int`

type FactRow = { readonly id: string; readonly entity: string | null; readonly subject_id: string }

/** Keeps the search tables behind the books. */
export class PostgresSearchIndex implements SearchIndex {
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  follow(bookId: number, limit: number): Promise<Followed> {
    return this.#connections.transaction(async (querier) => {
      const position = await lockPosition(querier, bookId)
      if (position === null) return { complete: false, position: null }
      const facts = await querier.query<FactRow>('next facts', NEXT_FACTS, [
        bookId,
        position,
        limit,
      ])
      const last = facts.at(-1)
      if (last === undefined) return { complete: true, position }
      const transactions = facts.filter(({ entity }) => entity === null).map(({ id }) => id)
      const amended = facts
        .filter(({ entity }) => entity === 'amendment')
        .map((fact) => fact.subject_id)
      await querier.query('index transactions', INDEX_TRANSACTIONS, [
        bookId,
        plainArray([...new Set([...transactions, ...amended])]),
      ])
      await querier.query(
        'search position',
        `update search_positions set position = $2::uuid, transactions = transactions + $3 where book_id = $1`,
        [bookId, last.id, transactions.length],
      )
      return { complete: facts.length < limit, position: last.id }
    })
  }
}

/** Where the index stands; null when somebody else is moving it. */
async function lockPosition(querier: Querier, bookId: number): Promise<string | null> {
  await querier.query(
    'first search position',
    `insert into search_positions (book_id, position, transactions) values ($1, $2::uuid, 0)
     on conflict (book_id) do nothing`,
    [bookId, BEGINNING],
  )
  const [row] = await querier.query<{ position: string }>(
    'lock search position',
    'select position from search_positions where book_id = $1 for update skip locked',
    [bookId],
  )
  assert(row === undefined || row.position.length === BEGINNING.length, 'positions are ids')
  return row?.position ?? null
}
