/** Lists of transactions, balances and identities through the search index: what they are filtered and sorted by there. */
import type { ListQuery } from '../../reports/index.ts'
import type { Listed } from '../../search/port.ts'
import { countStatement, listStatement } from '../list-statement.ts'
import { type Column, type ColumnKind, snakeCase, type View } from '../view.ts'
import { directoryViews } from '../views.ts'
import type { DocumentCollection } from './documents.ts'
import { sourcesOf } from './sources.ts'

type Columns = Readonly<Record<string, Column>>

function plain(of: Readonly<Record<string, readonly [ColumnKind, string]>>): Columns {
  return Object.fromEntries(Object.entries(of).map(([name, [kind, sql]]) => [name, { kind, sql }]))
}

/** A field of a document, as its indexes have it. */
function field(kind: 'text' | 'decimal', name: string): Column {
  const text = `(d.fields ->> '${name}')`
  return { kind, sql: kind === 'text' ? text : `${text}::numeric` }
}

/** A field that hardly anybody shares with another: equal ones are found through the inverted index. */
function rareField(name: string): Column {
  return {
    ...field('text', name),
    containedSql: (value) => `d.fields @> jsonb_build_object('${name}', ${value})`,
  }
}

/** A view without its rows. */
type Shape = Omit<View, 'from'>

const transactions: Shape = {
  name: 'indexed transactions',
  bookSql: 'd.book_id',
  idSql: 'd.id',
  metadataSql: 'd.metadata',
  metadataContainedSql: (value) => `d.metadata @> ${value}`,
  aliveSql: null,
  columns: plain({ id: ['uuid', 'd.id'] }),
  derived: {
    ...plain({
      kind: ['text', 'd.kind'],
      status: ['text', 'd.status'],
      statusOrder: ['integer', 'd.status_order'],
      statedAsset: ['text', 'd.currency'],
      statedAmount: ['decimal', 'd.amount'],
      precision: ['decimal', 'd.precision'],
      recordedAt: ['time', 'd.recorded_at'],
      valueAt: ['time', 'd.value_at'],
      parentId: ['uuid', 'd.parent_id'],
      requestId: ['uuid', 'd.request_id'],
      sourceId: ['uuid', 'd.source_id'],
      destinationId: ['uuid', 'd.destination_id'],
      reference: ['text', 'd.reference'],
      descriptionOrder: ['text', 'left(d.description, 200)'],
      metadata: ['json', 'd.metadata'],
    }),
    // Its index has the beginnings; what is equal begins alike.
    description: {
      kind: 'text',
      sql: 'd.description',
      containedSql: (value) => `left(d.description, 200) = left(${value}, 200)`,
    },
  },
}

function documents(collection: DocumentCollection, derived: Columns): Shape {
  return {
    name: `indexed ${collection}`,
    bookSql: 'd.book_id',
    idSql: 'd.id',
    metadataSql: "(d.fields -> 'meta_data')",
    metadataContainedSql: (value) => `d.fields @> jsonb_build_object('meta_data', ${value})`,
    // The second parameter is there for other statements; its type must be known.
    aliveSql: '$2::uuid is not null',
    columns: plain({ id: ['uuid', 'd.id'] }),
    derived: {
      ...derived,
      metadata: { kind: 'json', sql: "(d.fields -> 'meta_data')" },
      createdAt: { kind: 'time', sql: 'd.created_at' },
    },
  }
}

const balances = documents('balances', {
  ledgerId: field('text', 'ledger_id'),
  identityId: field('text', 'identity_id'),
  indicator: field('text', 'indicator'),
  assetCode: field('text', 'currency'),
  postedUnits: field('decimal', 'balance'),
  postedCreditUnits: field('decimal', 'credit_balance'),
  postedDebitUnits: field('decimal', 'debit_balance'),
  pendingUnits: field('decimal', 'inflight_balance'),
  pendingCreditUnits: field('decimal', 'inflight_credit_balance'),
  pendingDebitUnits: field('decimal', 'inflight_debit_balance'),
})

const RARE = [
  'firstName',
  'lastName',
  'otherNames',
  'emailAddress',
  'phoneNumber',
  'street',
  'city',
  'postCode',
]

const identityTexts = Object.entries(directoryViews.identity.columns)
  .filter(([, { kind }]) => kind === 'text')
  .map(([name]) => name)

const identities = documents('identities', {
  ...Object.fromEntries(
    identityTexts.map((name) => [
      name,
      RARE.includes(name) ? rareField(snakeCase(name)) : field('text', snakeCase(name)),
    ]),
  ),
  bornAt: { kind: 'time', sql: "to_timestamp((d.fields ->> 'dob')::double precision)" },
})

const shapes: Readonly<Record<Listed, Shape>> = { transactions, balances, identities }

type Statement = { readonly text: string; readonly values: readonly unknown[] }

/**
 * The ids of a list. What the index has is read in the order of the list, and no further than the page; what is beyond it is
 * few.
 */
export function indexedList(
  collection: Listed,
  leading: readonly unknown[],
  query: ListQuery,
): Statement {
  const shape = shapes[collection]
  const { sortBy, order } = query
  const sort = sortBy === null ? undefined : (shape.derived?.[sortBy] ?? shape.columns[sortBy])
  const columns = { ...shape.columns, ...(sort === undefined ? {} : { sort }) }
  const whole = { ...query, limit: query.limit + query.offset, offset: 0 }
  const { indexed, beyond } = sourcesOf(collection)
  // Both are made of the same parameters, in the same places.
  const [inside, outside] = [indexed, beyond].map((from) =>
    listStatement({ ...shape, from, columns }, leading, whole),
  )
  const values = [...(inside?.values ?? []), query.limit, query.offset]
  return {
    text: `select id from ((${inside?.text}) union all (${outside?.text})) x
 order by ${sort === undefined ? '' : `sort ${order}, `}id ${order}
 limit $${values.length - 1} offset $${values.length}`,
    values,
  }
}

export function indexedCount(
  collection: Listed,
  leading: readonly unknown[],
  query: ListQuery,
): Statement {
  const { indexed, beyond } = sourcesOf(collection)
  const [inside, outside] = [indexed, beyond].map((from) =>
    countStatement({ ...shapes[collection], from }, leading, query),
  )
  return {
    text: `select (${inside?.text}) + (${outside?.text}) as count`,
    values: inside?.values ?? [],
  }
}
