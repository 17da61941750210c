import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AMOUNT_LIMIT,
  DECIMALS_MAX,
  DIGITS_MAX,
  decimalsOf,
  formatDecimal,
  fromUnits,
  isWholeAt,
  parseDecimal,
  readDecimal,
  toUnits,
} from './money.ts'

const amount = fc.bigInt({ min: -AMOUNT_LIMIT + 1n, max: AMOUNT_LIMIT - 1n })
const scale = fc.integer({ min: 0, max: DECIMALS_MAX })

describe('text', () => {
  test('reading what was written gives the same amount', () => {
    fc.assert(fc.property(amount, (value) => parseDecimal(formatDecimal(value)) === value))
  })

  test('written text is the shortest plain notation', () => {
    fc.assert(
      fc.property(amount, (value) => {
        const text = formatDecimal(value)
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
        expect(text).not.toBe('-0')
      }),
    )
  })

  test('an exponent only moves the point', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 40n }),
        fc.integer({ min: -18, max: 24 }),
        (digits, exponent) => {
          const places = BigInt(exponent + DECIMALS_MAX)
          expect(parseDecimal(`${digits}e${exponent}`)).toBe(digits * 10n ** places)
        },
      ),
    )
  })

  test('zeros that mean nothing change nothing', () => {
    fc.assert(
      fc.property(amount, fc.nat(20), fc.nat(20), (value, before, after) => {
        const text = formatDecimal(value < 0n ? -value : value)
        const padded = `${'0'.repeat(before)}${text}${text.includes('.') ? '' : '.'}${'0'.repeat(after)}`
        expect(parseDecimal(padded)).toBe(value < 0n ? -value : value)
      }),
    )
  })

  test.each([
    ['100.50', 100_500_000_000_000_000_000n],
    ['.5', 500_000_000_000_000_000n],
    ['5.', 5_000_000_000_000_000_000n],
    ['+1', 1_000_000_000_000_000_000n],
    ['-3', -3_000_000_000_000_000_000n],
    ['1e-18', 1n],
    ['0.000000000000000001', 1n],
    ['1000e-21', 1n],
    ['1.0000000000000000000', 1_000_000_000_000_000_000n],
    ['1E+2', 100_000_000_000_000_000_000n],
    ['-0', 0n],
    ['-0.000', 0n],
    ['0e999999', 0n],
    ['9'.repeat(DIGITS_MAX), AMOUNT_LIMIT - 10n ** 18n],
  ])('%s is read exactly', (text, quanta) => {
    expect(parseDecimal(text)).toBe(quanta)
  })

  test.each([
    ['', 'not_a_decimal'],
    ['.', 'not_a_decimal'],
    ['-', 'not_a_decimal'],
    ['e5', 'not_a_decimal'],
    ['1e', 'not_a_decimal'],
    ['1 ', 'not_a_decimal'],
    [' 1', 'not_a_decimal'],
    ['1\n', 'not_a_decimal'],
    ['1,5', 'not_a_decimal'],
    ['0x10', 'not_a_decimal'],
    ['NaN', 'not_a_decimal'],
    ['Infinity', 'not_a_decimal'],
    ['1_000', 'not_a_decimal'],
    ['--1', 'not_a_decimal'],
    ['1.2.3', 'not_a_decimal'],
    ['\u0661', 'not_a_decimal'],
    ['__proto__', 'not_a_decimal'],
    ['1\u0000', 'not_a_decimal'],
    ['1e-19', 'too_many_decimals'],
    ['1e-999999', 'too_many_decimals'],
    ['0.0000000000000000001', 'too_many_decimals'],
    ['1e64', 'too_large'],
    ['1e999999', 'too_large'],
    ['1'.repeat(65), 'too_large'],
    ['9'.repeat(401), 'too_large'],
    ['x'.repeat(401), 'not_a_decimal'],
  ])('%j is no amount', (text, fault) => {
    expect(parseDecimal(text)).toBe(fault)
  })

  test('any text at all is either an amount below the limit or has a named fault', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'0123456789-+.eE'), maxLength: 40 }),
        ),
        (text) => {
          const value = parseDecimal(text)
          if (typeof value === 'bigint')
            expect(value < AMOUNT_LIMIT && value > -AMOUNT_LIMIT).toBe(true)
          else expect(['not_a_decimal', 'too_many_decimals', 'too_large']).toContain(value)
        },
      ),
    )
  })

  test('a sum of amounts that outgrew the limit of one amount is still read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 120n }), (value) => {
        expect(readDecimal(formatDecimal(value))).toBe(value)
      }),
    )
    expect(() => readDecimal('NaN')).toThrow('Assumption broken')
  })
})

describe('units', () => {
  test('units become an amount and come back', () => {
    fc.assert(
      fc.property(fc.bigInt(), scale, (units, at) => {
        expect(toUnits(fromUnits(units, at), at)).toBe(units)
        expect(isWholeAt(fromUnits(units, at), at)).toBe(true)
      }),
    )
  })

  test('what is finer than a unit is cut off towards zero', () => {
    fc.assert(
      fc.property(amount, scale, (value, at) => {
        const rest = value - fromUnits(toUnits(value, at), at)
        const unit = fromUnits(1n, at)
        expect(rest > -unit && rest < unit).toBe(true)
        expect(rest === 0n || rest > 0n === value > 0n).toBe(true)
        expect(isWholeAt(value, at)).toBe(rest === 0n)
      }),
    )
  })

  test('an amount needs exactly the decimals that its text shows', () => {
    fc.assert(
      fc.property(amount, (value) => {
        const [, decimals = ''] = formatDecimal(value).split('.')
        expect(decimalsOf(value)).toBe(decimals.length)
      }),
    )
  })
})
