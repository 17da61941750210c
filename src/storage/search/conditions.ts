/** Conditions of a search as SQL. Only names that are known here get into the text; values are parameters. */
import { assert } from '../../ledger/index.ts'
import {
  type Bound,
  type Collection,
  type Filter,
  fieldOf,
  METADATA,
  METADATA_CODE,
  type TextQuery,
  type WordQuery,
} from '../../search/port.ts'

/** Columns of transactions, and what they compare with. Documents keep their fields in one. */
const TRANSACTIONS: Readonly<Record<string, readonly [string, string]>> = {
  transaction_id: ['d.id', 'uuid'],
  parent_transaction: ['d.parent_id', 'uuid'],
  source: ['d.source_id', 'uuid'],
  destination: ['d.destination_id', 'uuid'],
  reference: ['d.reference', 'text'],
  description: ['d.description', 'text'],
  currency: ['d.currency', 'text'],
  status: [
    `case d.status when 'posted' then 'APPLIED' when 'pending' then 'INFLIGHT' when 'voided' then 'VOID'
       when 'expired' then 'VOID' else upper(d.status) end`,
    'text',
  ],
  amount: ['d.amount', 'numeric'],
  precision: ['d.precision', 'numeric'],
  created_at: ['d.recorded_at', 'timestamptz'],
  effective_date: ['d.value_at', 'timestamptz'],
}

const TYPES: Readonly<Record<string, string>> = { boolean: 'boolean' }

/** A field as SQL, with its type. */
export function columnOf(collection: Collection, name: string): readonly [string, string] {
  if (name === METADATA || name.startsWith(`${METADATA}.`)) {
    const path = name.slice(METADATA.length + 1)
    assert(/^[\w.-]*$/.test(path), 'keys of metadata are plain')
    const data = collection === 'transactions' ? 'd.metadata' : `d.fields -> '${METADATA}'`
    return [
      path === '' ? `(${data})::text` : `(${data} #>> '{${path.replaceAll('.', ',')}}')`,
      'text',
    ]
  }
  const field = fieldOf(collection, name)
  assert(field !== null, 'fields of a search are known')
  if (collection === 'transactions') return TRANSACTIONS[name] ?? ['null', 'text']
  if (field.type === 'text' || field.type === 'id') return [`(d.fields ->> '${name}')`, 'text']
  const type = TYPES[field.type] ?? 'numeric'
  return [`((d.fields ->> '${name}')::${type})`, type]
}

/** The condition that a filter means. */
export function filterSql(collection: Collection, filter: Filter, values: unknown[]): string {
  const add = (value: unknown) => {
    values.push(value)
    return `$${values.length}`
  }
  switch (filter.kind) {
    case 'all':
    case 'any': {
      if (filter.of.length === 0) return filter.kind === 'all' ? 'true' : 'false'
      const parts = filter.of.map((part) => filterSql(collection, part, values))
      return `(${parts.join(filter.kind === 'all' ? ' and ' : ' or ')})`
    }
    case 'not':
      return `not coalesce(${filterSql(collection, filter.of, values)}, false)`
    case 'words': {
      const { field, text, how } = filter
      const asked = add(text)
      const query = `query_of('{${codeOf(collection, field)}}', ${asked}::text, ${how === 'begun'})`
      const [column] = columnOf(collection, field)
      const has = `d.words @@ ${query}`
      if (how !== 'whole' && !field.startsWith(`${METADATA}.`)) return has
      // The index has the words of free-form data, but not where in it they stand.
      const here = `array_to_tsvector(array(select '${METADATA_CODE}:' || w.word from words_in(${column}) as w))`
      if (how !== 'whole') return `(${has} and ${here} @@ ${query})`
      return `(case when ${query} is null then true else ${has} end and lower(${column}) = lower(${asked}::text))`
    }
    case 'equal': {
      const [column, type] = columnOf(collection, filter.field)
      return `${column} = ${add(filter.value)}::${type}`
    }
    case 'range':
      return rangeSql(collection, filter, add)
  }
}

type Range = Extract<Filter, { kind: 'range' }>

/** Seconds that the database can tell as a time. */
const EARLIEST = -60_000_000_000n
const LATEST = 250_000_000_000n

function rangeSql(
  collection: Collection,
  { field, from, to }: Range,
  add: (value: unknown) => string,
): string {
  const [column, type] = columnOf(collection, field)
  const isMetadata = field.startsWith(`${METADATA}.`)
  // What is no number compares with none.
  const number = `(case when ${column} ~ '^-?[0-9]{1,100}(\\.[0-9]{1,100})?$' then ${column}::numeric end)`
  const left = isMetadata ? number : column
  const compare = (bound: Bound, sign: '>' | '<') => {
    if (type === 'timestamptz') return secondsSql(column, bound, sign, add)
    const right = `${add(bound.value)}::${isMetadata ? 'numeric' : type}`
    return `${left} ${sign}${bound.included ? '=' : ''} ${right}`
  }
  const parts = [
    ...(from === null ? [] : [compare(from, '>')]),
    ...(to === null ? [] : [compare(to, '<')]),
  ]
  return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
}

/** A time is in a second from its beginning to that of the next. */
function secondsSql(
  column: string,
  { value, included }: Bound,
  sign: '>' | '<',
  add: (value: unknown) => string,
): string {
  const asked = BigInt(value)
  const within = asked < EARLIEST ? EARLIEST : asked > LATEST ? LATEST : asked
  const isFromNext = (sign === '>') !== included
  const second = `to_timestamp(${add(String(isFromNext ? within + 1n : within))}::double precision)`
  return `${column} ${sign === '>' ? '>=' : '<'} ${second}`
}

function codeOf(collection: Collection, field: string): string {
  if (field === METADATA || field.startsWith(`${METADATA}.`)) return METADATA_CODE
  return fieldOf(collection, field)?.code ?? METADATA_CODE
}

/** A query in the words of the index: each word behind the code of one of the fields. */
function queryText(
  fields: readonly string[],
  collection: Collection,
  words: readonly WordQuery[],
): string {
  const codes = [...new Set(fields.map((name) => codeOf(collection, name)))]
  return words
    .map(({ spellings, prefix }) => {
      const any = codes.flatMap((code) =>
        spellings.map((word) => `'${code}:${word.replaceAll("'", "''")}'${prefix ? ':*' : ''}`),
      )
      return `(${any.join(' | ')})`
    })
    .join(' & ')
}

/** The words of a text query, and the same without prefixes and other spellings, to tell how well something matches. */
export function textQueries(
  collection: Collection,
  { fields, words }: TextQuery,
): { readonly any: string; readonly whole: string } {
  const asAsked = words.map(({ spellings: [asked = ''] }) => ({
    spellings: [asked],
    prefix: false,
  }))
  return {
    any: queryText(fields, collection, words),
    whole: queryText(fields, collection, asAsked),
  }
}
