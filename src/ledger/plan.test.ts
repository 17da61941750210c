import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Post } from './command.ts'
import type { JsonObject } from './json.ts'
import { AMOUNT_LIMIT } from './money.ts'
import { decodePlan, encodePlan } from './plan.ts'
import type { Leg, OverdraftPermit } from './posting.ts'
import type { Plan } from './transaction.ts'

const amount = fc.bigInt({ min: 1n, max: AMOUNT_LIMIT - 1n })
const text = fc.string({ unit: 'grapheme' })
const details = fc.option(
  fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))),
) as fc.Arbitrary<JsonObject | null>

const overdraft = fc.oneof(
  fc.constant<OverdraftPermit>({ kind: 'none' }),
  fc.constant<OverdraftPermit>({ kind: 'unlimited' }),
  amount.map((limit): OverdraftPermit => ({ kind: 'limited', limit })),
)
const leg: fc.Arbitrary<Leg> = fc.record({ balanceId: fc.uuid(), amount, overdraft, details })
const legs = fc.array(leg, { minLength: 1, maxLength: 3 })
const time = fc.option(fc.maxSafeNat())

const post: fc.Arbitrary<Post> = fc.record({
  type: fc.constant('post' as const),
  kind: fc.constantFrom('transfer', 'hold', 'note'),
  assetCode: fc.option(text),
  amount,
  sources: legs,
  destinations: legs,
  reserveDestinations: fc.boolean(),
  key: fc.option(fc.record({ key: text, fingerprint: text, expiresAt: fc.maxSafeNat() })),
  expiresAt: time,
  settlesAt: time,
  request: fc.option(fc.record({ reference: fc.option(text), dueAt: time })),
  reference: fc.option(text),
  parentId: fc.option(fc.uuid()),
  requestId: fc.option(fc.uuid()),
  effectiveAt: time,
  description: fc.option(text),
  metadata: details,
  terms: details,
  actor: fc.option(text),
})

const plan: fc.Arbitrary<Plan> = fc.oneof(
  post.map((command): Plan => ({ kind: 'command', command })),
  fc
    .array(
      fc.record({
        side: fc.constantFrom('debit' as const, 'credit' as const),
        balanceId: fc.uuid(),
        amount,
        reserved: fc.boolean(),
        details,
      }),
    )
    .map((planned): Plan => ({ kind: 'legs', legs: planned })),
)

test('a plan that was kept as JSON text comes back as it was', () => {
  fc.assert(
    fc.property(plan, (given) => {
      const kept = JSON.stringify(encodePlan(given))
      expect(decodePlan(JSON.parse(kept) as JsonObject)).toEqual(given)
    }),
  )
})
