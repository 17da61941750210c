/** A filter as it was asked for, and what it means to the reports. */
import { isoOf } from '../../../ledger/index.ts'
import type { Condition, Operator, Scalar } from '../../../reports/index.ts'
import { uuidIn, uuidOfLedger, uuidOfTransaction } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { readTime } from '../wire/time.ts'
import type { Collection, Field } from './fields.ts'
import { statusesWhere } from './statuses.ts'

export type Filter = {
  readonly field: string
  readonly operator: string
  readonly values: readonly Scalar[]
}

const OPERATORS: readonly Operator[] = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'between',
  'like',
  'ilike',
  'isnull',
  'isnotnull',
]

export const FILTERS_MAX = 20
export const VALUES_MAX = 100
export const VALUE_LENGTH_MAX = 1000

function invalid(reason: string): Problem {
  return new Problem('GEN_BAD_REQUEST', `Invalid filter: ${reason}`, { details: {} })
}

/** An id that nothing has. */
const NOTHING = '00000000-0000-0000-0000-000000000000'

/** @throws Problem that says what is wrong with the filter */
export function conditionOf(filter: Filter, collection: Collection): Condition {
  const operator = operatorOf(filter)
  if (filter.field.startsWith('meta_data.')) return metadataCondition(filter, operator)
  const { fields, table } = collection
  const field = Object.hasOwn(fields, filter.field) ? fields[filter.field] : undefined
  if (field === undefined) throw invalid(`invalid field '${filter.field}' for table '${table}'`)
  if (field.operators !== undefined && !field.operators.includes(operator))
    throw invalid(
      `operator '${operator}' is not supported for field '${filter.field}' on ${table}: must be one of ${field.operators.join(', ')}`,
    )
  refuseLong(filter)
  return comparisonOf(filter, operator, field)
}

function operatorOf({ field, operator, values }: Filter): Operator {
  const known = OPERATORS.find((one) => one === operator)
  if (known === undefined)
    throw invalid(
      `invalid operator '${operator}' for field '${field}': must be one of ${OPERATORS.join(', ')}`,
    )
  if (known === 'in' && values.length === 0)
    throw invalid(`operator 'in' for field '${field}' requires at least one value in 'values'`)
  if (known === 'between' && values.length !== 2)
    throw invalid(
      `operator 'between' for field '${field}' requires exactly two values in 'values', got ${values.length}`,
    )
  return known
}

function refuseLong({ field, values }: Filter): void {
  if (values.length > VALUES_MAX) throw invalid(`too many values for field '${field}'`)
  if (values.some((value) => String(value).length > VALUE_LENGTH_MAX))
    throw invalid(`a value for field '${field}' is too long`)
}

const METADATA_KEY = /^[a-zA-Z][a-zA-Z0-9_]*$/

function metadataCondition(filter: Filter, operator: Operator): Condition {
  const key = filter.field.slice('meta_data.'.length)
  if (!METADATA_KEY.test(key))
    throw invalid(
      `invalid JSON key '${key}' in field '${filter.field}': must match pattern ${METADATA_KEY.source}`,
    )
  refuseLong(filter)
  // The request behind a transaction is not kept as metadata: it has a field of its own, and an index.
  if (key === 'QUEUED_PARENT_TRANSACTION')
    return idCondition(filter, operator, 'requestId', uuidOfTransaction)
  return { field: `metadata.${key}`, operator, values: filter.values.map(String) }
}

function comparisonOf(filter: Filter, operator: Operator, { field, kind }: Field): Condition {
  const { values } = filter
  if (operator === 'isnull' || operator === 'isnotnull') return { field, operator, values: [] }
  switch (kind.type) {
    case 'text':
    case 'metadata':
      return { field, operator, values: values.map(String) }
    case 'number':
      if (operator !== 'like' && operator !== 'ilike')
        for (const value of values) if (!isNumber(value)) throw unfit(filter)
      return { field, operator, values }
    case 'time':
      return timeCondition(filter, operator, field)
    case 'status':
      return { field, operator: 'in', values: statusesWhere(operator, values.map(String)) }
    case 'id':
      return idCondition(filter, operator, field, (text) =>
        kind.prefix === 'ledger'
          ? uuidOfLedger(text)
          : kind.prefix === 'transaction'
            ? uuidOfTransaction(text)
            : uuidIn(kind.prefix, text),
      )
    case 'either':
      return {
        match: operator === 'ne' ? 'all' : 'any',
        of: kind.of.map((side) =>
          idCondition(filter, operator, side, (text) => uuidIn('bln', text)),
        ),
      }
    case 'indicator':
      throw invalid(`field '${filter.field}' is not resolved`)
  }
}

function unfit({ field }: Filter): Problem {
  return invalid(`a value does not fit the field '${field}'`)
}

function isNumber(value: Scalar): boolean {
  return /^[+-]?(\d{1,100}(\.\d{0,100})?|\.\d{1,100})([eE][+-]?\d{1,2})?$/.test(String(value))
}

function idCondition(
  { values }: Filter,
  operator: Operator,
  field: string,
  uuidOf: (text: string) => string | null,
): Condition {
  if (operator === 'like' || operator === 'ilike')
    return { field, operator, values: values.map((value) => withoutPrefix(String(value))) }
  if (operator === 'isnull' || operator === 'isnotnull') return { field, operator, values: [] }
  return { field, operator, values: values.map((value) => uuidOf(String(value)) ?? NOTHING) }
}

function withoutPrefix(pattern: string): string {
  return pattern.replace(/^[a-z]+_/, '')
}

function timeCondition(filter: Filter, operator: Operator, field: string): Condition {
  const texts = filter.values.map(String)
  if (operator === 'like' || operator === 'ilike') return { field, operator, values: texts }
  const spans = texts.map((text) => spanOf(text) ?? { from: '', to: '' })
  if (spans.some(({ from }) => from === '')) throw unfit(filter)
  const [first, second = first] = spans
  if (first === undefined || second === undefined) throw unfit(filter)
  const within = (span: Span): Condition => ({
    field,
    operator: 'between',
    values: [span.from, span.to],
  })
  switch (operator) {
    case 'eq':
    case 'in':
      return { match: 'any', of: spans.map(within) }
    case 'ne':
      return {
        match: 'any',
        of: [
          { field, operator: 'lt', values: [first.from] },
          { field, operator: 'gt', values: [first.to] },
        ],
      }
    case 'between':
      return within({ from: first.from, to: second.to })
    case 'gt':
      return { field, operator, values: [first.to] }
    case 'lte':
      return { field, operator, values: [first.to] }
    default:
      return { field, operator, values: [first.from] }
  }
}

/** The first and the last microsecond of what a text names: a whole day where it names a day. */
type Span = { readonly from: string; readonly to: string }

function spanOf(text: string): Span | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const local = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/.test(text)
  const micros = readTime(
    day ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}${local ? 'Z' : ''}`,
  )
  if (micros === null) return null
  const last = day ? micros + 86_400_000_000 - 1 : micros
  return { from: isoOf(micros), to: isoOf(last) }
}
