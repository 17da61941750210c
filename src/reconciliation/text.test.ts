import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexTexts, rowsThatMayOverlap } from './grams.ts'
import { comparable, differByAtMost, overlaps } from './text.ts'

/** Characters left out and put in, counted in the plainest way. */
function difference(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, x) => x)
  for (let y = 1; y <= one.length; y += 1) {
    const row = [y]
    for (let x = 1; x <= other.length; x += 1)
      row.push(
        one[y - 1] === other[x - 1]
          ? (above[x - 1] ?? 0)
          : 1 + Math.min(above[x] ?? 0, row[x - 1] ?? 0),
      )
    above = row
  }
  return above[other.length] ?? 0
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), maxLength: 14 })

test('texts differ by the characters that were left out and put in', () => {
  fc.assert(
    fc.property(letters, letters, fc.nat(12), (one, other, most) => {
      expect(differByAtMost(one, other, most)).toBe(difference(one, other) <= most)
    }),
    { numRuns: 5000 },
  )
})

test('an index of texts finds every text that overlaps', () => {
  fc.assert(
    fc.property(fc.array(fc.array(letters, { maxLength: 2 })), letters, (rows, asked) => {
      const found = rowsThatMayOverlap(indexTexts(rows), asked)
      if (found === null) return
      rows.forEach((texts, row) => {
        if (texts.some((text) => overlaps(text, asked))) expect(found).toContain(row)
      })
    }),
    { numRuns: 2000 },
  )
})

test('an empty text overlaps with nothing', () => {
  expect(overlaps('', 'a')).toBe(false)
  expect(overlaps('', '')).toBe(false)
})

test('texts are compared whatever their case and the spaces around them', () => {
  expect(comparable('  Pay INV-1 ')).toBe('pay inv-1')
})
