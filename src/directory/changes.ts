/** Rows as facts: what is told when one is made, changed or deleted. */
import { type Change, isoOf, type JsonObject, type Micros } from '../ledger/index.ts'
import type { Rows } from './rows.ts'

export function created<E extends keyof Rows>(entity: E, row: Rows[E]): Change {
  return { entity, verb: 'created', id: row.id, before: null, after: asJson(row) }
}

/** The row with some of it replaced, updated now. */
export function updated<E extends keyof Rows>(
  entity: E,
  before: Rows[E],
  replaced: Partial<Rows[E]>,
  now: Micros,
): { readonly row: Rows[E]; readonly change: Change } {
  const row = { ...before, ...replaced, updatedAt: isoOf(now) }
  return {
    row,
    change: { entity, verb: 'updated', id: row.id, before: asJson(before), after: asJson(row) },
  }
}

export function deleted<E extends keyof Rows>(entity: E, before: Rows[E], now: Micros): Change {
  const row = { ...before, deletedAt: isoOf(now) }
  return { entity, verb: 'deleted', id: row.id, before: asJson(before), after: asJson(row) }
}

function asJson(row: Rows[keyof Rows]): JsonObject {
  return row as unknown as JsonObject
}

/** What every new row begins with. */
export function newRow(
  bookId: number,
  id: string,
  now: Micros,
  metadata: JsonObject | null,
): {
  readonly bookId: number
  readonly id: string
  readonly metadata: JsonObject | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: null
} {
  const at = isoOf(now)
  return { bookId, id, metadata, createdAt: at, updatedAt: at, deletedAt: null }
}
