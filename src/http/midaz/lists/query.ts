/** The query parameters of lists: what they are called, what they may be, and what they mean when they are left out. */
import { isoOf, type Micros } from '../../../ledger/index.ts'
import type { Comparison } from '../../../reports/index.ts'
import { isDay, momentOrDayOf } from '../body/dates.ts'
import { uuidOf } from '../body/uuid.ts'
import { invalidQuery, refuse } from '../problem.ts'
import { type Cursor, readCursor } from './cursor.ts'

/** Parameters as they came: the last one counts where one is repeated. */
export type Parameters = Readonly<Record<string, unknown>>

export const LIMIT_DEFAULT = 10
export const LIMIT_MAX = 100

/** From its first to its last microsecond. */
export type TimeSpan = { readonly from: Micros; readonly to: Micros }

export type PageQuery = {
  readonly limit: number
  readonly page: number
  readonly offset: number
  readonly order: 'asc' | 'desc'
  readonly cursor: Cursor | null
  readonly span: TimeSpan | null
  readonly metadata: readonly Comparison[]
}

/** A parameter by its own name or by that name in camel case; an empty one is none. */
export function parameter(parameters: Parameters, name: string): string | null {
  const value = parameters[name] ?? parameters[camelCase(name)]
  const last = Array.isArray(value) ? (value as unknown[]).at(-1) : value
  return typeof last === 'string' && last !== '' ? last : null
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** @throws Refused with the code that Midaz has for each fault */
export function pageQuery(parameters: Parameters): PageQuery {
  const limit = limitOf(parameter(parameters, 'limit'))
  const page = wholeNumber(parameters, 'page', 1) ?? 1
  const offset = wholeNumber(parameters, 'offset', 0) ?? (page - 1) * limit
  const sort = parameter(parameters, 'sort_order')?.toLowerCase() ?? 'asc'
  if (sort !== 'asc' && sort !== 'desc')
    refuse({ code: '0081', detail: 'The query parameter sort_order is asc or desc.', entity: null })
  const cursorText = parameter(parameters, 'cursor')
  const cursor = cursorText === null ? null : readCursor(cursorText)
  if (cursorText !== null && cursor === null)
    refuse(invalidQuery('cursor', 'is none that was handed out here'))
  const span = spanOf(parameters)
  return { limit, page, offset, order: sort, cursor, span, metadata: metadataOf(parameters) }
}

function limitOf(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    refuse(invalidQuery('limit', `is a whole number from 1 to ${LIMIT_MAX}`))
  if (Number(text) > LIMIT_MAX)
    refuse({
      code: '0080',
      detail: `A page has at most ${LIMIT_MAX} items; the query parameter limit asks for more.`,
      entity: null,
    })
  return Number(text)
}

function wholeNumber(parameters: Parameters, name: string, least: number): number | null {
  const text = parameter(parameters, name)
  if (text === null) return null
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    refuse(invalidQuery(name, `is a whole number from ${least}`))
  return Number(text)
}

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

function spanOf(parameters: Parameters): TimeSpan | null {
  const start = parameter(parameters, 'start_date')
  const end = parameter(parameters, 'end_date')
  if (start === null && end === null) return null
  if (start === null || end === null)
    refuse({
      code: '0083',
      detail: 'The query parameters start_date and end_date go together.',
      entity: null,
    })
  const from = momentOrDayOf(start) ?? refuse(badDate('start_date'))
  const last = momentOrDayOf(end) ?? refuse(badDate('end_date'))
  // A day reaches to its end, and a second to its.
  const to = isDay(end) ? last + DAY - 1 : last + SECOND - 1 - (last % SECOND)
  if (to < from)
    refuse({ code: '0078', detail: 'The end_date lies before the start_date.', entity: null })
  return { from, to }
}

export function badDate(name: string) {
  return {
    code: '0131',
    detail: `The query parameter ${name} is a time such as 2026-01-31T10:00:00Z.`,
    entity: null,
  } as const
}

const METADATA_PREFIX = 'metadata.'

function metadataOf(parameters: Parameters): readonly Comparison[] {
  return Object.keys(parameters)
    .filter((name) => name.startsWith(METADATA_PREFIX))
    .map((field) => {
      const value = parameter(parameters, field) ?? ''
      if (value.includes('\0') || field.includes('\0'))
        refuse(invalidQuery(field.replaceAll('\0', ''), 'has a NUL character in it'))
      return { field, operator: 'eq', values: [value] } as const
    })
}

/** The rows made in a span of time. */
export function within(span: TimeSpan | null, field = 'createdAt'): readonly Comparison[] {
  if (span === null) return []
  return [{ field, operator: 'between', values: [isoOf(span.from), isoOf(span.to)] }]
}

/** A filter of a list: which parameter, which field of the rows, and how they are compared. */
export type Filter = {
  readonly parameter: string
  readonly field: string
  readonly kind: 'text' | 'prefix' | 'uuid' | 'boolean' | readonly string[]
}

const TEXT_MAX = 256

/** @throws Refused for a value that the filter cannot have */
export function conditionsOf(
  filters: readonly Filter[],
  parameters: Parameters,
): readonly Comparison[] {
  const conditions: Comparison[] = []
  for (const filter of filters) {
    const text = parameter(parameters, filter.parameter)
    if (text !== null) conditions.push(conditionOf(filter, text))
  }
  return conditions
}

function conditionOf({ parameter: name, field, kind }: Filter, text: string): Comparison {
  if (text.includes('\0') || text.length > TEXT_MAX)
    refuse(invalidQuery(name, `is a text of at most ${TEXT_MAX} characters`))
  switch (kind) {
    case 'text':
      return { field, operator: 'eq', values: [text] }
    case 'prefix':
      return { field, operator: 'prefix', values: [text] }
    case 'uuid':
      return {
        field,
        operator: 'eq',
        values: [uuidOf(text) ?? refuse(invalidQuery(name, 'is a UUID'))],
      }
    case 'boolean': {
      const value = BOOLEANS[text.toLowerCase()] ?? refuse(invalidQuery(name, 'is true or false'))
      return { field, operator: 'eq', values: [value] }
    }
    default: {
      const word = kind.find((one) => one.toLowerCase() === text.toLowerCase())
      const values = [word ?? refuse(invalidQuery(name, `is one of ${kind.join(', ')}`))]
      return { field, operator: 'eq', values }
    }
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  false: false,
  '0': false,
}
