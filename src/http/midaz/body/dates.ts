/** Times as callers may write them. */
import { type Micros, microsOf } from '../../../ledger/index.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?$/

/** A moment: RFC 3339, or without a zone, which then is UTC. */
export function momentOf(text: string): Micros | null {
  return microsOf(DATE_AND_TIME.test(text) ? `${text}Z` : text)
}

/** A moment or a day, which is the moment at which it begins in UTC. */
export function momentOrDayOf(text: string): Micros | null {
  return DATE.test(text) ? microsOf(`${text}T00:00:00Z`) : momentOf(text)
}

export function isDay(text: string): boolean {
  return DATE.test(text)
}
