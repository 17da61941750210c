/**
 * Microseconds since 1970 in UTC: what PostgreSQL keeps. A number is exact to the microsecond from the year 1684 to 2255;
 * times further away are kept in whole seconds, which are exact for all years of four digits.
 */
export type Micros = number

const MICROS_PER_MILLI = 1000
const MICROS_PER_SECOND = 1_000_000n

/** The years 1 to 9999 in UTC: what both RFC 3339 and PostgreSQL can write. */
const FIRST_MILLI = Date.parse('0001-01-01T00:00:00Z')
const LAST_MILLI = Date.parse('9999-12-31T23:59:59Z')

/** Numbers as text of two and of three digits. */
const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const THREE = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))

const MICROS_PER_DAY = 86_400_000_000
const MILLIS_PER_DAY = 86_400_000

// What a ledger writes and reads is mostly of one day, which is spelled once: that is a seventh of the time that
// `Date` takes for all of it.
let spelledDay = Number.NaN
let spelled = ''

/** The time as RFC 3339 text in UTC with six decimals: `2026-11-21T08:16:45.361948Z`. */
export function isoOf(micros: Micros): string {
  let day = Math.floor(micros / MICROS_PER_DAY)
  // A quotient just below a whole number is rounded up to it.
  if (day * MICROS_PER_DAY > micros) day -= 1
  if (day !== spelledDay) {
    spelled = new Date(day * MILLIS_PER_DAY).toISOString().slice(0, 11)
    spelledDay = day
  }
  const ofDay = micros - day * MICROS_PER_DAY
  const seconds = Math.floor(ofDay / 1_000_000)
  const minutes = Math.floor(seconds / 60)
  const fraction = ofDay - seconds * 1_000_000
  const millis = Math.floor(fraction / MICROS_PER_MILLI)
  return `${spelled}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${THREE[millis]}${
    THREE[fraction - millis * MICROS_PER_MILLI]
  }Z`
}

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * Reads RFC 3339 text; digits beyond what is exact are cut off. Null for anything else, such as 30 February, and for
 * times that are outside of the years 1 to 9999 in UTC.
 */
export function microsOf(text: string): Micros | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const [, local = '', fraction = '', zone = ''] = match
  const day = Number(local.slice(8, 10))
  const millis = Date.parse(`${local.replace(/[t ]/, 'T')}${zone.toUpperCase()}`)
  if (!(millis >= FIRST_MILLI && millis <= LAST_MILLI) || day > daysInMonth(local)) return null
  const wholeSeconds = millis * MICROS_PER_MILLI
  const micros = wholeSeconds + Number(fraction.padEnd(6, '0').slice(0, 6))
  return Number.isSafeInteger(micros) ? micros : wholeSeconds
}

/** So many microseconds after a moment, but no later than what can be written. */
export function momentAfter(moment: Micros, micros: bigint): Micros {
  const later = BigInt(moment) + micros
  const last = BigInt(LAST_MILLI) * BigInt(MICROS_PER_MILLI)
  const wanted = later < last ? later : last
  return wanted <= Number.MAX_SAFE_INTEGER
    ? Number(wanted)
    : Number(wanted - (wanted % MICROS_PER_SECOND))
}

function daysInMonth(local: string): number {
  return new Date(Date.UTC(Number(local.slice(0, 4)), Number(local.slice(5, 7)), 0)).getUTCDate()
}
