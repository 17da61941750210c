import type { ListQuery } from '../../reports/index.ts'
import type {
  Collection,
  FacetCounts,
  Findings,
  Group,
  Listed,
  Search,
  SearchStore,
} from '../../search/port.ts'
import type { Connections, Row } from '../connection.ts'
import { plainArray } from '../types.ts'
import { columnOf, filterSql, textQueries } from './conditions.ts'
import { indexedCount, indexedList } from './lists.ts'
import { type Sources, sourcesOf } from './sources.ts'
import { Tail, type TailOf } from './tail.ts'

/** Documents that are counted, put together in groups, and that facets are made from: the latest. */
const COUNTED_MAX = 100_000

/** Documents, the latest first, of which the best matching are told first. */
const RANKED_MAX = 1_000

const WORDS_LIKE_MAX = 200

/** Parameters that are there whatever is asked for. */
const LEADING = 3

/** What a list is in the order of: SQL and a direction. */
type Order = readonly (readonly [sql: string, direction: 'asc' | 'desc'])[]

type Asked = {
  readonly sources: Sources
  readonly where: string
  /** What is true of all documents. */
  readonly every: string
  readonly values: unknown[]
  /** The latest first. */
  readonly latest: Order
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
    const [page, counted, outOf, facets] = await Promise.all([
      this.#hits(asked, search),
      this.#count(asked),
      this.#outOf(asked, collection),
      Promise.all(search.facets.map((field) => this.#facet(asked, search, field))),
    ])
    const cutOff = counted > COUNTED_MAX
    const found = cutOff ? COUNTED_MAX : counted
    return { ...page, found, cutOff, outOf: Math.max(outOf, found), facets }
  }

  async #hits(
    asked: Asked,
    search: Search,
  ): Promise<Pick<Findings, 'ids' | 'groups' | 'groupsFound'>> {
    if (search.grouping !== null) return this.#groups(asked, search, search.grouping)
    return { ids: await this.#page(asked, search), groups: [], groupsFound: 0 }
  }

  async list(
    bookId: number,
    collection: Listed,
    query: ListQuery,
  ): Promise<readonly string[] | null> {
    const leading = await this.#leading(bookId, collection)
    if (leading === null) return null
    const { text, values } = indexedList(collection, leading, query)
    return this.#ids(text, values)
  }

  async count(bookId: number, collection: Listed, query: ListQuery): Promise<number | null> {
    const leading = await this.#leading(bookId, collection)
    if (leading === null) return null
    const { text, values } = indexedCount(collection, leading, query)
    const [row] = await this.#connections.query<{ count: number }>('', text, values)
    return row?.count ?? 0
  }

  async #leading(bookId: number, collection: Listed): Promise<readonly unknown[] | null> {
    const tail = await this.#tail.of(bookId)
    return tail.isWhole ? this.#parameters(bookId, collection, tail) : null
  }

  /** What every statement about a collection begins with. */
  #parameters(bookId: number, collection: Collection, tail: TailOf): unknown[] {
    return collection === 'transactions'
      ? [bookId, tail.position, plainArray(tail.amended)]
      : [bookId, this.#sharedLedgerId, plainArray(tail.documents[collection])]
  }

  async #asked(bookId: number, { collection, filter, text }: Search): Promise<Asked> {
    const tail = await this.#tail.of(bookId)
    const isOfTransactions = collection === 'transactions'
    const values = this.#parameters(bookId, collection, tail)
    const conditions = [filterSql(collection, filter, values)]
    if (text !== null) {
      values.push(textQueries(collection, text).any)
      conditions.push(`d.words @@ $${values.length}::tsquery`)
    }
    // The index of documents has no use for the second parameter, but its type must be known.
    const every = isOfTransactions ? 'true' : '$2::uuid is not null'
    return {
      sources: sourcesOf(collection),
      where: [every, ...conditions].join(' and '),
      every,
      values,
      latest: isOfTransactions
        ? [['d.id', 'desc']]
        : [
            ['d.created_at', 'desc'],
            ['d.id', 'desc'],
          ],
    }
  }

  /** The best matching of the latest come first; behind them, and where it is sorted otherwise, order is all that counts. */
  async #page(asked: Asked, search: Search): Promise<readonly string[]> {
    const { text, sort, limit, offset } = search
    const order = orderOf(asked, search)
    if (text === null || sort.some(({ field }) => field !== null) || offset >= RANKED_MAX)
      return this.#ordered(asked, order, limit, offset)
    const ranked = Math.min(limit, RANKED_MAX - offset)
    const best = await this.#ranked(asked, search, ranked, offset)
    if (best.length < ranked || ranked === limit) return best
    return [...best, ...(await this.#ordered(asked, order, limit - ranked, RANKED_MAX))]
  }

  #ordered(asked: Asked, order: Order, limit: number, offset: number): Promise<readonly string[]> {
    if (limit === 0) return Promise.resolve([])
    const [first, most, skipped] = [1, 2, 3].map((nth) => asked.values.length + nth)
    return this.#ids(
      `select id from (${firstOf(asked, order, `$${first}`, 'd.id')}) x
        order by ${keysOf(order)} limit $${most} offset $${skipped}`,
      [...asked.values, limit + offset, limit, offset],
    )
  }

  #ranked(
    asked: Asked,
    { collection, text }: Search,
    limit: number,
    offset: number,
  ): Promise<readonly string[]> {
    if (text === null || limit === 0) return Promise.resolve([])
    const { latest, values } = asked
    const [whole, most, skipped] = [1, 2, 3].map((nth) => values.length + nth)
    const columns = `d.id, d.words @@ $${whole}::tsquery as whole`
    return this.#ids(
      `select id from (
         select id, whole, row_number() over (order by ${keysOf(latest)}) as nth
           from (${firstOf(asked, latest, String(RANKED_MAX), columns)}) x
          order by ${keysOf(latest)} limit ${RANKED_MAX}) y
        order by whole desc, nth limit $${most} offset $${skipped}`,
      [...values, textQueries(collection, text).whole, limit, offset],
    )
  }

  async #groups(
    asked: Asked,
    search: Search,
    grouping: NonNullable<Search['grouping']>,
  ): Promise<Pick<Findings, 'ids' | 'groups' | 'groupsFound'>> {
    const { values } = asked
    const order = orderOf(asked, search)
    const key = grouping.fields.map((field) => `(${columnOf(search.collection, field)[0]})::text`)
    const columns = `d.id, array[${key.join(', ')}] as key`
    const [each, most, skipped] = [1, 2, 3].map((nth) => values.length + nth)
    const rows = await this.#connections.query<Group & Row & { readonly groups: number }>(
      '',
      `select key, (array_agg(id order by nth))[1:$${each}::int] as ids, count(*) as found, count(*) over () as groups
         from (select key, id, row_number() over (order by ${keysOf(order)}) as nth
                 from (${firstOf(asked, order, String(COUNTED_MAX), columns)}) x) y
        group by key order by min(nth) limit $${most} offset $${skipped}`,
      [...values, grouping.limit, search.limit, search.offset],
    )
    return {
      ids: rows.flatMap(({ ids }) => ids),
      groups: rows.map(({ key: of, ids, found }) => ({ key: of, ids, found })),
      groupsFound: rows[0]?.groups ?? 0,
    }
  }

  async #ids(text: string, values: readonly unknown[]): Promise<readonly string[]> {
    const rows = await this.#connections.query<{ id: string }>('', text, values)
    return rows.map((row) => row.id)
  }

  async #count({ sources, where, values }: Asked): Promise<number> {
    const [row] = await this.#connections.query<{ count: number }>(
      '',
      `select ${countSql(sources, where)} as count`,
      values,
    )
    return row?.count ?? 0
  }

  async #facet(asked: Asked, search: Search, field: string): Promise<FacetCounts> {
    const { latest, values } = asked
    const [column] = columnOf(search.collection, field)
    const rows = await this.#connections.query<{ value: string; count: number; different: number }>(
      '',
      `select value, count(*) as count, count(*) over () as different
         from (${firstOf(asked, latest, String(COUNTED_MAX), `(${column})::text as value`)}) x
        where value is not null
        group by value order by count(*) desc, value limit $${values.length + 1}`,
      [...values, search.facetValuesMax],
    )
    const counts = rows.map(({ value, count }) => ({ value, count }))
    return { field, counts, different: rows[0]?.different ?? 0 }
  }

  /** Exact as long as they can be counted quickly; beyond that what the database believes. */
  async #outOf({ sources, every, values }: Asked, collection: Collection): Promise<number> {
    const table = collection === 'transactions' ? 'search_transactions' : 'search_documents'
    const [row] = await this.#connections.query<{ count: number; believed: number }>(
      '',
      `select ${countSql(sources, every)} as count,
              (select reltuples::bigint from pg_class where oid = '${table}'::regclass) as believed`,
      values.slice(0, LEADING),
    )
    const { count = 0, believed = 0 } = row ?? {}
    return count > COUNTED_MAX ? Math.max(believed, count) : count
  }

  async wordsIn(text: string): Promise<readonly string[]> {
    const rows = await this.#connections.query<{ word: string }>(
      'words in',
      'select word from words_in($1) order by nth',
      [text],
    )
    return rows.map((row) => row.word)
  }

  async wordsLike(
    bookId: number,
    collection: Collection,
    word: string,
  ): Promise<readonly string[]> {
    const rows = await this.#connections.query<{ word: string }>(
      'words like',
      `select word from search_words
        where book_id = $1 and collection = $2 and word % $3 and abs(length(word) - length($3)) <= 2
        order by similarity(word, $3) desc, word limit ${WORDS_LIKE_MAX}`,
      [bookId, collection, word],
    )
    return rows.map((row) => row.word)
  }
}

/** What the index has, in order and no further than needed, and all that is beyond it. */
function firstOf({ sources, where }: Asked, order: Order, limit: string, columns: string): string {
  const keys = order.map(([sql], nth) => `${sql} as key${nth}`)
  const selected = `select ${[columns, ...keys].join(', ')}`
  const by = order.map(([sql, direction]) => `${sql} ${direction}`).join(', ')
  return `(${selected} from ${sources.indexed} where ${where} order by ${by} limit ${limit})
    union all (${selected} from ${sources.beyond} where ${where})`
}

function keysOf(order: Order): string {
  return order.map(([, direction], nth) => `key${nth} ${direction}`).join(', ')
}

function countSql({ indexed, beyond }: Sources, where: string): string {
  return `(select count(*) from (select 1 from ${indexed} where ${where} limit ${COUNTED_MAX + 1}) x)
    + (select count(*) from ${beyond} where ${where})`
}

/** What is equal otherwise is in the order of its ids, in the same direction, as the indexes are. */
function orderOf({ latest }: Asked, { collection, sort }: Search): Order {
  const fields = sort.flatMap(({ field, order }) => (field === null ? [] : [{ field, order }]))
  const [first] = fields
  if (first === undefined) return latest
  return [
    ...fields.map(({ field, order }) => [sortedBy(collection, field), order] as const),
    ['d.id', first.order],
  ]
}

function sortedBy(collection: Collection, field: string): string {
  if (field !== 'created_at') return columnOf(collection, field)[0]
  // Transactions are recorded in the order of their ids.
  return collection === 'transactions' ? 'd.id' : 'd.created_at'
}
