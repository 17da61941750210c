/** Rows of the directory and what events tell of them: the same facts, written a little differently. */
import { canonicalJson, type Json, type JsonObject, microsOf } from '../ledger/index.ts'
import type { EntityShape } from './port.ts'
import { amountOf } from './sums.ts'
import { timeText } from './time-text.ts'

/** A row as an event tells it: times as text. */
export function asTold(row: JsonObject, shape: EntityShape): JsonObject {
  return Object.fromEntries(
    Object.entries(row).map(([property, value]) => [
      property,
      shape.columns.get(property)?.isTime === true && typeof value === 'number'
        ? timeText(value)
        : value,
    ]),
  )
}

/** Whether a column holds what an event tells of it. */
export function holds(kept: Json, told: Json, isTime: boolean): boolean {
  if (kept === null || told === null) return kept === told
  if (isTime) return typeof told === 'string' && kept === microsOf(told)
  if (typeof kept === 'string' && typeof told === 'string' && kept !== told)
    // A decimal may be kept with other zeros at its end than it was told with.
    return /^\d+(\.\d+)?$/.test(kept) && amountOf(kept) === amountOf(told)
  return canonicalJson(kept) === canonicalJson(told)
}
