/** What a rule says about where an amount or a date can lie, so that nothing beyond needs to be looked at. */
import { type Amount, type Micros, readDecimal } from '../ledger/index.ts'
import type { Criterion, Field, Operator, Rule } from './rule.ts'

const ONE: Amount = readDecimal('1')
const QUANTA_PER_MICRO = ONE / 1_000_000n

/** From and to, both included; null for no end. */
export type Span<T> = { readonly from: T; readonly to: T | null }

/** The criterion of a rule with this field and operator that allows least, or null. */
export function criterionOf(rule: Rule, field: Field, operator: Operator): Criterion | null {
  let strictest: Criterion | null = null
  for (const criterion of rule.criteria)
    if (
      criterion.field === field &&
      criterion.operator === operator &&
      (strictest === null || criterion.drift < strictest.drift)
    )
      strictest = criterion
  return strictest
}

/** Our amounts, which are never negative, that agree with theirs; null when none can. */
export function amountsNear(external: Amount, drift: Amount): Span<Amount> | null {
  if (external < 0n) return null
  return {
    from: divideUp(external * ONE, ONE + drift),
    to: drift < ONE ? (external * ONE) / (ONE - drift) : null,
  }
}

export function datesNear(external: Micros, drift: Amount): Span<Micros> {
  const micros = Number(drift / QUANTA_PER_MICRO)
  return { from: external - micros, to: external + micros }
}

function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by
}
