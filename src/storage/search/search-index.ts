import { assert, type Micros } from '../../ledger/index.ts'
import type { Followed, Reindexing, SearchIndex } from '../../search/port.ts'
import type { Connections, Querier, Row } from '../connection.ts'
import { plainArray } from '../types.ts'
import { type DocumentCollection, indexDocuments } from './documents.ts'
import { INDEX_TRANSACTIONS } from './transactions.ts'

/** Before every id. */
export const BEGINNING = '00000000-0000-0000-0000-000000000000'

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

export type FactRow = {
  readonly id: string
  readonly entity: string | null
  readonly subject_id: string
}

/** What facts have touched. */
export type Touched = {
  /** Recorded, or amended. */
  readonly transactions: readonly string[]
  readonly amended: readonly string[]
  readonly accounts: readonly string[]
  readonly documents: Readonly<Record<DocumentCollection, readonly string[]>>
}

const ENTITIES: Readonly<Record<string, DocumentCollection>> = {
  ledger: 'ledgers',
  balance: 'balances',
  identity: 'identities',
  reconciliation: 'reconciliations',
}

export function touchedBy(facts: readonly FactRow[]): Touched {
  const subjects = (entity: string | null) => [
    ...new Set(facts.filter((fact) => fact.entity === entity).map((fact) => fact.subject_id)),
  ]
  const documents = { ledgers: [], balances: [], identities: [], reconciliations: [] } as Record<
    DocumentCollection,
    string[]
  >
  for (const [entity, collection] of Object.entries(ENTITIES))
    documents[collection] = subjects(entity)
  return {
    transactions: subjects(null),
    amended: subjects('amendment'),
    accounts: subjects('account'),
    documents,
  }
}

/** Balances whose sums or whose accounts were changed. By the keys of entries and of balances. */
export async function balancesTouched(
  querier: Querier,
  bookId: number,
  { transactions, accounts, documents }: Touched,
): Promise<readonly string[]> {
  const rows = await querier.query<{ id: string }>(
    'balances touched',
    `select e.balance_id as id from unnest($2::uuid[]) as u (id)
       cross join lateral (select x.balance_id from entries x
         where x.book_id = $1 and x.transaction_id = u.id offset 0) e
     union
     select b.id from unnest($3::uuid[]) as u (id)
       cross join lateral (select x.id from balances x
         where x.book_id = $1 and x.account_id = u.id and x.deleted_at is null offset 0) b`,
    [bookId, plainArray(transactions), plainArray(accounts)],
  )
  return [...new Set([...documents.balances, ...rows.map((row) => row.id)])]
}

/** The words of what was just indexed that may be mistyped: those without digits. */
const KEEP_WORDS = `
insert into search_words (book_id, collection, word)
select distinct $1::bigint, $2::text, split_part(l.lexeme, ':', 2)
  from WHICH x cross join lateral unnest(tsvector_to_array(x.words)) as l (lexeme)
 where x.book_id = $1 and x.id = any ($3::uuid[]) and split_part(l.lexeme, ':', 2) ~ '^[^[:digit:]]{4,40}$'
on conflict do nothing`

/** Keeps the search tables behind the books. */
export class PostgresSearchIndex implements SearchIndex {
  readonly #connections: Connections
  /** The ledger whose assets a whole book shares. */
  readonly #sharedLedgerId: string

  constructor(connections: Connections, sharedLedgerId: string) {
    this.#connections = connections
    this.#sharedLedgerId = sharedLedgerId
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
      if (last !== undefined) await this.#take(querier, bookId, facts, last.id)
      const complete = facts.length < limit
      if (complete) await querier.query('reindexed', REINDEXED, [bookId])
      return { complete, position: last?.id ?? position }
    })
  }

  async #take(
    querier: Querier,
    bookId: number,
    facts: readonly FactRow[],
    last: string,
  ): Promise<void> {
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
    await querier.query(
      'search position',
      'update search_positions set position = $2::uuid where book_id = $1',
      [bookId, last],
    )
    await querier.query(
      'reindexing progress',
      `update search_reindexings set processed = least(processed + $2, total)
        where book_id = $1 and status = 'in_progress'`,
      [bookId, facts.length],
    )
  }

  async #index(
    querier: Querier,
    bookId: number,
    collection: DocumentCollection,
    ids: string,
  ): Promise<void> {
    await querier.query(`index ${collection}`, indexDocuments(collection), [
      bookId,
      this.#sharedLedgerId,
      ids,
    ])
    await keepWords(querier, bookId, collection, ids)
  }

  reindex(bookId: number): Promise<Reindexing | null> {
    return this.#connections.transaction(async (querier) => {
      // Waits for whoever is moving the index.
      await firstPosition(querier, bookId)
      await querier.query('', 'select from search_positions where book_id = $1 for update', [
        bookId,
      ])
      const begun = await querier.query('begin reindexing', BEGIN_REINDEXING, [bookId])
      if (begun.length === 0) return null
      await querier.query(
        'search from the beginning',
        'update search_positions set position = $2::uuid where book_id = $1',
        [bookId, BEGINNING],
      )
      return readReindexing(querier, bookId)
    })
  }

  reindexing(bookId: number): Promise<Reindexing | null> {
    return readReindexing(this.#connections, bookId)
  }
}

/** What is there stays and can be searched; every row is written again as it is now. */
const BEGIN_REINDEXING = `
insert into search_reindexings as r (book_id, status, total, processed, started_at)
select $1, 'in_progress',
       (select count(*) from transactions where book_id = $1) + (select count(*) from events where book_id = $1),
       0, now()
on conflict (book_id) do update
   set status = 'in_progress', total = excluded.total, processed = 0, failure = null,
       started_at = excluded.started_at, completed_at = null
 where r.status <> 'in_progress'
returning 1`

const REINDEXED = `
update search_reindexings set status = 'completed', processed = total, completed_at = now()
 where book_id = $1 and status = 'in_progress'`

type ReindexingRow = Row & {
  readonly status: Reindexing['status']
  readonly total: number
  readonly processed: number
  readonly failure: string | null
  readonly started_at: Micros
  readonly completed_at: Micros | null
}

async function readReindexing(querier: Querier, bookId: number): Promise<Reindexing | null> {
  const [row] = await querier.query<ReindexingRow>(
    'reindexing',
    `select status, total, processed, failure, started_at, completed_at from search_reindexings where book_id = $1`,
    [bookId],
  )
  if (row === undefined) return null
  const { started_at: startedAt, completed_at: completedAt, ...rest } = row
  return { ...rest, startedAt, completedAt }
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

/** Where the index stands; null when somebody else is moving it. */
async function lockPosition(querier: Querier, bookId: number): Promise<string | null> {
  await firstPosition(querier, bookId)
  const [row] = await querier.query<{ position: string }>(
    'lock search position',
    'select position from search_positions where book_id = $1 for update skip locked',
    [bookId],
  )
  assert(row === undefined || row.position.length === BEGINNING.length, 'positions are ids')
  return row?.position ?? null
}
