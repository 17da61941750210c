import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balance, leg, order, Shelf, withOverdraft } from '../../test/support/ledger.ts'
import type { Entry } from './entry.ts'
import { Draft, draftPosting, NO_OVERDRAFT } from './posting.ts'
import { oppositeOf, type Reversible } from './reversal.ts'
import type { Transaction } from './transaction.ts'

const TRANSACTION: Transaction = {
  id: 't',
  kind: 'transfer',
  status: 'posted',
  recordedAt: 0,
  effectiveAt: null,
  parentId: null,
  requestId: null,
  reference: null,
  assetCode: 'USD',
  amount: 1n,
  sourceId: null,
  destinationId: null,
  description: null,
  metadata: null,
  terms: null,
  plan: null,
  reversesId: null,
  actor: null,
}

function reversible(posted: readonly Entry[], more: Partial<Transaction> = {}): Reversible {
  return { transaction: { ...TRANSACTION, ...more }, posted, reversalId: null, oneWayRouteId: null }
}

function post(shelf: Shelf, given: ReturnType<typeof order>): readonly Entry[] {
  const draft = new Draft(shelf, 't')
  expect(draftPosting(given, draft)).toBeNull()
  shelf.keep(draft)
  return draft.entries
}

function netOf(shelf: Shelf): readonly (readonly [string, bigint])[] {
  return shelf.all().map((one) => [one.id, one.postedCredits - one.postedDebits])
}

describe('a reversal', () => {
  test('brings every balance back to where it was, overdrafts drawn and repaid included', () => {
    const amount = fc.bigInt({ min: 1n, max: 100n })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), amount), { minLength: 1, maxLength: 4 }),
        fc.nat(1),
        fc.bigInt({ min: 0n, max: 150n }),
        fc.bigInt({ min: 0n, max: 150n }),
        fc.bigInt({ min: 0n, max: 150n }),
        (gives, to, funds, debt, takerDebt) => {
          const [p, pc] = withOverdraft('p', null, { postedCredits: funds })
          const [q, qc] = withOverdraft('q', null)
          const shelf = new Shelf([
            p,
            { ...pc, postedDebits: debt },
            balance('x', { external: true }),
            q,
            { ...qc, postedDebits: takerDebt },
            balance('y', { external: true }),
          ])
          const before = netOf(shelf)
          const total = gives.reduce((sum, [, one]) => sum + one, 0n)
          const entries = post(
            shelf,
            order(
              gives.map(([at, one]) => leg(at === 0 ? 'p' : 'x', one)),
              [leg(to === 0 ? 'q' : 'y', total)],
            ),
          )
          const opposite = oppositeOf(reversible(entries), shelf, NO_OVERDRAFT)
          expect('code' in opposite).toBe(false)
          if ('code' in opposite) return
          expect(opposite.amount).toBe(total)
          post(shelf, order(opposite.sources, opposite.destinations))
          // A debt that was there before is repaid by money that comes back, so principal and companion count together.
          const together = (nets: ReturnType<typeof netOf>) =>
            [...Map.groupBy(nets, ([id]) => id.split('/')[0])].map(([id, group]) => [
              id,
              group.reduce((sum, [, net]) => sum + net, 0n),
            ])
          expect(together(netOf(shelf))).toEqual(together(before))
        },
      ),
      { numRuns: 1000 },
    )
  })

  const entries = () =>
    post(
      new Shelf([balance('a', {}, { postedCredits: 5n }), balance('b')]),
      order([leg('a', 5n)], [leg('b', 5n)]),
    )
  const shelf = new Shelf([balance('a'), balance('b')])

  test('is made once', () => {
    const again = { ...reversible(entries()), reversalId: 'r' }
    expect(oppositeOf(again, shelf, NO_OVERDRAFT)).toMatchObject({ code: 'already_reversed' })
  })

  test('is not reversed itself', () => {
    const itself = reversible(entries(), { kind: 'reversal' })
    expect(oppositeOf(itself, shelf, NO_OVERDRAFT)).toMatchObject({ code: 'is_reversal' })
  })

  test('needs something that was posted', () => {
    const hold = entries().map((entry) => ({ ...entry, effect: 'hold' as const }))
    expect(oppositeOf(reversible(hold), shelf, NO_OVERDRAFT)).toMatchObject({
      code: 'not_reversible',
    })
    expect(oppositeOf(reversible([]), shelf, NO_OVERDRAFT)).toMatchObject({
      code: 'not_reversible',
    })
  })
})
