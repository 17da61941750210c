/** Whether a record and a transaction agree, as a rule says. */
import { type Amount, readDecimal } from '../ledger/index.ts'
import type { Criterion, Operator, Rule } from './rule.ts'
import { type Side, sharesCurrency } from './side.ts'
import { differByAtMost, overlaps } from './text.ts'

const ONE: Amount = readDecimal('1')
const MICROS_PER_SECOND = 1_000_000n
const PER_CENT = 100n

/** Whether all criteria of the rule hold between two sides that may match by their currencies. */
export function agree(rule: Rule, external: Side, internal: Side): boolean {
  return (
    sharesCurrency(external, internal) &&
    rule.criteria.every((criterion) => holds(criterion, external, internal))
  )
}

/** Whether a criterion holds. Operators that mean nothing for a field never do. */
export function holds(criterion: Criterion, external: Side, internal: Side): boolean {
  switch (criterion.field) {
    case 'amount':
      return amountHolds(criterion, external.amount, internal.amount)
    case 'date':
      return dateHolds(criterion, BigInt(external.date), BigInt(internal.date))
    case 'reference':
      return textHolds(criterion, external.references, internal.references)
    case 'description':
      return textHolds(criterion, external.descriptions, internal.descriptions)
    case 'currency':
      return currencyHolds(criterion.operator, external.currency, internal.currency)
  }
}

/** The drift is a fraction of our amount. */
function amountHolds({ operator, drift }: Criterion, external: Amount, internal: Amount): boolean {
  switch (operator) {
    case 'equals':
      return distance(external, internal) * ONE <= distance(internal, 0n) * drift
    case 'greater_than':
      return external > internal
    case 'less_than':
      return external < internal
    case 'contains':
      return false
  }
}

function dateHolds({ operator, drift }: Criterion, external: bigint, internal: bigint): boolean {
  switch (operator) {
    case 'equals':
      return distance(external, internal) * ONE <= drift * MICROS_PER_SECOND
    case 'greater_than':
      return external > internal
    case 'less_than':
      return external < internal
    case 'contains':
      return false
  }
}

function distance(one: bigint, other: bigint): bigint {
  return one < other ? other - one : one - other
}

/** One part of either side is enough. */
function textHolds(
  { operator, drift }: Criterion,
  external: readonly string[],
  internal: readonly string[],
): boolean {
  switch (operator) {
    case 'equals':
      return external.some((text) => text !== '' && internal.includes(text))
    case 'contains':
      return external.some((one) =>
        internal.some((other) => overlaps(one, other) || resembles(one, other, drift)),
      )
    case 'greater_than':
    case 'less_than':
      return false
  }
}

function resembles(one: string, other: string, drift: Amount): boolean {
  return (
    drift > 0n && one !== '' && other !== '' && differByAtMost(one, other, slack(one, other, drift))
  )
}

/** How many characters may differ. */
function slack(one: string, other: string, drift: Amount): number {
  const longer = BigInt(Math.max(one.length, other.length))
  return Number((longer * drift) / (ONE * PER_CENT))
}

function currencyHolds(operator: Operator, one: string, other: string): boolean {
  if (operator !== 'equals' && operator !== 'contains') return false
  return one.toLowerCase() === other.toLowerCase()
}
