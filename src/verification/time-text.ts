import { isoOf, type Micros } from '../ledger/index.ts'

/** A time as findings tell it. What is no time of the years 1 to 9999 was put there by somebody, and is told as it was read. */
export function timeText(time: Micros | null): string {
  return time !== null && Number.isSafeInteger(time) ? isoOf(time) : String(time)
}
