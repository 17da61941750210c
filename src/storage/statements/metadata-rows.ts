/** What rows of the directory can be found by, kept as they change. */
import type { Change, EntityName } from '../../ledger/index.ts'
import { eachName, hashSql, isObject } from './metadata-values.ts'
import type { Statement } from './statement.ts'

/** What is listed by metadata. Identities are not: what they say of a person stays in one place. */
const LISTED: ReadonlySet<string> = new Set([
  'organization',
  'ledger',
  'asset',
  'asset_rate',
  'portfolio',
  'segment',
  'account_type',
  'account',
  'operation_route',
  'transaction_route',
])

type Told = {
  readonly entity: EntityName
  readonly id: string
  readonly book_id: unknown
  readonly metadata: unknown
}

/** What is to be forgotten and what is to be kept when rows of an entity change: the first and the last of each counts. */
export function metadataStatements(
  entity: EntityName,
  changes: readonly Change[],
): readonly Statement[] {
  if (entity === 'amendment') return amendedStatements(changes)
  if (!LISTED.has(entity)) return []
  const gone: Told[] = []
  const kept: Told[] = []
  for (const [id, all] of Map.groupBy(changes, (change) => change.id)) {
    const before = all[0]?.before ?? null
    const after = all.at(-1)?.after ?? {}
    const lives = (after['deletedAt'] ?? null) === null
    const told = (row: { readonly [name: string]: unknown }): Told => ({
      entity,
      id,
      book_id: row['bookId'],
      metadata: row['metadata'],
    })
    const isSame = JSON.stringify(before?.['metadata']) === JSON.stringify(after['metadata'])
    if (before !== null && lives && isSame) continue
    if (isObject(before?.['metadata'])) gone.push(told(before ?? {}))
    if (lives && isObject(after['metadata'])) kept.push(told(after))
  }
  return [
    ...(gone.length === 0 ? [] : [statement('forget metadata', FORGET, gone)]),
    ...(kept.length === 0 ? [] : [statement('keep metadata', KEEP, kept)]),
  ]
}

function statement(name: string, text: string, rows: readonly object[]): Statement {
  return { name, text, values: [JSON.stringify(rows)] }
}

const ROWS =
  'jsonb_to_recordset($1::jsonb) as r (book_id bigint, entity text, id uuid, metadata jsonb)'

const FORGET = `delete from metadata_values v
 using ${ROWS} ${eachName('r.metadata')}
 where v.book_id = r.book_id and v.entity = r.entity and v.key = m.key and v.value_hash = ${hashSql('m.value')}
   and v.id = r.id`

const KEEP = `insert into metadata_values (book_id, entity, key, value_hash, id)
select r.book_id, r.entity, m.key, ${hashSql('m.value')}, r.id
  from ${ROWS} ${eachName('r.metadata')}
on conflict do nothing`

/** Ids of transactions end with this; those of their entries with one more than the leg. */
const OF_TRANSACTION = '000'

/** What was written into transactions and entries later is found beside what was there at first. */
function amendedStatements(changes: readonly Change[]): readonly Statement[] {
  const told = changes
    .filter(({ after }) => isObject(after['metadata']))
    .map(({ id, after }) => ({ id, book_id: after['bookId'], metadata: after['metadata'] }))
  const transactions = told
    .filter(({ id }) => id.endsWith(OF_TRANSACTION))
    .map((one) => ({ ...one, entity: 'transaction' }))
  const entries = told
    .filter(({ id }) => !id.endsWith(OF_TRANSACTION))
    .map((one) => ({
      ...one,
      id: one.id.slice(0, -OF_TRANSACTION.length) + OF_TRANSACTION,
      leg: Number.parseInt(one.id.slice(-OF_TRANSACTION.length), 16) - 1,
    }))
  return [
    ...(transactions.length === 0 ? [] : [statement('keep metadata', KEEP, transactions)]),
    ...(entries.length === 0 ? [] : [statement('keep entry metadata', KEEP_OF_ENTRIES, entries)]),
  ]
}

const KEEP_OF_ENTRIES = `insert into entry_metadata (book_id, balance_id, key, value_hash, version)
select r.book_id, e.balance_id, m.key, ${hashSql('m.value')}, e.version
  from jsonb_to_recordset($1::jsonb) as r (book_id bigint, id uuid, leg int, metadata jsonb)
  cross join lateral (
    select x.balance_id, x.version from entries x
     where x.book_id = r.book_id and x.transaction_id = r.id and x.leg = r.leg offset 0) e
  ${eachName('r.metadata')}
on conflict do nothing`
