import type { Amount, Micros } from '../ledger/index.ts'

/**
 * One side of a possible match: a record of somebody else's, a transaction of ours, or a group of either that counts as
 * one.
 */
export type Side = {
  /** Names it within its kind. */
  readonly key: string
  readonly currency: string
  /** Of a group, the sum. */
  readonly amount: Amount
  /** Of a group, the earliest. */
  readonly date: Micros
  /** Comparable texts; of a group, those of its members. */
  readonly references: readonly string[]
  readonly descriptions: readonly string[]
}

/** Money of different currencies never matches, whatever a rule says; nor does money of which nobody said. */
export function sharesCurrency(external: Side, internal: Side): boolean {
  return external.currency === internal.currency && external.currency !== ''
}

/** The order in which sides are found that are equally near: the earlier first, then by key. */
export function earlierFirst(one: Side, other: Side): number {
  return one.date - other.date || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)
}
