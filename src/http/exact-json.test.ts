import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDecimal } from '../ledger/index.ts'
import { isNumeral, parseExact } from './exact-json.ts'

/** A decimal as anybody may write it, up to the digits that an amount may have. */
const decimal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.nat({ max: 99 }).map(String), fc.bigInt({ min: 0n, max: 10n ** 38n }).map(String)),
    fc.oneof(
      fc.constant(''),
      fc.nat({ max: 999 }).map((digits) => `.${digits}`),
      fc
        .tuple(fc.nat({ max: 17 }), fc.nat({ max: 9 }))
        .map(([zeros, last]) => `.${'0'.repeat(zeros)}${last}`),
    ),
  )
  .map((parts) => parts.join(''))

function textOf(value: unknown): string {
  return isNumeral(value) ? value.rawJSON : String(value)
}

test('every decimal is read as what is written, however near it is to a number', () => {
  fc.assert(
    fc.property(decimal, (written) => {
      const read = textOf(parseExact(written, 'exact'))
      expect(parseDecimal(read)).toEqual(parseDecimal(written))
    }),
    { numRuns: 1000 },
  )
})

test.each(['25.000000000000000001', '1.0000000000000000001', '9007199254740993', '1e400', '0.1'])(
  '%s is read as it is written',
  (written) => {
    expect(textOf(parseExact(written, 'exact'))).toBe(written)
  },
)

test('numbers that a number holds stay numbers', () => {
  expect(parseExact('[1,25.5,9007199254740991,-3]', 'exact')).toEqual([
    1, 25.5, 9007199254740991, -3,
  ])
})
