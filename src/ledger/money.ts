/**
 * Exact money.
 *
 * An amount is a `bigint` counted in quanta, where one quantum is 10^-18 of the asset's unit: 1.50 USD is
 * 1_500_000_000_000_000_000n. One fixed scale makes addition and comparison plain integer arithmetic, whatever the
 * number of decimals that an asset or a face uses. Text goes in and out at the edges only; nothing is ever a float.
 */
import { assert } from './assert.ts'

/** An exact amount of one asset, in quanta of 10^-18. */
export type Amount = bigint

/** The most decimals that an amount may have. */
export const DECIMALS_MAX = 18

/** The most digits before the decimal point. */
export const DIGITS_MAX = 64

/** An amount stays below this: 64 digits before the point. Sums of many may grow beyond. */
export const AMOUNT_LIMIT: Amount = 10n ** BigInt(DIGITS_MAX + DECIMALS_MAX)

/** Why a text is not an amount. */
export type DecimalFault = 'not_a_decimal' | 'too_many_decimals' | 'too_large'

const POWERS: readonly bigint[] = Array.from(
  { length: DECIMALS_MAX + 1 },
  (_, n) => 10n ** BigInt(n),
)

function power(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent)
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/
const TEXT_LENGTH_MAX = 400

/**
 * Reads decimal text, such as `100.50`, `-3`, `.5` or `1e-3`, exactly.
 *
 * Zeros at the end do not count as decimals, so `1.0000000000000000000` is one.
 */
export function parseDecimal(text: string): Amount | DecimalFault {
  if (text.length > TEXT_LENGTH_MAX) return /^[\d.+-]+$/.test(text) ? 'too_large' : 'not_a_decimal'
  const match = DECIMAL.exec(text)
  if (match === null) return 'not_a_decimal'
  const whole = match[2] ?? ''
  const fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return 'not_a_decimal'
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0n
  const significant = digits.replace(/0+$/, '')
  const exponent =
    Number(match[4] ?? '0') - fraction.length + (digits.length - significant.length) + DECIMALS_MAX
  if (exponent < 0) return 'too_many_decimals'
  if (significant.length + exponent > DIGITS_MAX + DECIMALS_MAX) return 'too_large'
  const quanta = BigInt(significant) * power(exponent)
  return match[1] === '-' ? -quanta : quanta
}

const KEPT = /^(-?)(\d+)(?:\.(\d{1,18})0*)?$/

/**
 * Reads what `formatDecimal` wrote and the database kept, a sum of any size: a balance does not wear out because more
 * went through it than one amount may be.
 */
export function readDecimal(text: string): Amount {
  return readShort(text) ?? readLong(text)
}

/** Digits of which every number is exact. */
const SHORT_MAX = 15

/** Most amounts have few digits, which make a number in a fraction of the time; null for others. */
function readShort(text: string): Amount | null {
  if (text.length > SHORT_MAX) return null
  let digits = 0
  let decimals: number | null = null
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9) {
      digits = 10 * digits + digit
      if (decimals !== null) decimals += 1
    } else if (text[at] === '.' && decimals === null && at > 0) decimals = 0
    else return null
  }
  if (text === '' || decimals === 0) return null
  return BigInt(digits) * power(DECIMALS_MAX - (decimals ?? 0))
}

function readLong(text: string): Amount {
  const match = KEPT.exec(text)
  assert(match !== null, 'a kept amount is a decimal')
  const quanta = BigInt(`${match[2] ?? ''}${(match[3] ?? '').padEnd(DECIMALS_MAX, '0')}`)
  return match[1] === '-' ? -quanta : quanta
}

/** Writes an amount in plain notation without zeros at the end: `100.5`, `0`, `-0.25`. */
export function formatDecimal(amount: Amount): string {
  if (amount === 0n) return '0'
  const negative = amount < 0n
  let digits = (negative ? -amount : amount).toString()
  if (digits.length <= DECIMALS_MAX) digits = digits.padStart(DECIMALS_MAX + 1, '0')
  const point = digits.length - DECIMALS_MAX
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === 48) end -= 1
  const text =
    end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
  return negative ? `-${text}` : text
}

/** The amount that `units` of 10^-scale make: `fromUnits(150n, 2)` is 1.50. */
export function fromUnits(units: bigint, scale: number): Amount {
  return units * power(DECIMALS_MAX - scale)
}

/** The amount in whole units of 10^-scale, what is finer cut off towards zero: 1.505 at scale 2 is 150. */
export function toUnits(amount: Amount, scale: number): bigint {
  return scale === DECIMALS_MAX ? amount : amount / power(DECIMALS_MAX - scale)
}

/** Whether the amount needs no more decimals than `scale`. */
export function isWholeAt(amount: Amount, scale: number): boolean {
  return scale === DECIMALS_MAX || amount % power(DECIMALS_MAX - scale) === 0n
}

/** How many decimals the amount needs: 0 for 3, 1 for 2.50. */
export function decimalsOf(amount: Amount): number {
  let decimals = 0
  while (!isWholeAt(amount, decimals)) decimals += 1
  return decimals
}

export function sum(amounts: readonly Amount[]): Amount {
  let total = 0n
  for (const amount of amounts) total += amount
  return total
}

export function smaller(left: Amount, right: Amount): Amount {
  return left < right ? left : right
}
