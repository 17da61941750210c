import type {
  Collection,
  FacetCounts,
  Findings,
  Search,
  SearchStore,
  Sort,
} from '../../search/port.ts'
import type { Connections } from '../connection.ts'
import { plainArray } from '../types.ts'
import { columnOf, filterSql, textQueries } from './conditions.ts'
import { allDocuments } from './documents.ts'
import { Tail } from './tail.ts'
import { ALL_TRANSACTIONS } from './transactions.ts'

/** Documents that are counted, and that facets are made from. */
const COUNTED_MAX = 100_000

/** Documents, the latest first, of which the best matching are told first. */
const RANKED_MAX = 1_000

const WORDS_LIKE_MAX = 50

type Asked = {
  readonly from: string
  readonly where: string
  readonly values: unknown[]
  /** The latest first. */
  readonly latest: string
}

/** Searches the index, and beside it what has happened since the index was last moved. */
export class PostgresSearchStore implements SearchStore {
  readonly #connections: Connections
  readonly #sharedLedgerId: string
  readonly #tail: Tail

  constructor(connections: Connections, sharedLedgerId: string) {
    this.#connections = connections
    this.#sharedLedgerId = sharedLedgerId
    this.#tail = new Tail(connections)
  }

  async search(bookId: number, search: Search): Promise<Findings> {
    const { collection } = search
    const asked = await this.#asked(bookId, search)
    const [ids, counted, outOf, facets] = await Promise.all([
      search.limit === 0 ? [] : this.#page(asked, search),
      this.#count(asked),
      this.#outOf(bookId, collection),
      Promise.all(search.facets.map((field) => this.#facet(asked, search, field))),
    ])
    const cutOff = counted > COUNTED_MAX
    const found = cutOff ? COUNTED_MAX : counted
    return { ids, found, cutOff, outOf: Math.max(outOf, found), facets }
  }

  async #asked(bookId: number, { collection, filter, text }: Search): Promise<Asked> {
    const tail = await this.#tail.of(bookId)
    const isOfTransactions = collection === 'transactions'
    const values: unknown[] = isOfTransactions
      ? [bookId, tail.position, plainArray(tail.amended)]
      : [bookId, this.#sharedLedgerId, plainArray(tail.documents[collection])]
    const conditions = [filterSql(collection, filter, values)]
    if (text !== null) {
      values.push(textQueries(collection, text).any)
      conditions.push(`d.words @@ $${values.length}::tsquery`)
    }
    const bound = isOfTransactions ? '' : 'and $2::uuid is not null'
    return {
      from: isOfTransactions ? ALL_TRANSACTIONS : allDocuments(collection),
      where: `${conditions.join(' and ')} ${bound}`,
      values,
      latest: isOfTransactions ? 'd.id desc' : 'd.created_at desc, d.id desc',
    }
  }

  async #page(asked: Asked, search: Search): Promise<readonly string[]> {
    const { from, where, latest } = asked
    const values = [...asked.values]
    const { collection, text, sort, limit, offset } = search
    if (text !== null && sort.every(({ field }) => field === null)) {
      values.push(textQueries(collection, text).whole, limit, offset)
      const [whole, most, skipped] = [values.length - 2, values.length - 1, values.length]
      return this.#ids(
        `select id from (
           select d.id, d.words @@ $${whole}::tsquery as whole, row_number() over (order by ${latest}) as nth
             from ${from} where ${where} order by ${latest} limit ${RANKED_MAX}) x
          order by whole desc, nth limit $${most} offset $${skipped}`,
        values,
      )
    }
    const order = [...sort.flatMap((one) => orderSql(collection, one)), latest]
    values.push(limit, offset)
    return this.#ids(
      `select d.id from ${from} where ${where} order by ${order.join(', ')}
        limit $${values.length - 1} offset $${values.length}`,
      values,
    )
  }

  async #ids(text: string, values: readonly unknown[]): Promise<readonly string[]> {
    const rows = await this.#connections.query<{ id: string }>('', text, values)
    return rows.map((row) => row.id)
  }

  async #count({ from, where, values }: Asked): Promise<number> {
    const [row] = await this.#connections.query<{ count: number }>(
      '',
      `select count(*) as count from (select 1 from ${from} where ${where} limit ${COUNTED_MAX + 1}) x`,
      values,
    )
    return row?.count ?? 0
  }

  async #facet(asked: Asked, search: Search, field: string): Promise<FacetCounts> {
    const { from, where, values } = asked
    const [column] = columnOf(search.collection, field)
    const rows = await this.#connections.query<{ value: string; count: number; different: number }>(
      '',
      `select value, count(*) as count, count(*) over () as different
         from (select (${column})::text as value from ${from} where ${where} limit ${COUNTED_MAX}) x
        where value is not null
        group by value order by count(*) desc, value limit $${values.length + 1}`,
      [...values, search.facetValuesMax],
    )
    const counts = rows.map(({ value, count }) => ({ value, count }))
    return { field, counts, different: rows[0]?.different ?? 0 }
  }

  /** Exact as long as they can be counted quickly; beyond that what the database believes. */
  async #outOf(bookId: number, collection: Collection): Promise<number> {
    const isOfTransactions = collection === 'transactions'
    const table = isOfTransactions ? 'search_transactions' : 'search_documents'
    const [row] = await this.#connections.query<{ count: number; believed: number }>(
      '',
      `select (select count(*) from (select 1 from ${table} where book_id = $1
                ${isOfTransactions ? 'and $2::text is not null' : 'and collection = $2::text'}
                limit ${COUNTED_MAX + 1}) x) as count,
              (select reltuples::bigint from pg_class where oid = '${table}'::regclass) as believed`,
      [bookId, collection],
    )
    const { count = 0, believed = 0 } = row ?? {}
    return count > COUNTED_MAX ? Math.max(believed, count) : count
  }

  async wordsLike(
    bookId: number,
    collection: Collection,
    word: string,
  ): Promise<readonly string[]> {
    const rows = await this.#connections.query<{ word: string }>(
      'words like',
      `select word from search_words
        where book_id = $1 and collection = $2 and word % $3
        order by similarity(word, $3) desc, word limit ${WORDS_LIKE_MAX}`,
      [bookId, collection, word],
    )
    return rows.map((row) => row.word)
  }
}

function orderSql(collection: Collection, { field, order }: Sort): readonly string[] {
  if (field === null) return []
  // Rows are recorded in the order of their ids.
  if (collection === 'transactions' && field === 'created_at') return [`d.id ${order}`]
  if (field === 'created_at') return [`d.created_at ${order}`]
  return [`${columnOf(collection, field)[0]} ${order} nulls last`]
}
