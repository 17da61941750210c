/** Facts of a book's log, and what of the search index they touch. */
import type { Querier } from '../connection.ts'
import { plainArray } from '../types.ts'
import type { DocumentCollection } from './documents.ts'

/** Before every id. */
export const BEGINNING = '00000000-0000-0000-0000-000000000000'

/**
 * The next facts of the log, in the order of their ids. What is committed later has greater ids, so nothing up to the last
 * one can be missing.
 */
export const NEXT_FACTS = `
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
