/** Splits: what the parts of a transaction come to. */
import { type AllocationFault, distribute, type Part, parseDecimal } from '../../../ledger/index.ts'
import { Problem } from '../wire/problem.ts'
import { unitsOfText } from './amounts.ts'
import { missingBalance } from './problems.ts'
import type { DistributionBody, TransactionBody } from './schema.ts'

/** What one of the parties to a split gives or gets. */
export type Share = {
  readonly side: 'sources' | 'destinations'
  readonly identifier: string
  readonly distribution: string
  readonly precise: string | undefined
  readonly units: bigint
}

const FAULTS: Readonly<Record<AllocationFault, string>> = {
  fixed_exceeds_rest: 'fixed amount exceeds remaining transaction amount',
  exceeds_total: 'total distributions exceed 100% or total amount',
}

function invalid(reason: string): Problem {
  return new Problem('TXN_VALIDATION_ERROR', `failed to split transaction: ${reason}`)
}

/**
 * The shares of a split in the order in which they were asked for; null for a transaction between two balances. A party
 * that is named twice gets the sum of its parts.
 *
 * @throws Problem when the parts do not fit
 */
export function sharesOf(
  body: TransactionBody,
  units: bigint,
  precision: bigint,
): readonly Share[] | null {
  const { sources = [], destinations = [] } = body
  if (sources.length === 0 && destinations.length === 0) return null
  // Who gives to whom would be anybody's guess.
  if (sources.length > 0 && destinations.length > 0) throw missingBalance('')
  const side = sources.length > 0 ? 'sources' : 'destinations'
  const legs = sources.length > 0 ? sources : destinations
  refuseSecondRemainder(legs)
  const allocated = distribute(
    units,
    legs.map((leg) => partOf(leg, precision)),
  )
  if (typeof allocated === 'string') throw invalid(FAULTS[allocated])
  const shares = new Map<string, Share>()
  for (const [index, leg] of legs.entries()) {
    const { identifier = '', distribution = '', precise_distribution } = leg
    const before = shares.get(identifier)
    shares.set(identifier, {
      side,
      identifier,
      distribution: before?.distribution ?? distribution,
      precise: before === undefined ? precise_distribution : before.precise,
      units: (before?.units ?? 0n) + (allocated[index] ?? 0n),
    })
  }
  return [...shares.values()]
}

/** Who has a part already cannot have what is left as well. */
function refuseSecondRemainder(legs: readonly DistributionBody[]): void {
  for (const { identifier, distribution } of legs)
    if (
      distribution === 'left' &&
      legs.some((leg) => leg.identifier === identifier && leg.distribution !== 'left')
    )
      throw invalid("multiple identifiers with 'left' distribution")
}

function partOf(leg: DistributionBody, precision: bigint): Part {
  const { distribution = '', precise_distribution = '' } = leg
  if (precise_distribution !== '') {
    if (!/^[+-]?\d{1,100}$/.test(precise_distribution))
      throw invalid('invalid precise_distribution format: must be an integer value in minor units')
    return fixed(BigInt(precise_distribution))
  }
  if (distribution === 'left') return { kind: 'remainder' }
  if (distribution === '') return fixed(0n)
  if (distribution.endsWith('%')) return percentage(distribution.slice(0, -1))
  const units = distribution.length > 400 ? null : unitsOfText(distribution, precision)
  if (units === null) throw invalid('invalid fixed amount format')
  return fixed(units)
}

function percentage(text: string): Part {
  const percent = parseDecimal(text)
  if (typeof percent !== 'bigint') throw invalid('invalid percentage format')
  if (percent < 0n) throw notPositive()
  return { kind: 'percentage', percent }
}

function fixed(units: bigint): Part {
  if (units < 0n) throw notPositive()
  return { kind: 'fixed', units }
}

function notPositive(): Problem {
  return new Problem(
    'TXN_INVALID_AMOUNT',
    'failed to split transaction: transaction amount must be positive',
  )
}
