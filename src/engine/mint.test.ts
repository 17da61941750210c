import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ENTRIES_MAX } from '../ledger/index.ts'
import { entryId, entryOf, freeId, Mint, mintedAt } from './mint.ts'

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** From 1970 to 2255. */
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

function random(digits: number): string {
  return 'f'.repeat(digits)
}

describe('ids', () => {
  test('of one batch are different, well formed, and in the order in which they were handed out', () => {
    fc.assert(
      fc.property(time, (at) => {
        const mint = new Mint(at, random)
        const ids = Array.from({ length: 600 }, () => mint.id())
        expect(ids.every((id) => UUID_7.test(id))).toBe(true)
        expect([...ids].sort()).toEqual(ids)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { numRuns: 30 },
    )
  })

  test('of a later batch come after those of an earlier one', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        const left = new Mint(one, random).id()
        const right = new Mint(other, random).id()
        expect(left < right).toBe(one < other)
        expect(left === right).toBe(one === other)
      }),
    )
  })

  test('tell when they were handed out', () => {
    fc.assert(fc.property(time, (at) => mintedAt(new Mint(at, random).id()) === at))
  })

  test('that belong to no batch look the same', () => {
    expect(freeId(0, random)).toMatch(UUID_7)
  })

  test('of entries follow that of their transaction, and lead back to it', () => {
    fc.assert(
      fc.property(time, fc.nat(ENTRIES_MAX - 1), (at, leg) => {
        const mint = new Mint(at, random)
        const [transactionId, next] = [mint.id(), mint.id()]
        const id = entryId(transactionId, leg)
        expect(id).toMatch(UUID_7)
        expect(transactionId < id && id < next).toBe(true)
        expect(entryOf(id)).toEqual({ transactionId, leg })
      }),
    )
  })

  test('of transactions are no ids of entries', () => {
    expect(entryOf(new Mint(0, random).id())).toBeNull()
  })
})
