import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rootOf } from './chain.ts'
import { pathTo, rootAlong } from './inclusion.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

const leaves = fc
  .integer({ min: 1, max: 700 })
  .map((count) => Array.from({ length: count }, (_, index) => hash(`leaf ${index}`)))

test('the path of every leaf leads to the root', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), (all, any) => {
      const index = any % all.length
      const path = pathTo(all, index, hash)
      expect(rootAlong(all[index] ?? '', path, hash)).toBe(rootOf(all, hash))
    }),
    { numRuns: 30 },
  )
})

test('another leaf on the same path leads elsewhere', () => {
  fc.assert(
    fc.property(leaves, fc.nat(), (all, any) => {
      const index = any % all.length
      const path = pathTo(all, index, hash)
      expect(rootAlong(hash('another'), path, hash)).not.toBe(rootOf(all, hash))
    }),
    { numRuns: 30 },
  )
})

test('a path is as short as the tree is high', () => {
  const all = Array.from({ length: 4096 }, (_, index) => hash(String(index)))
  expect(pathTo(all, 4095, hash).map(({ siblings }) => siblings.length)).toEqual([15, 15, 15])
})
