/**
 * How a reconciliation goes through the transactions. When every rule bounds the amount, or every rule the date, records are
 * taken in that order, and of the transactions only those near them need to be read.
 */
import type { Amount, Micros } from '../ledger/index.ts'
import { type Amount as Quanta, readDecimal } from '../ledger/index.ts'
import { amountsNear, criterionOf, datesNear } from './bounds.ts'
import type { Rule } from './rule.ts'
import type { Side } from './side.ts'

export type Axis = 'amount' | 'date' | 'none'

const ONE: Quanta = readDecimal('1')

export function axisOf(rules: readonly Rule[]): Axis {
  const bounded = (field: 'amount' | 'date', below: Amount | null) =>
    rules.every((rule) => {
      const criterion = criterionOf(rule, field, 'equals')
      return criterion !== null && (below === null || criterion.drift < below)
    })
  // A drift of one allows every larger amount, which is no bound.
  if (bounded('amount', ONE)) return 'amount'
  return bounded('date', null) ? 'date' : 'none'
}

/** Amounts or dates of one currency, both ends included, among which something may agree. */
export type Window = {
  readonly currency: string
  readonly from: Amount | Micros
  readonly to: Amount | Micros
}

/** The windows of some records, each as wide as the widest rule makes it, in order and without overlaps. */
export function windowsOf(
  axis: 'amount' | 'date',
  rules: readonly Rule[],
  externals: readonly Side[],
): readonly Window[] {
  const windows = externals.flatMap((external) =>
    rules.flatMap((rule) => windowOf(axis, rule, external) ?? []),
  )
  return merged(windows)
}

function windowOf(axis: 'amount' | 'date', rule: Rule, external: Side): Window | null {
  const { currency } = external
  const drift = criterionOf(rule, axis, 'equals')?.drift ?? 0n
  const span =
    axis === 'amount' ? amountsNear(external.amount, drift) : datesNear(external.date, drift)
  if (span === null || span.to === null || span.from > span.to || currency === '') return null
  return { currency, from: span.from, to: span.to }
}

function merged(windows: readonly Window[]): readonly Window[] {
  const sorted = windows.toSorted(
    (one, other) =>
      compare(one.currency, other.currency) ||
      compare(one.from, other.from) ||
      compare(one.to, other.to),
  )
  const apart: Window[] = []
  for (const window of sorted) {
    const last = apart.at(-1)
    if (last === undefined || last.currency !== window.currency || window.from > last.to)
      apart.push(window)
    else if (window.to > last.to) apart[apart.length - 1] = { ...last, to: window.to }
  }
  return apart
}

function compare<T extends string | number | bigint>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0
}
