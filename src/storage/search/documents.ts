/** Ledgers, balances, identities and reconciliations as the search index keeps them. */
import { assert } from '../../ledger/index.ts'
import { type Collection, METADATA_CODE } from '../../search/port.ts'
import { balanceView, directoryViews } from '../views.ts'
import { wordsSql } from './words.ts'

/** Collections that share one table. */
export type DocumentCollection = Exclude<Collection, 'transactions'>

type Source = {
  readonly from: string
  /** The book, and what is true of rows that live. */
  readonly where: string
  readonly id: string
  readonly createdAt: string
  /** Fields by their names. */
  readonly fields: Readonly<Record<string, string>>
  readonly words: readonly (readonly [string, string])[]
  readonly metadata: string
}

const { derived = {} } = balanceView

function derivedSql(name: string): string {
  const column = derived[name]
  assert(column !== undefined, 'balances have their units')
  return column.sql
}

/** $1 is the book, $2 the ledger whose assets the whole book shares. */
const SOURCES: Readonly<Record<DocumentCollection, Source>> = {
  ledgers: {
    from: directoryViews.ledger.from,
    where: 'ledgers.book_id = $1 and ledgers.deleted_at is null',
    id: 'ledgers.id',
    createdAt: 'ledgers.created_at',
    fields: { ledger_id: 'ledgers.id', name: 'ledgers.name' },
    words: [['n', 'ledgers.name']],
    metadata: 'ledgers.metadata',
  },
  balances: {
    from: balanceView.from,
    where: "b.book_id = $1 and b.deleted_at is null and b.key = 'default'",
    id: 'b.id',
    createdAt: 'b.created_at',
    fields: {
      balance_id: 'b.id',
      ledger_id: 'b.ledger_id',
      identity_id: 'a.identity_id',
      indicator: 'a.indicator',
      currency: 'b.asset_code',
      balance: derivedSql('postedUnits'),
      credit_balance: derivedSql('postedCreditUnits'),
      debit_balance: derivedSql('postedDebitUnits'),
      inflight_balance: derivedSql('pendingUnits'),
      inflight_credit_balance: derivedSql('pendingCreditUnits'),
      inflight_debit_balance: derivedSql('pendingDebitUnits'),
      version: 's.version + 1',
      track_fund_lineage: 'b.lineage is not null',
      allocation_strategy: "upper(coalesce(b.lineage, 'fifo'))",
    },
    words: [
      ['i', 'a.indicator'],
      ['c', 'b.asset_code'],
      ['a', "coalesce(b.lineage, 'fifo')"],
    ],
    metadata: 'a.metadata',
  },
  identities: {
    from: directoryViews.identity.from,
    where: 'identities.book_id = $1 and identities.deleted_at is null',
    id: 'identities.id',
    createdAt: 'identities.created_at',
    fields: {
      identity_id: 'identities.id',
      ...Object.fromEntries(
        [
          'identity_type',
          'organization_name',
          'category',
          'first_name',
          'last_name',
          'other_names',
          'gender',
          'email_address',
          'phone_number',
          'nationality',
          'street',
          'country',
          'state',
          'post_code',
          'city',
        ].map((name) => [name, `identities.${name}`]),
      ),
      dob: 'extract(epoch from identities.born_at)::bigint',
    },
    words: [
      ['t', 'identities.identity_type'],
      ['o', 'identities.organization_name'],
      ['k', 'identities.category'],
      ['f', 'identities.first_name'],
      ['l', 'identities.last_name'],
      ['x', 'identities.other_names'],
      ['g', 'identities.gender'],
      ['e', 'identities.email_address'],
      ['p', 'identities.phone_number'],
      ['y', 'identities.nationality'],
      ['s', 'identities.street'],
      ['c', 'identities.country'],
      ['w', 'identities.state'],
      ['z', 'identities.post_code'],
      ['v', 'identities.city'],
    ],
    metadata: 'identities.metadata',
  },
  reconciliations: {
    from: directoryViews.reconciliation.from,
    where: 'reconciliations.book_id = $1 and reconciliations.deleted_at is null',
    id: 'reconciliations.id',
    createdAt: 'reconciliations.created_at',
    fields: {
      reconciliation_id: 'reconciliations.id',
      upload_id: 'reconciliations.upload_id',
      status: 'reconciliations.status',
      strategy: 'reconciliations.strategy',
      matched_transactions: 'reconciliations.matched',
      unmatched_transactions: 'reconciliations.unmatched',
      is_dry_run: 'reconciliations.dry_run',
      started_at: 'extract(epoch from reconciliations.created_at)::bigint',
      completed_at: 'extract(epoch from reconciliations.completed_at)::bigint',
    },
    words: [
      ['s', 'reconciliations.status'],
      ['g', 'reconciliations.strategy'],
    ],
    metadata: 'reconciliations.metadata',
  },
}

/** What stands before words of a collection. */
export function codesOf(collection: DocumentCollection): readonly string[] {
  return [...SOURCES[collection].words.map(([code]) => code), METADATA_CODE]
}

/** Rows of a collection as they are now, by key. */
export function documentsOf(collection: DocumentCollection, ids: string): string {
  const source = SOURCES[collection]
  const fields = Object.entries(source.fields).map(([name, sql]) => `'${name}', ${sql}`)
  return `select $1::bigint as book_id, '${collection}'::text as collection, ${source.id} as id,
       ${source.createdAt} as created_at,
       jsonb_strip_nulls(jsonb_build_object('created_at', extract(epoch from ${source.createdAt})::bigint,
         ${fields.join(', ')}))
         || jsonb_build_object('meta_data', coalesce(${source.metadata}, '{}'::jsonb)) as fields,
       ${wordsSql(source.words, source.metadata)} as words
  from ${source.from}
 where ${source.where} and $2::uuid is not null and ${source.id} = any (array(${ids}))`
}

/** Writes rows of a collection as they are now, and takes out those that are no more. $3 are the rows. */
export function indexDocuments(collection: DocumentCollection): string {
  return `with now as (${documentsOf(collection, 'select unnest($3::uuid[])')}),
gone as (
  delete from search_documents x
   where x.book_id = $1 and x.collection = '${collection}' and x.id = any ($3::uuid[])
     and x.id not in (select id from now))
insert into search_documents (book_id, collection, id, created_at, fields, words)
select * from now
on conflict (book_id, collection, id) do update set fields = excluded.fields, words = excluded.words`
}

/** Documents that are in the index as they are now, and those that changed since ($3). */
export function documentSources(collection: DocumentCollection): {
  readonly indexed: string
  readonly beyond: string
} {
  return {
    indexed: `(
  select i.* from search_documents i
   where i.book_id = $1 and i.collection = '${collection}' and i.id <> all ($3::uuid[])
) d`,
    beyond: `(
  ${documentsOf(collection, 'select unnest($3::uuid[])')}
) d`,
  }
}
