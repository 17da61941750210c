/** How a list is asked for: in the query of a GET, or in the body of a POST to `/filter`. */
import { type Static, Type } from 'typebox'
import type { Condition, ListQuery, Scalar } from '../../../reports/index.ts'
import { FIRST_PAGE } from '../../../reports/index.ts'
import { Problem } from '../wire/problem.ts'
import type { Collection } from './fields.ts'
import { conditionOf, FILTERS_MAX, type Filter, VALUE_LENGTH_MAX, VALUES_MAX } from './filter.ts'

/** Names of parameters that are never filters. */
const RESERVED = new Set([
  'page',
  'pagesize',
  'per_page',
  'limit',
  'offset',
  'sort',
  'order',
  'order_by',
  'order_dir',
  'logical_operator',
  'instance_id',
  'org_id',
])

const IN_QUERY: Readonly<Record<string, string>> = { neq: 'ne', gteq: 'gte', lteq: 'lte' }

const OPERATORS = new Set(
  'eq ne gt gte lt lte in between like ilike isnull isnotnull neq gteq lteq'.split(' '),
)

export type Query = { readonly [name: string]: string | readonly string[] | undefined }

/** The first value of a parameter. */
export function parameter(query: Query, name: string): string | undefined {
  const value = query[name]
  return typeof value === 'string' ? value : value?.[0]
}

type Fault = { readonly Param: string; readonly Message: string }

/** The filters in a query: every parameter whose name ends in an operator. */
export function filtersIn(query: Query): readonly Filter[] {
  const filters: Filter[] = []
  const faults: Fault[] = []
  for (const [name, given] of Object.entries(query)) {
    const split = name.lastIndexOf('_')
    const operator = name.slice(split + 1)
    if (RESERVED.has(name.toLowerCase()) || split < 1 || !OPERATORS.has(operator)) continue
    const text = typeof given === 'string' ? given : (given?.[0] ?? '')
    const filter = filterOf(name.slice(0, split), IN_QUERY[operator] ?? operator, text)
    if (typeof filter === 'string') faults.push({ Param: name, Message: filter })
    else filters.push(filter)
  }
  if (filters.length > FILTERS_MAX)
    faults.push({ Param: 'filters', Message: `too many filters: at most ${FILTERS_MAX}` })
  if (faults.length > 0)
    throw new Problem('GEN_VALIDATION_ERROR', 'invalid filter parameters', {
      key: 'errors',
      shown: faults,
      details: faults,
    })
  return filters
}

function filterOf(field: string, operator: string, text: string): Filter | string {
  const values =
    operator === 'in' ? text.split(',') : operator === 'between' ? text.split('|') : [text]
  if (operator === 'between' && values.length !== 2)
    return 'between operator requires exactly 2 pipe-separated values (value1|value2)'
  if (values.length > VALUES_MAX) return `in operator takes at most ${VALUES_MAX} values`
  if (values.some((value) => value.length > VALUE_LENGTH_MAX))
    return `a value has at most ${VALUE_LENGTH_MAX} characters`
  if (operator === 'isnull' && text === 'false') return { field, operator: 'isnotnull', values: [] }
  if (operator === 'isnotnull' && text === 'false') return { field, operator: 'isnull', values: [] }
  return { field, operator, values }
}

/** Whether the conditions of a query must all hold, or one of them. */
export function matchIn(query: Query): 'all' | 'any' {
  return parameter(query, 'logical_operator')?.toLowerCase() === 'or' ? 'any' : 'all'
}

/** How long the pages of a list are, and what is said of a bad limit and a bad offset; null when they are ignored. */
export type Paging = {
  readonly page: number
  readonly pageMax: number
  /** What a larger limit is taken for. */
  readonly beyondMax: number
  readonly faults: readonly [limit: string, offset: string] | null
}

/** @throws Problem for a bad limit or offset, where they are not ignored */
export function pageIn(
  query: Query,
  { page, pageMax, beyondMax, faults }: Paging,
): { readonly limit: number; readonly offset: number } {
  const limit = countIn(query, 'limit', page)
  const offset = countIn(query, 'offset', 0)
  const badLimit = Number.isNaN(limit) || limit <= 0
  const badOffset = Number.isNaN(offset) || offset < 0
  if (faults !== null && (badLimit || badOffset))
    throw new Problem('GEN_VALIDATION_ERROR', faults[badLimit ? 0 : 1])
  return {
    limit: badLimit ? page : limit > pageMax ? beyondMax : limit,
    offset: badOffset ? 0 : offsetOf(offset),
  }
}

function countIn(query: Query, name: string, fallback: number): number {
  const text = parameter(query, name)
  if (text === undefined || text === '') return fallback
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}

export const FilterRequest = Type.Object(
  {
    filters: Type.Optional(
      Type.Array(
        Type.Object(
          {
            field: Type.Optional(Type.String()),
            operator: Type.Optional(Type.String({ description: 'eq, ne, gt, gte, lt, lte, …' })),
            value: Type.Optional(Type.Unknown()),
            values: Type.Optional(Type.Array(Type.Unknown())),
          },
          { title: 'filter.QueryFilter' },
        ),
      ),
    ),
    logical_operator: Type.Optional(Type.String({ description: 'and (default) or or' })),
    limit: Type.Optional(Type.Number({ description: '1 to 100, else 20' })),
    offset: Type.Optional(Type.Number()),
    sort_by: Type.Optional(Type.String()),
    sort_order: Type.Optional(Type.String()),
    include_count: Type.Optional(Type.Boolean()),
  },
  { title: 'FilterRequest' },
)

export type FilterBody = Static<typeof FilterRequest>

const PAGE = 20
const PAGE_MAX = 100
const OFFSET_MAX = 2 ** 40

/** The list that a filter body asks for. */
export function listOf(
  body: FilterBody,
  collection: Collection,
  conditions: readonly Condition[],
): ListQuery {
  const limit = Math.trunc(body.limit ?? PAGE)
  const sorted = Object.hasOwn(collection.fields, body.sort_by ?? '')
    ? collection.fields[body.sort_by ?? '']
    : collection.fields['created_at']
  return {
    ...FIRST_PAGE,
    conditions,
    match: logicalOperator(body) === 'or' ? 'any' : 'all',
    limit: limit <= 0 || limit > PAGE_MAX ? PAGE : limit,
    offset: offsetOf(body.offset ?? 0),
    sortBy: sorted?.sortBy === undefined ? (sorted?.field ?? null) : sorted.sortBy,
    order: body.sort_order?.toLowerCase() === 'asc' ? 'asc' : 'desc',
  }
}

function offsetOf(offset: number): number {
  return Math.min(Math.max(Math.trunc(offset), 0), OFFSET_MAX)
}

/** @throws Problem when it is neither `and` nor `or` */
function logicalOperator(body: FilterBody): string {
  const operator = (body.logical_operator ?? '').toLowerCase()
  if (['', 'and', 'or'].includes(operator)) return operator
  throw new Problem('GEN_VALIDATION_ERROR', "invalid logical_operator: must be 'and' or 'or'")
}

/** The filters in a filter body. */
export function filtersOf(body: FilterBody): readonly Filter[] {
  logicalOperator(body)
  const filters = body.filters ?? []
  if (filters.length > FILTERS_MAX)
    throw new Problem('GEN_BAD_REQUEST', `Invalid filter: at most ${FILTERS_MAX} filters`, {
      details: {},
    })
  return filters.map(({ field = '', operator = '', value, values }) => ({
    field,
    operator: operator.toLowerCase(),
    values: scalars(values ?? (value === undefined ? [] : [value]), field),
  }))
}

function scalars(values: readonly unknown[], field: string): readonly Scalar[] {
  return values.map((value) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value
    throw new Problem(
      'GEN_BAD_REQUEST',
      `Invalid filter: a value of field '${field}' is no value`,
      {
        details: {},
      },
    )
  })
}

/** The conditions that filters mean for a collection. */
export function conditionsOf(
  filters: readonly Filter[],
  collection: Collection,
): readonly Condition[] {
  return filters.map((filter) => conditionOf(filter, collection))
}
