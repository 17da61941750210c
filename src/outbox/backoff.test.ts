import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outboxLimits } from '../limits.ts'
import { isHopeless, pauseAfter } from './backoff.ts'

const { patience } = outboxLimits
const chance = fc.double({ min: 0, max: 1, noNaN: true })

describe('the pause after a failed attempt', () => {
  test('is about a second at first, doubles, and is never much longer than an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (attempts, spread) => {
        const pause = pauseAfter(attempts, patience, spread)
        const middle = Math.min(1_000 * 2 ** (attempts - 1), 3_600_000)
        expect(pause).toBeGreaterThanOrEqual(middle * 0.9 - 1e-6)
        expect(pause).toBeLessThanOrEqual(middle * 1.1 + 1e-6)
      }),
    )
  })
})

describe('giving up', () => {
  const day = 86_400_000_000
  const base = { attempts: 50, attemptsMax: null, happenedAt: 0, failingSince: 0 }

  test('comes after three days, counted from what came last: the event, or the first failure', () => {
    const now = 10 * day
    const since = (happened: number, failing: number) =>
      isHopeless(
        { ...base, happenedAt: happened * day, failingSince: failing * day },
        patience,
        now,
      )
    expect(since(6, 6)).toBe(true)
    expect(since(8, 6)).toBe(false)
    // The server itself was away for days: the subscriber has its time all the same.
    expect(since(1, 9)).toBe(false)
  })

  test('comes after the number of attempts where there is one', () => {
    const tried = { ...base, attemptsMax: 3, happenedAt: 0, failingSince: 0 }
    expect(isHopeless({ ...tried, attempts: 2 }, patience, 100 * day)).toBe(false)
    expect(isHopeless({ ...tried, attempts: 3 }, patience, 0)).toBe(true)
  })
})
