/** Places in the log of a book. They are ids of records, which are made of times: a time is a place too. */
import type { Micros } from '../ledger/index.ts'

/** Before everything. */
export const BEGINNING = '00000000-0000-0000-0000-000000000000'

/** Behind everything that was recorded at a time or before it. */
export function placeAfter(at: Micros): string {
  const millis = Math.floor(at / 1000)
  const time = millis.toString(16).padStart(12, '0')
  const micros = (at - millis * 1000).toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${micros}-ffff-ffffffffffff`
}

const PLACE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a text can be a place in a log. */
export function isPlace(text: string): boolean {
  return PLACE.test(text)
}
