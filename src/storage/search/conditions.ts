/** Conditions of a search as SQL. Only names that are known here get into the text; values are parameters. */
import { assert } from '../../ledger/index.ts'
import {
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
    const key = name.slice(METADATA.length + 1)
    assert(/^[\w-]*$/.test(key), 'keys of metadata are plain')
    const data = collection === 'transactions' ? 'd.metadata' : `d.fields -> '${METADATA}'`
    return [key === '' ? `(${data})::text` : `(${data} ->> '${key}')`, 'text']
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
      const { field, words, exact } = filter
      const [column] = columnOf(collection, field)
      const has = `d.words @@ ${add(queryText([field], collection, words.map(plainWord)))}::tsquery`
      return exact === null ? has : `(${has} and lower(${column}) = lower(${add(exact)}::text))`
    }
    case 'equal': {
      const [column, type] = columnOf(collection, filter.field)
      return `${column} = ${add(filter.value)}::${type}`
    }
    case 'range': {
      const [column, type] = columnOf(collection, filter.field)
      const value = (text: string) =>
        type === 'timestamptz'
          ? `to_timestamp(${add(text)}::double precision)`
          : `${add(text)}::${type}`
      const { from, to } = filter
      const parts = [
        from === null ? [] : [`${column} ${from.included ? '>=' : '>'} ${value(from.value)}`],
        to === null ? [] : [`${column} ${to.included ? '<=' : '<'} ${value(to.value)}`],
      ].flat()
      return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
    }
  }
}

function plainWord(word: string): WordQuery {
  return { spellings: [word], prefix: false }
}

/** A query in the words of the index: each word behind the code of one of the fields. */
export function queryText(
  fields: readonly string[],
  collection: Collection,
  words: readonly WordQuery[],
): string {
  const codes = fields.map((name) =>
    name === METADATA || name.startsWith(`${METADATA}.`)
      ? METADATA_CODE
      : (fieldOf(collection, name)?.code ?? METADATA_CODE),
  )
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
  const asAsked = words.map(({ spellings }) => plainWord(spellings[0] ?? ''))
  return {
    any: queryText(fields, collection, words),
    whole: queryText(fields, collection, asAsked),
  }
}
