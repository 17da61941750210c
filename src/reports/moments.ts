/** Times as ids: within a book, ids are in the order of time, so a span of time is a range of a key. */
import type { Micros } from '../ledger/index.ts'

function prefixAt(at: Micros): string {
  const micros = Math.max(0, at)
  const millis = Math.floor(micros / 1000)
  const time = millis.toString(16).padStart(12, '0').slice(-12)
  const rest = (micros - millis * 1000).toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest}`
}

/** No id that was minted at this time or later is smaller. */
export function firstIdAt(at: Micros): string {
  return `${prefixAt(at)}-8000-000000000000`
}

/** No id that was minted at this time or earlier is larger. */
export function lastIdAt(at: Micros): string {
  return `${prefixAt(at)}-bfff-ffffffffffff`
}
