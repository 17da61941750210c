/** Amounts as callers of any generation write them. */
import { type Amount, type DecimalFault, parseDecimal } from '../../../ledger/index.ts'
import { isNumeral, type JsonValue } from '../../exact-json.ts'

/** The most decimals that a caller may say a whole number has. */
const SCALE_MAX = 100

/** The text of a decimal given as text or as number; null for anything else. */
export function decimalText(value: JsonValue): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value)
  if (typeof value === 'bigint') return value.toString()
  return isNumeral(value) ? value.rawJSON : null
}

/** The amount that a value and, where there is one, its scale mean: 1050 at scale 2 is 10.50. */
export function amountOf(value: JsonValue, scale: number): Amount | DecimalFault {
  const text = decimalText(value)
  const isScale = Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX
  if (text === null || !isScale) return 'not_a_decimal'
  const amount = parseDecimal(text)
  if (scale === 0 || typeof amount !== 'bigint') return amount
  const unit = 10n ** BigInt(scale)
  return amount % unit === 0n ? amount / unit : 'too_many_decimals'
}

/** What to tell a caller about a decimal that does not fit. */
export const DECIMAL_FAULTS = {
  not_a_decimal: 'must be a decimal number',
  too_many_decimals: 'must have at most 18 decimals',
  too_large: 'must have at most 64 digits before the point',
} as const satisfies Record<DecimalFault, string>
