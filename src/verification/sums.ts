/** The four sums of a balance as verification reckons with them. */
import { type Amount, readDecimal } from '../ledger/index.ts'
import type { EntrySums } from './port.ts'

/** Amounts are never negative, so this one equals none of them. */
const NOT_AN_AMOUNT = -1n

/** The amount in a column, or one that equals no other when what stands there is none. */
export function amountOf(text: string): Amount {
  try {
    return readDecimal(text)
  } catch {
    return NOT_AN_AMOUNT
  }
}

/** How many decimals an amount has, as text without zeros at the end. */
export function decimalsOf(decimal: string): number {
  const point = decimal.indexOf('.')
  return point === -1 ? 0 : decimal.length - point - 1
}

/** The sums by the names of the program and of the columns, in one order. */
export const SUM_COLUMNS = [
  ['postedDebits', 'posted_debits'],
  ['postedCredits', 'posted_credits'],
  ['pendingDebits', 'pending_debits'],
  ['pendingCredits', 'pending_credits'],
] as const satisfies readonly (readonly [keyof EntrySums, string])[]

/** Four sums in that order. */
export type Sums = readonly [Amount, Amount, Amount, Amount]

export const NOTHING: Sums = [0n, 0n, 0n, 0n]

export function sumsOf(row: EntrySums): Sums {
  return [
    amountOf(row.postedDebits),
    amountOf(row.postedCredits),
    amountOf(row.pendingDebits),
    amountOf(row.pendingCredits),
  ]
}

export function plus(left: Sums, right: Sums): Sums {
  return [left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]]
}

export function minus(left: Sums, right: Sums): Sums {
  return [left[0] - right[0], left[1] - right[1], left[2] - right[2], left[3] - right[3]]
}

export function equal(left: Sums, right: Sums): boolean {
  return left.every((sum, index) => sum === right[index])
}

const SIDES = ['debit', 'credit']
const EFFECTS = ['post', 'hold', 'settle', 'release']

/** The other halves of holds and releases, which change no sum. */
export const HALVES: Readonly<Record<string, string>> = { held: 'hold', freed: 'release' }

/** What an entry adds to the sums, or null when there is no such entry. */
export function changeOf(side: string, effect: string, amount: Amount): Sums | null {
  if (!SIDES.includes(side)) return null
  if (effect in HALVES) return NOTHING
  if (!EFFECTS.includes(effect)) return null
  const posted = effect === 'post' || effect === 'settle' ? amount : 0n
  const pending = effect === 'post' ? 0n : effect === 'hold' ? amount : -amount
  return side === 'debit' ? [posted, 0n, pending, 0n] : [0n, posted, 0n, pending]
}

export type Meaning = { readonly side: string; readonly effect: string; readonly amount: Amount }

/** The one entry that makes a change of the sums, or null when none does. */
export function meaningOf(change: Sums): Meaning | null {
  for (const side of SIDES)
    for (const effect of EFFECTS) {
      const posted = side === 'debit' ? change[0] : change[1]
      const pending = side === 'debit' ? change[2] : change[3]
      const amount = effect === 'post' ? posted : effect === 'hold' ? pending : -pending
      const made = changeOf(side, effect, amount)
      if (amount > 0n && made !== null && equal(made, change)) return { side, effect, amount }
    }
  return null
}
