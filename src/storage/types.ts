/** How values travel between PostgreSQL and the program. */
import { type Amount, assert, type Carried, type Micros, readDecimal } from '../ledger/index.ts'

const OID_INT8 = 20
const OID_JSON = 114
const OID_NUMERIC = 1700
const OID_TIMESTAMPTZ = 1184
const OID_JSONB = 3802

function readInteger(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), 'integers of the database are exact in a number')
  return value
}

/** Amounts come as decimal text, times as microseconds, JSON as values. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [OID_INT8]: readInteger,
  [OID_NUMERIC]: (text) => text,
  [OID_TIMESTAMPTZ]: readTime,
  [OID_JSON]: (text) => JSON.parse(text) as unknown,
  [OID_JSONB]: (text) => JSON.parse(text) as unknown,
}

/** For the driver: our parsers, and its own for everything else. */
export function typesWith(own: {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown
}): {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown
} {
  return { getTypeParser: (oid, format) => parsers[oid] ?? own.getTypeParser(oid, format) }
}

const SECOND = 1_000_000

let readDay = ''
let dayMicros = 0

const IN_UTC = '+00'

/**
 * `2026-11-21 08:16:45.361948+00`, as a session in UTC writes it; NaN for what is none of the years 1 to 9999, such as
 * `… BC`. Most are of one day, which is read once.
 */
function readTime(text: string): Micros {
  if (!text.endsWith(IN_UTC)) return Number.NaN
  const day = text.slice(0, 10)
  if (day !== readDay) {
    dayMicros = Date.parse(`${day}T00:00:00Z`) * 1000
    readDay = day
  }
  const minutes = digitsAt(text, 11, 2) * 60 + digitsAt(text, 14, 2)
  const seconds = minutes * 60 + digitsAt(text, 17, 2)
  const decimals = Math.max(0, text.length - IN_UTC.length - 20)
  return dayMicros + seconds * SECOND + digitsAt(text, 20, decimals) * 10 ** (6 - decimals)
}

/** So many digits from a place of a text, as a number. */
function digitsAt(text: string, from: number, count: number): number {
  let value = 0
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - 48
  return value
}

/** The amount in a numeric column. */
export function amountOf(text: string): Amount {
  return readDecimal(text)
}

/** What a companion carries, as text; null where there is no companion. */
export function carriedOf(drawn: unknown, held: unknown): Carried | null {
  return drawn === null || held === null
    ? null
    : { drawn: amountOf(drawn as string), held: amountOf(held as string) }
}

/** An array parameter of values that need no quotes: ids, numbers, words. */
export function plainArray(values: readonly (string | number | null)[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    text += values[index] ?? 'NULL'
  }
  return `${text}}`
}

const NEEDS_ESCAPE = /["\\]/g

/** An array parameter of free text. */
export function textArray(values: readonly (string | null)[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) text += ','
    const value = values[index] ?? null
    text += value === null ? 'NULL' : `"${value.replace(NEEDS_ESCAPE, '\\$&')}"`
  }
  return `${text}}`
}
