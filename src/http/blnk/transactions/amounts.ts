/**
 * Blnk's amounts. A whole number of minor units, with a precision that says how many of them make a major unit; or a
 * float in major units, which counts as its shortest decimal text.
 */

/** A decimal as a whole number over a power of ten. */
type Fraction = { readonly digits: bigint; readonly decimals: number }

const DECIMAL = /^([+-]?)(\d{0,400})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,3}))?$/

/** Reads decimal text; null when it is none. */
export function readFraction(text: string): Fraction | null {
  const match = DECIMAL.exec(text)
  if (match === null) return null
  const [, sign, whole = '', part = '', exponent = '0'] = match
  if (whole === '' && part === '') return null
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n)
  const decimals = part.length - Number(exponent)
  return decimals >= 0
    ? { digits, decimals }
    : { digits: digits * 10n ** BigInt(-decimals), decimals: 0 }
}

/** The float as the decimal that it stands for: the shortest text that means it. */
function fractionOf(amount: number): Fraction {
  return readFraction(String(amount)) ?? { digits: 0n, decimals: 0 }
}

/** The float in minor units; a half is rounded away from zero. */
export function unitsOf(amount: number, precision: bigint): bigint {
  const { digits, decimals } = fractionOf(amount)
  return divideRounded(digits * precision, 10n ** BigInt(decimals))
}

/** What a decimal text in major units comes to in minor units, what is finer cut off; null when it is no decimal. */
export function unitsOfText(text: string, precision: bigint): bigint | null {
  const fraction = readFraction(text)
  return fraction === null ? null : (fraction.digits * precision) / 10n ** BigInt(fraction.decimals)
}

function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return dividend < 0n ? -((-dividend + half) / divisor) : (dividend + half) / divisor
}

/** Decimals of the text that Blnk shows of a division. */
const SHOWN_DECIMALS = 16

/** The units in major units as decimal text, rounded to sixteen decimals: `981.16`, `0.3333333333333333`. */
export function majorText(units: bigint, precision: bigint): string {
  const negative = units < 0n
  const scaled = divideRounded(
    (negative ? -units : units) * 10n ** BigInt(SHOWN_DECIMALS),
    precision,
  )
  const digits = scaled.toString().padStart(SHOWN_DECIMALS + 1, '0')
  const whole = digits.slice(0, -SHOWN_DECIMALS)
  const part = digits.slice(-SHOWN_DECIMALS).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`
}

const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 19 }, (_, n) => 10n ** BigInt(n))

/** The units in major units, as the float that Blnk shows. */
export function majorOf(units: bigint, precision: bigint): number {
  if (precision === 1n) return Number(units)
  // A quotient of two exact floats is rounded once, just as its decimal text would be; the common case by far.
  if (units < 9_007_199_254_740_992n && precision <= 100_000n && POWERS_OF_TEN.includes(precision))
    return Number(units) / Number(precision)
  return Number(majorText(units, precision))
}

const SIGNIFICANT_MAX = 15

/** Whether a float has more digits than a float keeps. */
export function isTooLong(amount: number): boolean {
  const [mantissa = ''] = String(Math.abs(amount)).split('e')
  const digits = mantissa.replace('.', '').replace(/^0+/, '').replace(/0+$/, '')
  return digits.length > SIGNIFICANT_MAX
}

/** The amount as messages name it: two decimals. */
export function fixedText(amount: number): string {
  return Math.abs(amount) < 1e21 ? amount.toFixed(2) : BigInt(Math.round(amount)).toString()
}
