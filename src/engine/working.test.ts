import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balance, withOverdraft } from '../../test/support/ledger.ts'
import { post } from '../../test/support/posts.ts'
import { Recent, Working } from './working.ts'

describe('a memory of what was used lately', () => {
  test('holds everything until it is tidied, however much it is', () => {
    const recent = new Recent<number>(2)
    for (let index = 0; index < 1000; index += 1) recent.set(`${index}`, index)
    for (let index = 0; index < 1000; index += 1) expect(recent.get(`${index}`)).toBe(index)
  })

  test('still holds after one tidying what was written since the one before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.array(fc.array(fc.nat(30), { maxLength: 30 })),
        (max, rounds) => {
          const recent = new Recent<number>(max)
          let value = 0
          for (const round of rounds) {
            recent.tidy()
            const written = new Map<string, number>()
            for (const key of round) {
              value += 1
              recent.set(`${key}`, value)
              written.set(`${key}`, value)
            }
            recent.tidy()
            for (const [key, last] of written) expect(recent.get(key)).toBe(last)
          }
        },
      ),
    )
  })

  test('never tells what was replaced', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(5), fc.constant('tidy' as const))), (steps) => {
        const recent = new Recent<number>(4)
        const last = new Map<string, number>()
        for (const [value, step] of steps.entries()) {
          if (step === 'tidy') recent.tidy()
          else {
            recent.set(`${step}`, value)
            last.set(`${step}`, value)
          }
          for (const [key, right] of last) expect([undefined, right]).toContain(recent.get(key))
        }
      }),
    )
  })

  test('holds no more than twice its bound when it is tidied between equal rounds', () => {
    const recent = new Recent<number>(100)
    for (let round = 0; round < 100; round += 1) {
      recent.tidy()
      for (let index = 0; index < 50; index += 1) recent.set(`${round} ${index}`, index)
    }
    expect([...recent.entries()].length).toBeLessThanOrEqual(200)
  })
})

describe('what the engine remembers', () => {
  test('asks for a balance together with the companion that carries its overdraft', () => {
    const [principal, companion] = withOverdraft('p', null)
    const plain = [balance('a'), principal]
    const working = new Working({ balances: 100, others: 100 })
    for (const one of plain) working.balances.set(one.id, one)
    expect(working.missing([post('a', 'p', 1n)])).toMatchObject({ balances: [companion.id] })
    working.balances.set(companion.id, companion)
    expect(working.missing([post('a', 'p', 1n)])).toBeNull()
  })

  test('asks again in the next round for what was not there', () => {
    const working = new Working({ balances: 100, others: 100 })
    const nothing = { balances: [], holds: [], reversibles: [], requests: [], routes: [] }
    working.startRound(1, false)
    const wants = working.missing([post('a', 'b', 1n)])
    if (wants !== null) working.learn(wants, nothing)
    expect(working.missing([post('a', 'b', 1n)])).toBeNull()
    working.startRound(2, false)
    expect(working.missing([post('a', 'b', 1n)])).toEqual(wants)
  })
})
