import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apportion, distribute, type Part, type Portion } from './allocation.ts'
import { parseDecimal } from './money.ts'

/** `33.33%`, `left`, or a number of units. */
function part(text: string): Part {
  if (text === 'left') return { kind: 'remainder' }
  if (!text.endsWith('%')) return { kind: 'fixed', units: BigInt(text) }
  const percent = parseDecimal(text.slice(0, -1))
  if (typeof percent !== 'bigint') throw new Error(`${text} is no percentage`)
  return { kind: 'percentage', percent }
}

const parts = fc.array(
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2000n }).map((units): Part => ({ kind: 'fixed', units })),
    fc
      .bigInt({ min: 0n, max: 60n * 10n ** 18n })
      .map((percent): Part => ({ kind: 'percentage', percent })),
    fc.constant<Part>({ kind: 'remainder' }),
  ),
  { minLength: 1, maxLength: 8 },
)

describe('a distribution', () => {
  test('loses nothing and makes nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), parts, (total, given) => {
        const shares = distribute(total, given)
        if (typeof shares === 'string') return
        expect(shares).toHaveLength(given.length)
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total)
        expect(shares.every((share) => share >= 0n)).toBe(true)
      }),
    )
  })

  test('is the same every time', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1000n }), parts, (total, given) => {
        expect(distribute(total, given)).toEqual(distribute(total, given))
      }),
    )
  })

  test('gives a fixed part what it asks for, unless it is the largest', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 5000n }), parts, (total, given) => {
        const shares = distribute(total, given)
        if (typeof shares === 'string') return
        const wrong = given.filter((one, at) => one.kind === 'fixed' && one.units !== shares[at])
        expect(wrong.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  test.each<readonly [bigint, readonly string[], readonly bigint[]]>([
    [3_000_000n, ['10%', '2000000', 'left'], [300_000n, 2_000_000n, 700_000n]],
    [100_000n, ['24023', 'left'], [24_023n, 75_977n]],
    [30_000n, ['33.33%', '66.67%'], [9_999n, 20_001n]],
    [3_000_000n, ['33.33%', '5000', 'left'], [999_900n, 5_000n, 1_995_100n]],
    [1_000_000n, ['9733', '267'], [999_733n, 267n]],
    [1_000n, ['33.333%', 'left'], [333n, 667n]],
    [100n, ['33.33%', '33.33%', 'left'], [34n, 33n, 33n]],
    [10n, ['1%', 'left'], [0n, 10n]],
    [10_000n, ['1000', '2000'], [1_000n, 9_000n]],
    [10_000n, ['50%', '30%'], [7_000n, 3_000n]],
    [1n, ['50%', '50%'], [1n, 0n]],
    [1_000n, ['left', 'left'], [1_000n, 0n]],
    [0n, ['50%', 'left'], [0n, 0n]],
    [7n, ['0%', '0%'], [7n, 0n]],
  ])('of %s to %s is %s', (total, texts, shares) => {
    expect(distribute(total, texts.map(part))).toEqual(shares)
  })

  test.each<readonly [bigint, readonly string[], string]>([
    [10_000n, ['60%', '50%'], 'exceeds_total'],
    [10_000n, ['15000'], 'fixed_exceeds_rest'],
    [10_000n, ['6000', '5000'], 'fixed_exceeds_rest'],
    [10_000n, ['6000', '50%'], 'exceeds_total'],
  ])('of %s to %s is refused: %s', (total, texts, fault) => {
    expect(distribute(total, texts.map(part))).toBe(fault)
  })
})

describe('an apportionment', () => {
  test('with a last portion that takes what remains adds up', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }),
        (total, percents) => {
          const portions: Portion[] = percents.map((percent) => ({
            kind: 'share',
            percent: BigInt(percent),
            percentOf: 100n,
          }))
          const amounts = apportion(total, [...portions, { kind: 'remaining' }])
          if (amounts === null) return
          expect(amounts.reduce((sum, one) => sum + one, 0n)).toBe(total)
        },
      ),
    )
  })

  test('rounds nothing: a share that cannot be exact is refused', () => {
    expect(apportion(1n, [{ kind: 'share', percent: 50n, percentOf: 100n }])).toBeNull()
    expect(apportion(200n, [{ kind: 'share', percent: 50n, percentOf: 50n }])).toEqual([50n])
  })
})
