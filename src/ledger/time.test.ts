import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isoOf, microsOf, momentAfter } from './time.ts'

/** 0001-01-01 and 9999-12-31, in milliseconds. */
const FIRST = -62_135_596_800_000
const LAST = 253_402_300_799_999

const exact = fc.integer({
  min: Math.ceil(Number.MIN_SAFE_INTEGER / 1000) * 1000,
  max: Number.MAX_SAFE_INTEGER,
})

describe('times', () => {
  test('that are exact to the microsecond are read as they were written', () => {
    fc.assert(fc.property(exact, (micros) => microsOf(isoOf(micros)) === micros))
  })

  test('beyond what is exact are cut to seconds, and read as they were written from then on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST, max: LAST }),
        fc.integer({ min: 0, max: 999 }),
        (millis, rest) => {
          const text = `${new Date(millis).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
          const micros = microsOf(text)
          expect(micros).not.toBeNull()
          if (micros === null) return
          expect(Math.abs(micros / 1000 - millis)).toBeLessThan(1000)
          expect(isoOf(micros)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
          expect(microsOf(isoOf(micros))).toBe(micros)
        },
      ),
    )
  })

  test('go on to the microsecond, to the second where they are far away, and not beyond the last one', () => {
    const from = microsOf('2026-11-21T08:16:45.361948Z') ?? 0
    const years = (count: number) => BigInt(count) * 366n * 86_400n * 1_000_000n
    expect(momentAfter(from, 0n)).toBe(from)
    expect(momentAfter(from, 1n)).toBe(from + 1)
    expect(isoOf(momentAfter(from, years(300)))).toBe('2327-07-07T08:16:45.000000Z')
    expect(isoOf(momentAfter(from, 2n ** 80n))).toBe('9999-12-31T23:59:59.000000Z')
  })

  test('are written in order', () => {
    fc.assert(
      fc.property(exact, exact, (left, right) => {
        expect(isoOf(left) < isoOf(right)).toBe(left < right)
      }),
    )
  })

  test.each([
    ['2026-11-21T08:16:45.361948Z', '2026-11-21T08:16:45.361948Z'],
    ['2026-11-21T08:16:45.3619489Z', '2026-11-21T08:16:45.361948Z'],
    ['2026-11-21t08:16:45z', '2026-11-21T08:16:45.000000Z'],
    ['2026-11-21 08:16:45+05:30', '2026-11-21T02:46:45.000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.000000Z'],
  ])('%s is %s', (text, written) => {
    const micros = microsOf(text)
    expect(micros === null ? null : isoOf(micros)).toBe(written)
  })

  test.each([
    '',
    '2026-11-21',
    '2026-11-21T08:16',
    '2026-11-21T08:16:45',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-11-21T24:00:01Z',
    '2026-11-21T08:60:00Z',
    '2026-11-21T08:16:60Z',
    '2026-11-21T08:16:45+99:99',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    '12026-11-21T08:16:45Z',
    '-2026-11-21T08:16:45Z',
    'now',
    '2026-11-21T08:16:45Z\n',
  ])('%j is no time', (text) => {
    expect(microsOf(text)).toBeNull()
  })

  test('any text at all is a time or null', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'0129-:TZ.+') }),
        ),
        (text) => {
          const micros = microsOf(text)
          expect(micros === null || Number.isFinite(micros)).toBe(true)
        },
      ),
    )
  })
})
