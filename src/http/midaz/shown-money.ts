/** How amounts and times are written in each generation. */
import {
  type Amount,
  type Carried,
  currencyScale,
  decimalsOf,
  formatDecimal,
  isoOf,
  type Micros,
  NOTHING_CARRIED,
  type Sums,
  type Terms,
  toUnits,
} from '../../ledger/index.ts'
import type { Profile } from './profile.ts'

/** Decimal text with its quotes. */
export function decimal(amount: Amount): string {
  return `"${formatDecimal(amount)}"`
}

/** The decimals of an asset in the first generations: those of its currency, and as many more as are needed. */
export function scaleFor(assetCode: string, needed: number): number {
  return Math.max(currencyScale(assetCode) ?? 0, needed)
}

/** The digits of an amount as a whole number at a scale that is enough for it. */
export function digits(amount: Amount, scale: number): string {
  return toUnits(amount, scale).toString()
}

/** A moment in UTC, without zeros at the end of its fraction. */
export function timeText(micros: Micros): string {
  const text = isoOf(micros)
  if (text.charCodeAt(text.length - 2) !== 48) return text
  const trimmed = text.slice(0, -1).replace(/0+$/, '')
  return trimmed.endsWith('.') ? `${trimmed.slice(0, -1)}Z` : `${trimmed}Z`
}

/** What a balance stands at, in Midaz's numbers. */
export type Standing = {
  readonly available: Amount
  readonly onHold: Amount
  readonly overdraftUsed: Amount
}

/** What tells how the sums of a balance are to be shown. */
type Shown = Pick<Terms, 'normalSide' | 'external' | 'principalId'>

/**
 * The standing that sums make, with what a companion carries of an overdraft. A balance whose normal side is debit grows
 * with debits; the outside world, which is one, is shown with the opposite sign in the first generations, as it was kept
 * then: negative once money has come in. What an overdraft has set aside is on hold on the balance that drew it.
 */
export function standingOf(
  sums: Sums,
  { normalSide, external, principalId }: Shown,
  carried: Carried | null,
  profile: Profile,
): Standing {
  const net = sums.postedCredits - sums.postedDebits - sums.pendingDebits
  const asCredit = normalSide === 'credit' || (external && profile === 'seed')
  const { drawn, held } = carried ?? NOTHING_CARRIED
  return {
    available: asCredit ? net : -net,
    onHold: principalId === null ? sums.pendingDebits + held : 0n,
    overdraftUsed: drawn,
  }
}

/** Decimals that a standing needs. */
export function decimalsOfStanding({ available, onHold, overdraftUsed }: Standing): number {
  return Math.max(decimalsOf(available), decimalsOf(onHold), decimalsOf(overdraftUsed))
}
