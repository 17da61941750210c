import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDecimal } from '../ledger/index.ts'
import { agree } from './agreement.ts'
import { criterionOf } from './bounds.ts'
import { Pool } from './pool.ts'
import type { Criterion, Field, Operator, Rule } from './rule.ts'
import { earlierFirst, type Side } from './side.ts'

const SECOND = 1_000_000

function criterion(field: Field, operator: Operator, drift = '0'): Criterion {
  return { field, operator, value: '', pattern: '', drift: readDecimal(drift) }
}

function rule(...criteria: readonly Criterion[]): Rule {
  return { id: 'rule', criteria }
}

function side(key: string, amount: string, reference: string, more: Partial<Side> = {}): Side {
  return {
    key,
    currency: 'USD',
    amount: readDecimal(amount),
    date: 0,
    references: [reference.toLowerCase()],
    descriptions: [],
    ...more,
  }
}

/** What a pool does, said as plainly as possible. */
function takeInOrder(
  externals: readonly Side[],
  internals: readonly Side[],
  rules: readonly Rule[],
): readonly (string | null)[] {
  const free = new Set(internals)
  return externals.map((external) => {
    for (const one of rules) {
      const agreeing = [...free].filter((internal) => agree(one, external, internal))
      const [nearest] = agreeing.sort((left, right) => nearness(one, external, left, right))
      if (nearest === undefined) continue
      free.delete(nearest)
      return nearest.key
    }
    return null
  })
}

function nearness(one: Rule, external: Side, left: Side, right: Side): number {
  const far = (internal: Side) => {
    const difference = external.amount - internal.amount
    return difference < 0n ? -difference : difference
  }
  const asks = (field: Field) => criterionOf(one, field, 'equals') !== null
  if (asks('amount') && far(left) !== far(right)) return far(left) < far(right) ? -1 : 1
  const days = (internal: Side) => Math.abs(external.date - internal.date)
  if (asks('date') && days(left) !== days(right)) return days(left) - days(right)
  return earlierFirst(left, right)
}

const criteria: fc.Arbitrary<Criterion> = fc.oneof(
  fc.constantFrom('0', '0.01', '0.1', '0.5', '1').map((d) => criterion('amount', 'equals', d)),
  fc.constantFrom<Operator>('greater_than', 'less_than').map((o) => criterion('amount', o)),
  fc.constantFrom('0', '1', '3').map((d) => criterion('date', 'equals', d)),
  fc.constantFrom<Operator>('greater_than', 'less_than').map((o) => criterion('date', o)),
  fc.constantFrom<Field>('reference', 'description').map((f) => criterion(f, 'equals')),
  fc
    .tuple(fc.constantFrom<Field>('reference', 'description'), fc.constantFrom('0', '20', '60'))
    .map(([field, drift]) => criterion(field, 'contains', drift)),
  fc.constant(criterion('currency', 'equals')),
)

const rules = fc.array(
  fc.array(criteria, { minLength: 1, maxLength: 3 }).map((list) => rule(...list)),
  { minLength: 1, maxLength: 3 },
)

const text = fc.constantFrom('', 'a', 'inv-1', 'inv-12', 'pay inv-12', 'abcde', 'abcdf', 'zzzzzzzz')

const sides = (prefix: string, negative: boolean, maxLength: number) =>
  fc
    .array(
      fc.record({
        currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR', ''),
        amount: fc
          .integer({ min: negative ? -3 : 0, max: 30 })
          .map((n) => readDecimal(`${n / 10}`)),
        date: fc.integer({ min: 0, max: 5 }).map((n) => n * SECOND),
        references: fc.array(text, { maxLength: 2 }),
        descriptions: fc.array(text, { maxLength: 1 }),
      }),
      { maxLength },
    )
    .map((list) => list.map((fields, n): Side => ({ key: `${prefix}${n}`, ...fields })))

describe('a pool of transactions', () => {
  test('gives each record the nearest free transaction by the first rule that any agrees with', () => {
    fc.assert(
      fc.property(sides('e', true, 12), sides('i', false, 12), rules, (theirs, ours, all) => {
        const pool = new Pool(ours, all)
        const taken = theirs.map((external) => pool.take(external)?.key ?? null)
        expect(taken).toEqual(takeInOrder(theirs, ours, all))
      }),
      { numRuns: 3000 },
    )
  })

  test('is as right when there are so many that indexes are used', () => {
    fc.assert(
      fc.property(
        sides('e', true, 40),
        fc.integer({ min: 0, max: 5 }),
        rules,
        (theirs, shift, all) => {
          const ours = Array.from({ length: 400 }, (_, n): Side => {
            const reference = `inv-${(n * 7 + shift) % 50}`
            return side(`i${n}`, `${(n % 40) / 10}`, reference, {
              date: (n % 6) * SECOND,
              descriptions: n % 3 === 0 ? ['abcde'] : [],
            })
          })
          const pool = new Pool(ours, all)
          const taken = theirs.map((external) => pool.take(external)?.key ?? null)
          expect(taken).toEqual(takeInOrder(theirs, ours, all))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('never gives a transaction twice', () => {
    fc.assert(
      fc.property(sides('e', false, 30), sides('i', false, 30), rules, (theirs, ours, all) => {
        const pool = new Pool(ours, all)
        const taken = theirs.flatMap((external) => pool.take(external)?.key ?? [])
        expect(new Set(taken).size).toBe(taken.length)
      }),
    )
  })

  test('gives the same whatever the order in which the transactions came', () => {
    fc.assert(
      fc.property(sides('e', false, 15), sides('i', false, 15), rules, (theirs, ours, all) => {
        const one = new Pool(ours, all)
        const other = new Pool(ours.toReversed(), all)
        for (const external of theirs) expect(one.take(external)).toEqual(other.take(external))
      }),
    )
  })

  test('matches 100.50 with an invoice over 100.00 whose reference it names, within one per cent', () => {
    const pool = new Pool(
      [side('I1', '100.00', 'INV-1'), side('I2', '50.00', 'INV-2')],
      [rule(criterion('amount', 'equals', '0.01'), criterion('reference', 'contains'))],
    )
    expect(pool.take(side('E1', '100.50', 'pay INV-1'))?.key).toBe('I1')
    expect(pool.take(side('E2', '75.00', 'X'))).toBeNull()
  })

  test('takes the share of our amount as the measure: 101 agrees with 100 within one per cent, 101.01 does not', () => {
    const rules = [rule(criterion('amount', 'equals', '0.01'))]
    const ours = [side('I', '100', '')]
    expect(new Pool(ours, rules).take(side('E', '101', ''))?.key).toBe('I')
    expect(new Pool(ours, rules).take(side('E', '99', ''))?.key).toBe('I')
    expect(new Pool(ours, rules).take(side('E', '101.000000000000000001', ''))).toBeNull()
  })

  test('counts with all 18 decimals of amounts of 38 digits', () => {
    const amount = '12345678901234567890.123456789012345678'
    const pool = new Pool([side('I', amount, '')], [rule(criterion('amount', 'equals'))])
    expect(pool.take(side('E', '12345678901234567890.123456789012345679', ''))).toBeNull()
    expect(pool.take(side('E', amount, ''))?.key).toBe('I')
  })

  test('pairs a hundred thousand records of one amount with as many transactions, one by one', () => {
    const count = 100_000
    const ours = Array.from({ length: count }, (_, n) =>
      side(`i${String(n).padStart(6, '0')}`, '9.99', '', { date: n % 1000 }),
    )
    const pool = new Pool(ours, [
      rule(criterion('amount', 'equals'), criterion('date', 'equals', '86400')),
    ])
    const record = side('e', '9.99', '', { date: 500 })
    let taken = 0
    for (let n = 0; n < count; n += 1) if (pool.take(record) !== null) taken += 1
    expect(taken).toBe(count)
    expect(pool.take(record)).toBeNull()
  })
})
