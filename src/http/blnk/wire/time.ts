/** Times and durations as Go writes and reads them. */
import { isoOf, type Micros, microsOf } from '../../../ledger/index.ts'

/** What Blnk writes for a time that is not set. */
export const ZERO_TIME = '0001-01-01T00:00:00Z'

/** The time with as many decimals as it needs: `2026-11-21T08:16:45.36Z`. */
export function timeText(micros: Micros): string {
  return shortened(isoOf(micros))
}

/** A time of the directory, which is kept as text. */
export function timeOfRow(text: string): string {
  return shortened(text)
}

const ZERO = 48

function shortened(text: string): string {
  return text.charCodeAt(text.length - 2) === ZERO ? text.replace(/\.?0*Z$/, 'Z') : text
}

/** Whole seconds, in UTC. */
export function secondsText(micros: Micros): string {
  return `${isoOf(micros).slice(0, 19)}Z`
}

const LATEST = microsOf('9999-12-31T23:59:59.999999Z') ?? 0
const EARLIEST = microsOf('0001-01-01T00:00:00Z') ?? 0

/** Reads RFC 3339 with `T` and a zone; null for anything else, and for years that no database keeps. */
export function readTime(text: string): Micros | null {
  if (text.charCodeAt(10) !== 84) return null
  const micros = microsOf(text.replace(/(\.\d{12})\d+/, '$1'))
  return micros === null || micros < EARLIEST || micros > LATEST ? null : micros
}

/** Whether it is the time that means none. */
export function isZeroTime(micros: Micros): boolean {
  return micros === EARLIEST
}

const UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** Reads a duration such as `1h30m`, `-5m` or `1.5s` into nanoseconds; null for anything else. */
export function readDuration(text: string): number | null {
  const match = /^([+-]?)((?:\d{1,15}(?:\.\d{0,15})?(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text)
  if (match === null) return null
  let nanos = 0
  for (const [, count = '0', unit = 's'] of (match[2] ?? '').matchAll(/([\d.]+)([a-zµμ]+)/g))
    nanos += Number(count) * (UNIT_NANOS[unit] ?? 0)
  return match[1] === '-' ? -Math.round(nanos) : Math.round(nanos)
}

/** Writes nanoseconds as Go does: `2m0s`, `1h30m0s`, `1.5s`, `10ms`, `0s`. */
export function durationText(nanos: number): string {
  if (nanos === 0) return '0s'
  const sign = nanos < 0 ? '-' : ''
  const rest = Math.abs(nanos)
  if (rest < 1e3) return `${sign}${rest}ns`
  if (rest < 1e6) return `${sign}${rest / 1e3}µs`
  if (rest < 1e9) return `${sign}${rest / 1e6}ms`
  const hours = Math.floor(rest / 3600e9)
  const minutes = Math.floor((rest - hours * 3600e9) / 60e9)
  const seconds = (rest - hours * 3600e9 - minutes * 60e9) / 1e9
  const shown = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : ''
  return `${sign}${shown}${seconds}s`
}
