import { assert } from './assert.ts'
import { type Amount, DECIMALS_MAX, sum } from './money.ts'

/** One party's part of an amount that is split, in whole units. */
export type Part =
  /** A share of the total, in percent, exact to 18 decimals: 33.33 % is 33_330_000_000_000_000_000n. */
  | { readonly kind: 'percentage'; readonly percent: Amount }
  /** A fixed number of units. */
  | { readonly kind: 'fixed'; readonly units: bigint }
  /** Whatever the others leave. */
  | { readonly kind: 'remainder' }

export type AllocationFault = 'fixed_exceeds_rest' | 'exceeds_total'

const HUNDRED_PERCENT = 100n * 10n ** BigInt(DECIMALS_MAX)

/**
 * Splits whole units so that nothing is lost and nothing is made, after the rules of Blnk.
 *
 * Fixed parts are taken first; percentages are of the total and cut down to whole units; the first remainder gets what
 * is left. Percentages that come to less than one unit are handed to the largest percentage, and what cutting down lost
 * goes to the largest part of all. Ties go to the earlier part, because a replayed request must produce the same
 * entries. Parts that come to nothing are 0.
 */
export function distribute(
  total: bigint,
  parts: readonly Part[],
): readonly bigint[] | AllocationFault {
  assert(total >= 0n && parts.length > 0, 'there is an amount and somebody to give it to')
  const shares = parts.map(() => 0n)
  let rest = total
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'fixed') continue
    if (part.units > rest) return 'fixed_exceeds_rest'
    shares[index] = part.units
    rest -= part.units
  }

  const percent = sum(parts.map((part) => (part.kind === 'percentage' ? part.percent : 0n)))
  const restAfterPercentages = rest * HUNDRED_PERCENT - total * percent
  if (percent > HUNDRED_PERCENT || restAfterPercentages < 0n) return 'exceeds_total'
  for (const [index, units] of percentageShares(total, parts)) shares[index] = units

  const remainder = parts.findIndex((part) => part.kind === 'remainder')
  if (remainder !== -1) shares[remainder] = restAfterPercentages / HUNDRED_PERCENT

  const missing = total - sum(shares)
  if (missing !== 0n) {
    const largest = indexOfLargest(shares)
    shares[largest] = (shares[largest] ?? 0n) + missing
  }
  assert(
    sum(shares) === total && shares.every((share) => share >= 0n),
    'shares add up to the total',
  )
  return shares
}

function percentageShares(total: bigint, parts: readonly Part[]): ReadonlyMap<number, bigint> {
  const exact = new Map<number, bigint>()
  let crumbs = 0n
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'percentage') continue
    const share = total * part.percent
    exact.set(index, share < HUNDRED_PERCENT ? 0n : share)
    if (share < HUNDRED_PERCENT) crumbs += share
  }
  const indexes = [...exact.keys()]
  const largest = indexes[indexOfLargest([...exact.values()])]
  if (largest !== undefined) exact.set(largest, (exact.get(largest) ?? 0n) + crumbs)
  return new Map(indexes.map((index) => [index, (exact.get(index) ?? 0n) / HUNDRED_PERCENT]))
}

function indexOfLargest(values: readonly bigint[]): number {
  let largest = 0
  for (const [index, value] of values.entries())
    if (value > (values[largest] ?? 0n)) largest = index
  return largest
}

/** One party's part of an amount in Midaz's words. */
export type Portion =
  | { readonly kind: 'amount'; readonly amount: Amount }
  /** percent of percentOf of the total, both whole numbers. */
  | { readonly kind: 'share'; readonly percent: bigint; readonly percentOf: bigint }
  /** What the portions before it have left. */
  | { readonly kind: 'remaining' }

/**
 * Splits an amount exactly, after the rules of Midaz: a portion is an amount, a percentage of a percentage of the
 * total, or what is left when its turn comes. Nothing is rounded; null when a share needs more decimals than there
 * are. The caller checks that the portions add up.
 */
export function apportion(total: Amount, portions: readonly Portion[]): readonly Amount[] | null {
  const amounts: Amount[] = []
  let rest = total
  for (const portion of portions) {
    switch (portion.kind) {
      case 'amount':
        amounts.push(portion.amount)
        rest -= portion.amount
        break
      case 'share': {
        const product = total * portion.percent * portion.percentOf
        if (product % 10_000n !== 0n) return null
        amounts.push(product / 10_000n)
        rest -= product / 10_000n
        break
      }
      case 'remaining':
        amounts.push(rest)
        break
    }
  }
  return amounts
}
