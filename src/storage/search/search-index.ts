import { assert } from '../../ledger/index.ts'
import type { Followed, Reindexing, SearchIndex } from '../../search/port.ts'
import type { Connections, Querier } from '../connection.ts'
import { plainArray, textArray } from '../types.ts'
import { codesOf, type DocumentCollection, indexDocuments } from './documents.ts'
import { BEGINNING, balancesTouched, type FactRow, NEXT_FACTS, touchedBy } from './facts.ts'
import {
  BEGIN_REINDEXING,
  COUNT_FACTS,
  END_REINDEXING,
  LOCK_REINDEXING,
  REINDEXED_TO,
  REINDEXING_FAILED,
  readReindexing,
} from './reindexing.ts'
import { INDEX_TRANSACTIONS } from './transactions.ts'

/** The words of what was just indexed that may be mistyped: those without digits. */
const KEEP_WORDS = `
insert into search_words (book_id, collection, word)
select distinct $1::bigint, $2::text, split_part(l.lexeme, ':', 2)
  from WHICH x cross join lateral unnest(tsvector_to_array(x.words)) as l (lexeme)
 where x.book_id = $1 and x.id = any ($3::uuid[]) and split_part(l.lexeme, ':', 2) ~ '^[^[:digit:]]{4,40}$'
on conflict do nothing`

/** The words of documents as they are in the index before they are written anew. */
const WORDS_BEFORE = `
select distinct split_part(l.lexeme, ':', 2) as word
  from search_documents x cross join lateral unnest(tsvector_to_array(x.words)) as l (lexeme)
 where x.book_id = $1 and x.collection = $2 and x.id = any ($3::uuid[])
   and split_part(l.lexeme, ':', 2) ~ '^[^[:digit:]]{4,40}$'`

/** Forgets words that no document has any more: somebody may have wanted them forgotten. */
function forgetWords(collection: DocumentCollection): string {
  const codes = `array[${codesOf(collection)
    .map((code) => `'${code}'`)
    .join(', ')}]`
  return `
delete from search_words w using unnest($3::text[]) as u (word)
 where w.book_id = $1 and w.collection = $2 and w.word = u.word
   and not exists (select from search_documents x where x.id = any ($4::uuid[]) and x.book_id = $1 and x.collection = $2
                      and x.words @@ query_of(${codes}, u.word, false) offset 0)
   and not exists (select from search_documents x where x.words @@ query_of(${codes}, u.word, false)
                      and x.book_id = $1 and x.collection = $2 offset 0)`
}

/** Keeps the search tables behind the books. */
export class PostgresSearchIndex implements SearchIndex {
  readonly #connections: Connections
  /** The ledger whose assets a whole book shares. */
  readonly #sharedLedgerId: string

  constructor(connections: Connections, sharedLedgerId: string) {
    this.#connections = connections
    this.#sharedLedgerId = sharedLedgerId
  }

  async begin(bookId: number): Promise<void> {
    await firstPosition(this.#connections, bookId)
  }

  async follow(bookId: number, limit: number): Promise<Followed> {
    const followed = await this.#connections.transaction((querier) =>
      this.#followLog(querier, bookId, limit),
    )
    if (!followed.complete) return { ...followed, reindexing: false }
    try {
      const reindexing = await this.#connections.transaction((querier) =>
        this.#makeAgain(querier, bookId, limit, followed.position),
      )
      return { ...followed, reindexing }
    } catch (error) {
      const name = error instanceof Error ? error.message : 'unknown'
      await this.#connections.query('reindexing failed', REINDEXING_FAILED, [bookId, name])
      throw error
    }
  }

  async #followLog(
    querier: Querier,
    bookId: number,
    limit: number,
  ): Promise<Omit<Followed, 'reindexing'>> {
    const position = await lockPosition(querier, bookId)
    if (position === null) return { complete: !(await isBegun(querier, bookId)), position: null }
    const facts = await nextFacts(querier, bookId, position, limit)
    const last = facts.at(-1)
    if (last !== undefined) {
      await this.#take(querier, bookId, facts)
      await querier.query(
        'search position',
        'update search_positions set position = $2::uuid where book_id = $1',
        [bookId, last.id],
      )
    }
    return { complete: facts.length < limit, position: last?.id ?? position }
  }

  /** Looks at the next facts again, where that was asked for; tells whether there are more. */
  async #makeAgain(
    querier: Querier,
    bookId: number,
    limit: number,
    followed: string | null,
  ): Promise<boolean> {
    // Whoever holds the position is the only one who writes to the index.
    if ((await lockPosition(querier, bookId)) === null) return false
    const [state] = await querier.query<{ position: string; isUncounted: boolean }>(
      'lock reindexing',
      LOCK_REINDEXING,
      [bookId],
    )
    if (state === undefined) return false
    if (state.isUncounted) await querier.query('count facts', COUNT_FACTS, [bookId])
    const facts = await nextFacts(querier, bookId, state.position, limit)
    await this.#take(querier, bookId, facts)
    const last = facts.at(-1)
    // What is beyond the position of the index is taken in as it was written.
    const more = last !== undefined && followed !== null && last.id < followed
    if (last !== undefined)
      await querier.query('reindexed to', REINDEXED_TO, [bookId, last.id, facts.length])
    if (!more) await querier.query('end reindexing', END_REINDEXING, [bookId])
    return more
  }

  async #take(querier: Querier, bookId: number, facts: readonly FactRow[]): Promise<void> {
    const touched = touchedBy(facts)
    const transactions = [...new Set([...touched.transactions, ...touched.amended])]
    if (transactions.length > 0) {
      const ids = plainArray(transactions)
      await querier.query('index transactions', INDEX_TRANSACTIONS, [bookId, ids])
      await keepWords(querier, bookId, 'transactions', ids)
    }
    const balances = await balancesTouched(querier, bookId, touched)
    const documents = { ...touched.documents, balances }
    for (const [collection, ids] of Object.entries(documents) as [DocumentCollection, string[]][])
      if (ids.length > 0) await this.#index(querier, bookId, collection, plainArray(ids))
  }

  async #index(
    querier: Querier,
    bookId: number,
    collection: DocumentCollection,
    ids: string,
  ): Promise<void> {
    const before = await querier.query<{ word: string }>('words before', WORDS_BEFORE, [
      bookId,
      collection,
      ids,
    ])
    await querier.query(`index ${collection}`, indexDocuments(collection), [
      bookId,
      this.#sharedLedgerId,
      ids,
    ])
    await keepWords(querier, bookId, collection, ids)
    const words = textArray(before.map(({ word }) => word))
    await querier.query(`forget ${collection}`, forgetWords(collection), [
      bookId,
      collection,
      words,
      ids,
    ])
  }

  async reindex(bookId: number): Promise<Reindexing | null> {
    await this.begin(bookId)
    const begun = await this.#connections.transaction((querier) =>
      querier.query('begin reindexing', BEGIN_REINDEXING, [bookId]),
    )
    return begun.length === 0 ? null : this.reindexing(bookId)
  }

  reindexing(bookId: number): Promise<Reindexing | null> {
    return readReindexing(this.#connections, bookId)
  }
}

function nextFacts(
  querier: Querier,
  bookId: number,
  position: string,
  limit: number,
): Promise<readonly FactRow[]> {
  return querier.query('next facts', NEXT_FACTS, [bookId, position, limit])
}

async function keepWords(
  querier: Querier,
  bookId: number,
  collection: DocumentCollection | 'transactions',
  ids: string,
): Promise<void> {
  const table =
    collection === 'transactions'
      ? 'search_transactions'
      : '(select * from search_documents where book_id = $1 and collection = $2)'
  const text = KEEP_WORDS.replace('WHICH', table)
  await querier.query(`words of ${collection}`, text, [bookId, collection, ids])
}

async function firstPosition(querier: Querier, bookId: number): Promise<void> {
  await querier.query(
    'first search position',
    `insert into search_positions (book_id, position) values ($1, $2::uuid) on conflict (book_id) do nothing`,
    [bookId, BEGINNING],
  )
}

async function isBegun(querier: Querier, bookId: number): Promise<boolean> {
  const rows = await querier.query(
    'has search position',
    'select from search_positions where book_id = $1',
    [bookId],
  )
  return rows.length > 0
}

/** Where the index stands; null when somebody else is moving it, or when nobody has asked for it yet. */
async function lockPosition(querier: Querier, bookId: number): Promise<string | null> {
  const [row] = await querier.query<{ position: string }>(
    'lock search position',
    'select position from search_positions where book_id = $1 for update skip locked',
    [bookId],
  )
  assert(row === undefined || row.position.length === BEGINNING.length, 'positions are ids')
  return row?.position ?? null
}
