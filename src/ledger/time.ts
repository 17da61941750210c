/** Microseconds since 1970 in UTC: what PostgreSQL keeps, and exact in a number until the year 2255. */
export type Micros = number

const MICROS_PER_MILLI = 1000

/** The time as RFC 3339 text in UTC with six decimals: `2026-11-21T08:16:45.361948Z`. */
export function isoOf(micros: Micros): string {
  const millis = Math.floor(micros / MICROS_PER_MILLI)
  const rest = micros - millis * MICROS_PER_MILLI
  return `${new Date(millis).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})$/

/** Reads RFC 3339 text; digits beyond microseconds are cut off. Null for anything else, such as 30 February. */
export function microsOf(text: string): Micros | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const [, local = '', fraction = '', zone = ''] = match
  const day = Number(local.slice(8, 10))
  const millis = Date.parse(`${local.replace(/[t ]/, 'T')}${zone.toUpperCase()}`)
  if (Number.isNaN(millis) || day > daysInMonth(local)) return null
  return millis * MICROS_PER_MILLI + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function daysInMonth(local: string): number {
  return new Date(Date.UTC(Number(local.slice(0, 4)), Number(local.slice(5, 7)), 0)).getUTCDate()
}
