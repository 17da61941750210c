import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoOf, microsOf } from '../ledger/index.ts'
import { typesWith } from './types.ts'

const TIMESTAMPTZ = 1184

/** Reads a time as the driver hands it over. */
const read = typesWith({ getTypeParser: () => null }).getTypeParser(TIMESTAMPTZ) as (
  text: string,
) => number

/** As a session in UTC writes it: without zeros at the end of the fraction. */
function written(micros: number): string {
  const [whole = '', fraction = ''] = isoOf(micros).slice(0, -1).replace('T', ' ').split('.')
  const digits = fraction.replace(/0+$/, '')
  return `${whole}${digits === '' ? '' : `.${digits}`}+00`
}

test('times are read to the microsecond, whatever day was read before', () => {
  const from = microsOf('1684-01-01T00:00:00Z') ?? 0
  const moments = fc.integer({ min: from, max: Number.MAX_SAFE_INTEGER })
  fc.assert(fc.property(moments, (micros) => read(written(micros)) === micros))
})

test('the first and the last moments of a day are of that day', () => {
  for (const text of [
    '2026-12-31 23:59:59.999999+00',
    '2027-01-01 00:00:00+00',
    '1969-12-31 23:59:59.9+00',
    '0001-01-01 00:00:00+00',
    '9999-12-31 23:59:59+00',
  ])
    expect(read(text), text).toBe(microsOf(text.replace(' ', 'T').replace('+00', 'Z')))
})

test.each([
  '2026-11-21 08:16:45.361948+00 BC',
  '12026-11-21 08:16:45+00',
  '2026-11-21 08:16:45+01',
  'infinity',
  '-infinity',
])('%s is no time that was ever written', (text) => {
  expect(read(text)).toBeNaN()
})
