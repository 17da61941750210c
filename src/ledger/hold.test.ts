import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balance, leg, order, Shelf, withOverdraft } from '../../test/support/ledger.ts'
import type { Balance } from './balance.ts'
import { draftRelease, draftSettlement, type HoldWithPlan, type PlannedLeg } from './hold.ts'
import { Draft, draftPosting, type Leg } from './posting.ts'

/** Sets money aside, as the engine does, and returns the hold with its plan. */
function held(
  shelf: Shelf,
  sources: readonly Leg[],
  destinations: readonly Leg[],
  reserveDestinations = false,
): HoldWithPlan {
  const draft = new Draft(shelf, 'h')
  const given = order(sources, destinations, { effect: 'hold', reserveDestinations })
  expect(draftPosting(given, draft)).toBeNull()
  shelf.keep(draft)
  const reserved = draft.entries.map((entry) => planned(entry.side, entry, true))
  const open = reserveDestinations ? [] : destinations.map((one) => planned('credit', one, false))
  const plan = [...reserved, ...open]
  return { transactionId: 'h', status: 'pending', amount: given.amount, settled: 0n, plan }
}

function planned(
  side: PlannedLeg['side'],
  of: { readonly balanceId: string; readonly amount: bigint },
  reserved: boolean,
): PlannedLeg {
  return { side, balanceId: of.balanceId, amount: of.amount, reserved, details: null }
}

function ended(
  shelf: Shelf,
  end: (draft: Draft) => ReturnType<typeof draftSettlement>,
): HoldWithPlan | string {
  const draft = new Draft(shelf, 's')
  const result = end(draft)
  if ('code' in result) return result.code
  shelf.keep(draft)
  return result.hold
}

function sumsOf(shelf: Shelf): readonly (readonly [string, bigint, bigint, bigint, bigint])[] {
  return shelf
    .all()
    .map((one: Balance) => [
      one.id,
      one.postedDebits,
      one.postedCredits,
      one.pendingDebits,
      one.pendingCredits,
    ])
}

describe('a hold', () => {
  test('posts and gives back together exactly what it set aside, in any parts', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1000n }),
        fc.array(fc.bigInt({ min: -5n, max: 400n }), { maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        (amount, parts, reserve, useOverdraft) => {
          const start = useOverdraft
            ? withOverdraft('a', null)
            : [balance('a', {}, { postedCredits: amount })]
          const shelf = new Shelf([...start, balance('b')])
          let hold = held(shelf, [leg('a', amount)], [leg('b', amount)], reserve)
          let settled = 0n
          for (const part of parts) {
            const next = ended(shelf, (draft) => draftSettlement(hold, part, draft))
            const left = amount - settled
            const code =
              left === 0n
                ? 'hold_already_posted'
                : part <= 0n
                  ? 'amount_not_positive'
                  : part > left
                    ? 'amount_exceeds_hold'
                    : null
            if (typeof next === 'string') expect(next).toBe(code)
            else {
              expect(code).toBeNull()
              hold = next
              settled += part
            }
            for (const one of shelf.all()) expect(one.pendingDebits >= 0n).toBe(true)
          }
          const last = ended(shelf, (draft) => draftRelease(hold, 'voided', draft))
          if (typeof last === 'string') expect(settled).toBe(amount)
          const all = shelf.all()
          for (const one of all) expect([one.pendingDebits, one.pendingCredits]).toEqual([0n, 0n])
          expect(shelf.get('b')?.postedCredits).toBe(settled)
          const gave = all.reduce((sum, one) => sum + one.postedDebits, 0n)
          expect(gave).toBe(settled)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('of many legs is posted as a whole or not at all', () => {
    const shelf = new Shelf([
      balance('a', {}, { postedCredits: 60n }),
      balance('b', {}, { postedCredits: 40n }),
      balance('c'),
    ])
    const hold = held(shelf, [leg('a', 60n), leg('b', 40n)], [leg('c', 100n)])
    expect(ended(shelf, (draft) => draftSettlement(hold, 99n, draft))).toBe('hold_not_divisible')
    expect(ended(shelf, (draft) => draftSettlement(hold, null, draft))).toMatchObject({
      status: 'posted',
      settled: 100n,
    })
    expect(sumsOf(shelf)).toEqual([
      ['a', 60n, 60n, 0n, 0n],
      ['b', 40n, 40n, 0n, 0n],
      ['c', 0n, 100n, 0n, 0n],
    ])
  })

  test('that was ended is not ended again', () => {
    const shelf = new Shelf([balance('a', {}, { postedCredits: 100n }), balance('b')])
    const hold = held(shelf, [leg('a', 100n)], [leg('b', 100n)])
    const again = (status: HoldWithPlan['status'], end: 'settle' | 'release') =>
      ended(shelf, (draft) =>
        end === 'settle'
          ? draftSettlement({ ...hold, status }, null, draft)
          : draftRelease({ ...hold, status }, 'voided', draft),
      )
    for (const end of ['settle', 'release'] as const) {
      expect(again('posted', end)).toBe('hold_already_posted')
      expect(again('voided', end)).toBe('hold_already_voided')
      expect(again('expired', end)).toBe('hold_already_voided')
    }
  })

  test('made before a freeze is settled all the same', () => {
    const shelf = new Shelf([balance('a', {}, { postedCredits: 100n }), balance('b')])
    const hold = held(shelf, [leg('a', 100n)], [leg('b', 100n)])
    const frozen = new Shelf(
      shelf
        .all()
        .map((one) => ({ ...one, terms: { ...one.terms, maySend: false, mayReceive: false } })),
    )
    expect(ended(frozen, (draft) => draftSettlement(hold, null, draft))).toMatchObject({
      status: 'posted',
    })
  })

  test('whose destination is gone can be given back, and not posted', () => {
    const shelf = new Shelf([balance('a', {}, { postedCredits: 100n }), balance('b')])
    const hold = held(shelf, [leg('a', 100n)], [leg('b', 100n)])
    const without = new Shelf(shelf.all().filter((one) => one.id !== 'b'))
    expect(ended(without, (draft) => draftSettlement(hold, null, draft))).toBe('balance_not_found')
    expect(ended(without, (draft) => draftRelease(hold, 'voided', draft))).toMatchObject({
      status: 'voided',
    })
  })

  test('repays what its destination has drawn when it is posted', () => {
    const [principal, companion] = withOverdraft('b', 100n)
    const shelf = new Shelf([
      balance('a', {}, { postedCredits: 100n }),
      principal,
      { ...companion, postedDebits: 30n, pendingDebits: 20n },
    ])
    const hold = held(shelf, [leg('a', 100n)], [leg('b', 100n)])
    ended(shelf, (draft) => draftSettlement(hold, null, draft))
    expect(sumsOf(shelf)).toEqual([
      ['a', 100n, 100n, 0n, 0n],
      ['b', 0n, 70n, 0n, 0n],
      ['b/overdraft', 30n, 30n, 20n, 0n],
    ])
  })

  test('gives back what it drew from an overdraft, whatever came in meanwhile', () => {
    const shelf = new Shelf([
      ...withOverdraft('a', 100n),
      balance('b'),
      balance('x', { external: true }),
    ])
    const hold = held(shelf, [leg('a', 50n)], [leg('b', 50n)])
    const comesIn = (amount: bigint) => {
      const draft = new Draft(shelf, 't')
      expect(draftPosting(order([leg('x', amount)], [leg('a', amount)]), draft)).toBeNull()
      shelf.keep(draft)
    }
    comesIn(50n)
    ended(shelf, (draft) => draftRelease(hold, 'voided', draft))
    comesIn(10n)
    expect(sumsOf(shelf)).toEqual([
      ['a', 0n, 60n, 0n, 0n],
      ['a/overdraft', 0n, 0n, 0n, 0n],
      ['b', 0n, 0n, 0n, 0n],
      ['x', 60n, 0n, 0n, 0n],
    ])
  })

  test('is not posted to a destination that credits lower and has too little', () => {
    const shelf = new Shelf([
      balance('a', {}, { postedCredits: 100n }),
      balance('b', { normalSide: 'debit' }, { postedDebits: 99n }),
    ])
    const hold = held(shelf, [leg('a', 100n)], [leg('b', 100n)])
    expect(ended(shelf, (draft) => draftSettlement(hold, null, draft))).toBe('insufficient_funds')
    expect(ended(shelf, (draft) => draftSettlement(hold, 99n, draft))).toMatchObject({
      settled: 99n,
    })
  })
})
