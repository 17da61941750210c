/** Lists made from views: conditions, order, and the page. Only names that a view knows get into the text. */
import { assert } from '../ledger/index.ts'
import {
  type Comparison,
  type Condition,
  type ListQuery,
  type Operator,
  type Scalar,
  UnfitValue,
  UnknownField,
} from '../reports/index.ts'
import { eachOne } from './statements/look-up.ts'
import { hashSql, isKeptName } from './statements/metadata-values.ts'
import { type Column, type ColumnKind, selectionOf, type View } from './view.ts'

const METADATA_PREFIX = 'metadata.'

type Listing = { readonly text: string; readonly values: readonly unknown[] }

const COMPARISONS: Partial<Record<Operator, string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
}

const CASTS: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  uuid: 'uuid',
  time: 'timestamptz',
  json: 'text',
  boolean: 'boolean',
  integer: 'bigint',
  decimal: 'numeric',
}

/** The rows of a page. The parameters begin with those that the view itself needs: the book, and what it names. */
export function listStatement(view: View, leading: readonly unknown[], query: ListQuery): Listing {
  const values = [...leading]
  const where = conditions(view, query, values)
  const direction = query.order
  const { from, idSql } = sourceOf(view, query, values)
  const sort = query.sortBy === null ? '' : `${columnOf(view, query.sortBy).sql} ${direction}, `
  values.push(query.limit, query.offset)
  return {
    text: `select ${selectionOf(view)}
  from ${from}
 where ${where.join('\n   and ')}
 order by ${sort}${idSql} ${direction}
 limit $${values.length - 1} offset $${values.length}`,
    values,
  }
}

/**
 * Where the rows come from, and what they are ordered by. A list by metadata reads what has that name and value in the
 * order of ids, so a page costs as much among a million rows as among ten. Conditions on ids bound that reading, too.
 */
function sourceOf(
  view: View,
  query: ListQuery,
  values: unknown[],
): { readonly from: string; readonly idSql: string } {
  const { found } = view
  const asked = query.within.find(isByMetadata)
  if (found === undefined || asked === undefined || query.sortBy !== null)
    return { from: view.from, idSql: view.idSql }
  const { entity, table, alias, everyBook } = found
  values.push(asked.field.slice(METADATA_PREFIX.length), asked.values[0] ?? '')
  const where = [
    ...(everyBook ? [] : ['v.book_id = $1']),
    `v.entity = '${entity}'`,
    `v.key = $${values.length - 1}::text`,
    `v.value_hash = ${hashSql(`$${values.length}::text`)}`,
  ]
  const ofIds: View = { ...view, columns: { id: { sql: 'v.id', kind: 'uuid' } }, derived: {} }
  for (const condition of query.within)
    if ('field' in condition && condition.field === 'id')
      where.push(conditionSql(ofIds, condition, values))
  if (query.after !== null) {
    values.push(query.after)
    where.push(`v.id ${query.order === 'asc' ? '>' : '<'} $${values.length}::uuid`)
  }
  const book = everyBook ? '' : 'x.book_id = $1 and '
  const from = `(select v.id from metadata_values v where ${where.join(' and ')}
      order by v.id ${query.order} offset 0) found
  ${eachOne(table, alias, `${book}x.id = found.id`)}`
  const named = table === alias ? table : `${table} ${alias}`
  assert(view.from.startsWith(named), 'a view begins with its table')
  return { from: from + view.from.slice(named.length), idSql: 'found.id' }
}

function isByMetadata(condition: Condition): condition is Comparison {
  return (
    'field' in condition &&
    condition.operator === 'eq' &&
    condition.field.startsWith(METADATA_PREFIX) &&
    isKeptName(condition.field.slice(METADATA_PREFIX.length))
  )
}

export function countStatement(view: View, leading: readonly unknown[], query: ListQuery): Listing {
  const values = [...leading]
  const where = conditions(view, { ...query, after: null }, values)
  return {
    text: `select count(*) as count from ${view.from} where ${where.join(' and ')}`,
    values,
  }
}

function conditions(view: View, query: ListQuery, values: unknown[]): string[] {
  const where = [`${view.bookSql} = $1`]
  if (view.aliveSql !== null) where.push(view.aliveSql)
  for (const condition of query.within) where.push(conditionSql(view, condition, values))
  const asked = query.conditions.map((condition) => conditionSql(view, condition, values))
  if (asked.length > 0) where.push(`(${asked.join(query.match === 'all' ? ' and ' : ' or ')})`)
  if (query.after !== null) {
    values.push(query.after)
    where.push(`${view.idSql} ${query.order === 'asc' ? '>' : '<'} $${values.length}::uuid`)
  }
  return where
}

function columnOf(view: View, field: string): Column {
  for (const columns of [view.columns, view.derived ?? {}]) {
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined
    if (column !== undefined) return column
  }
  throw new UnknownField(field)
}

function conditionSql(view: View, condition: Condition, values: unknown[]): string {
  if ('match' in condition) {
    const parts = condition.of.map((part) => conditionSql(view, part, values))
    if (parts.length === 0) return condition.match === 'all' ? 'true' : 'false'
    return `(${parts.join(condition.match === 'all' ? ' and ' : ' or ')})`
  }
  const { field } = condition
  if (field.startsWith(METADATA_PREFIX) && view.metadataSql !== null) {
    const key = field.slice(METADATA_PREFIX.length)
    values.push(key)
    const sql = `(${view.metadataSql} ->> $${values.length})`
    const column = { sql, kind: 'text', ...containedKey(view, key, values) } as const
    return comparison(column, condition, values)
  }
  return comparison(columnOf(view, field), condition, values)
}

/** A key of metadata shows a number or a boolean as text; what is asked for may be any of them. */
function containedKey(view: View, key: string, values: unknown[]): Pick<Column, 'containedSql'> {
  const contained = view.metadataContainedSql
  if (contained === undefined) return {}
  const holding = (json: string) => {
    values.push(`{${JSON.stringify(key)}:${json}}`)
    return contained(`$${values.length}::jsonb`)
  }
  return {
    containedSql: (_value, given) => {
      const parts = [holding(JSON.stringify(given))]
      if (/^(-?(0|[1-9]\d{0,99})(\.\d{1,100})?|true|false)$/.test(given)) parts.push(holding(given))
      return `(${parts.join(' or ')})`
    },
  }
}

function comparison(column: Column, condition: Comparison, values: unknown[]): string {
  const { sql, kind } = column
  const add = (value: Scalar, as: ColumnKind = kind) => {
    values.push(fitted(value, as, condition.field))
    return `$${values.length}::${CASTS[as]}`
  }
  const [first = '', second = ''] = condition.values
  switch (condition.operator) {
    case 'isnull':
      return `${sql} is null`
    case 'isnotnull':
      return `${sql} is not null`
    case 'in': {
      if (condition.values.length === 0) return 'false'
      const added = condition.values.map((value) => [add(value), String(value)] as const)
      const equal = `${sql} in (${added.map(([value]) => value).join(', ')})`
      return contained(column, equal, added)
    }
    case 'eq': {
      const value = add(first)
      return contained(column, `${sql} = ${value}`, [[value, String(first)]])
    }
    case 'between':
      return `${sql} between ${add(first)} and ${add(second)}`
    case 'contains':
      values.push(JSON.stringify([first]))
      return `${sql} @> $${values.length}::jsonb`
    case 'prefix':
      values.push(`${escapeLike(String(first))}%`)
      return `${sql} ilike $${values.length}`
    case 'like':
    case 'ilike':
      // A backslash at the end escapes nothing: the database would refuse the pattern.
      if (/(?<!\\)(?:\\\\)*\\$/.test(String(first))) throw new UnfitValue(condition.field)
      return `${sql}::text ${condition.operator} ${add(first, 'text')}`
    default:
      return `${sql} ${COMPARISONS[condition.operator] ?? '='} ${add(first)}`
  }
}

/** What is equal, with what an inverted index knows of it. */
function contained(
  { containedSql }: Column,
  equal: string,
  values: readonly (readonly [sql: string, given: string])[],
): string {
  if (containedSql === undefined) return equal
  const any = values.map(([sql, given]) => containedSql(`${sql}::text`, given))
  return `(${equal} and (${any.join(' or ')}))`
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const DECIMAL = /^[+-]?(\d{1,200}(\.\d{0,100})?|\.\d{1,100})([eE][+-]?\d{1,2})?$/

/** The value as its column can compare it, so that the database never has to refuse it. */
function fitted(value: Scalar, kind: ColumnKind, field: string): Scalar {
  const text = String(value)
  switch (kind) {
    case 'uuid':
      if (UUID.test(text)) return text
      break
    case 'integer':
      if (/^[+-]?\d{1,18}$/.test(text)) return text
      break
    case 'decimal':
      if (DECIMAL.test(text)) return text
      break
    case 'boolean':
      if (text === 'true' || text === 'false') return text
      break
    case 'time':
      if (!Number.isNaN(Date.parse(text)) && /^[\d:.TtZz+\- ]+$/.test(text)) return text
      break
    case 'text':
    case 'json':
      if (!text.includes('\0')) return text
      break
  }
  throw new UnfitValue(field)
}
