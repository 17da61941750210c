import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LineageStrategy } from './balance.ts'
import {
  type Draw,
  drawBack,
  drawFrom,
  holderName,
  type Lot,
  type LotStep,
  lotName,
  type Piece,
  partWithin,
  passOn,
} from './lineage.ts'
import { smaller } from './money.ts'

const strategies = fc.constantFrom<LineageStrategy>('fifo', 'lifo', 'proportional')
const money = fc.bigInt({ min: 0n, max: 10n ** 30n })
const lots = fc.array(money, { maxLength: 8 })
const units = fc.constantFrom(1n, 100n, 10n ** 16n)

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n)
}

function drawn(draws: readonly Draw[], lot: number): bigint {
  return total(draws.filter((draw) => draw.lot === lot).map((draw) => draw.amount))
}

describe('a draw on lots', () => {
  test('loses nothing, makes nothing, and takes no more from a lot than it has', () => {
    fc.assert(
      fc.property(lots, money, strategies, units, (left, amount, strategy, unit) => {
        const draws = drawFrom(left, amount, strategy, unit)
        const all = total(left)
        expect(total(draws.map((draw) => draw.amount))).toBe(smaller(amount, all))
        for (const [lot, had] of left.entries()) expect(drawn(draws, lot)).toBeLessThanOrEqual(had)
        expect(draws.every((draw) => draw.amount > 0n)).toBe(true)
      }),
    )
  })

  test('is the same every time', () => {
    fc.assert(
      fc.property(lots, money, strategies, units, (left, amount, strategy, unit) => {
        expect(drawFrom(left, amount, strategy, unit)).toEqual(
          drawFrom(left, amount, strategy, unit),
        )
      }),
    )
  })

  test('FIFO leaves a later lot alone until the earlier ones are empty, LIFO the other way round', () => {
    fc.assert(
      fc.property(lots, money, units, (left, amount, unit) => {
        for (const [strategy, order] of [
          ['fifo', left],
          ['lifo', [...left].reverse()],
        ] as const) {
          const taken = order.map((_, place) =>
            drawn(
              drawFrom(left, amount, strategy, unit),
              strategy === 'fifo' ? place : left.length - 1 - place,
            ),
          )
          for (const [place, had] of order.entries())
            if ((taken[place] ?? 0n) < had)
              expect(taken.slice(place + 1).every((amount) => amount === 0n)).toBe(true)
        }
      }),
    )
  })

  test('PROPORTIONAL takes from each what its share is, to the unit of each lot that is drawn on', () => {
    fc.assert(
      fc.property(lots, money, units, (left, amount, unit) => {
        const draws = drawFrom(left, amount, 'proportional', unit)
        const all = total(left)
        const wanted = smaller(amount, all)
        for (const [lot, had] of left.entries()) {
          const share = all === 0n ? 0n : (wanted * had) / all
          expect(drawn(draws, lot)).toBeGreaterThanOrEqual(share - (share % unit))
          expect(drawn(draws, lot)).toBeLessThanOrEqual(share + unit * BigInt(left.length))
        }
      }),
    )
  })

  test('comes to what the worked example says', () => {
    const left = [30000n, 20000n, 10000n]
    const amounts = (strategy: LineageStrategy, amount: bigint) =>
      left.map((_, lot) => drawn(drawFrom(left, amount, strategy, 1n), lot))
    expect(amounts('fifo', 25000n)).toEqual([25000n, 0n, 0n])
    expect(amounts('lifo', 25000n)).toEqual([0n, 15000n, 10000n])
    expect(amounts('proportional', 25000n)).toEqual([12500n, 8333n, 4167n])
    expect(amounts('proportional', 90000n)).toEqual(left)
  })

  test('what rounding leaves over comes from the last lot, and what that has not from those before it', () => {
    expect(drawFrom([1n, 1n, 1n], 2n, 'proportional', 1n)).toEqual([
      { lot: 1, amount: 1n },
      { lot: 2, amount: 1n },
    ])
  })
})

describe('a draw that undoes a deposit', () => {
  test('takes what the deposit brought before anything else, and loses nothing', () => {
    const held = fc.array(fc.tuple(money, money), { maxLength: 8 })
    fc.assert(
      fc.property(held, money, strategies, units, (pairs, more, strategy, unit) => {
        const left = pairs.map(([had]) => had)
        const filled = pairs.map(([, brought]) => brought)
        const amount = total(filled) + more
        const draws = drawBack(left, filled, amount, strategy, unit)
        const all = total(left)
        expect(total(draws.map((draw) => draw.amount))).toBe(smaller(amount, all))
        expect(new Set(draws.map((draw) => draw.lot)).size).toBe(draws.length)
        for (const [lot, had] of left.entries()) {
          const brought = filled[lot] ?? 0n
          expect(drawn(draws, lot)).toBeGreaterThanOrEqual(smaller(had, brought))
          expect(drawn(draws, lot)).toBeLessThanOrEqual(had)
        }
      }),
    )
  })
})

const piece = fc.record<Piece>({
  provider: fc.option(fc.constantFrom('stripe', 'paypal')),
  balanceId: fc.constantFrom('a', 'b'),
  amount: fc.bigInt({ min: 1n, max: 1000n }),
})

describe('money that is passed on', () => {
  test('arrives whole, in order, and of the provider that it left from', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1 }),
        fc.array(fc.bigInt({ min: 1n, max: 500n })),
        (given, cuts) => {
          const all = total(given.map((one) => one.amount))
          const amounts: bigint[] = []
          let rest = all
          for (const cut of cuts) {
            const amount = smaller(cut, rest)
            if (amount > 0n) amounts.push(amount)
            rest -= amount
          }
          if (rest > 0n) amounts.push(rest)
          const received = passOn(given, amounts)
          for (const [index, pieces] of received.entries())
            expect(total(pieces.map((one) => one.amount))).toBe(amounts[index])
          const spread = (pieces: readonly Piece[]) =>
            pieces.flatMap((one) =>
              Array.from({ length: Number(one.amount) }, () => `${one.provider} ${one.balanceId}`),
            )
          expect(spread(received.flat())).toEqual(spread(given))
        },
      ),
    )
  })
})

describe('the steps of a hold', () => {
  const lot: Lot = { id: 'l', aggregateId: 'g', balanceId: 'b', provider: 'p', identityId: 'i' }
  const steps = fc
    .array(fc.bigInt({ min: 1n, max: 1000n }), { minLength: 1, maxLength: 6 })
    .map((amounts) => {
      let from = 0n
      return amounts.map((amount): LotStep => {
        const step = {
          type: 'release',
          lot,
          from,
          amount,
          strategy: 'fifo',
          giverId: null,
        } as const
        from += amount
        return step
      })
    })

  test('are taken once each, in however many parts the hold is settled', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.bigInt({ min: 1n, max: 700n })), (given, cuts) => {
        const all = total(given.map((step) => step.amount))
        const taken = given.map(() => 0n)
        let start = 0n
        for (const cut of [...cuts, all]) {
          const end = smaller(start + cut, all)
          const parts = given.map((step) => partWithin(step, start, end))
          expect(total(parts)).toBe(end - start)
          for (const [index, part] of parts.entries()) taken[index] = (taken[index] ?? 0n) + part
          start = end
        }
        expect(taken).toEqual(given.map((step) => step.amount))
      }),
    )
  })
})

describe('the name of a lot', () => {
  const id = 'cca0aa8e-0e24-4076-9026-a29aa503768c'
  const nobody = { id, firstName: null, lastName: null, organizationName: null }

  test('names the provider, the holder, and a part of the id of the holder', () => {
    const holder = holderName({ ...nobody, firstName: 'Alice', lastName: 'Johnson' })
    expect(lotName('stripe', holder)).toBe('@stripe_alice_johnson_idt_cca0_lineage')
    expect(holderName({ ...nobody, organizationName: 'Acme Trading Ltd' })).toBe(
      'acme_trading_ltd_idt_cca0',
    )
    expect(holderName(nobody)).toBe(`idt_${id}`)
  })
})
