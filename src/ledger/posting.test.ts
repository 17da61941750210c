import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balance, leg, order, Shelf, withOverdraft } from '../../test/support/ledger.ts'
import { available, type Balance } from './balance.ts'
import { AMOUNT_LIMIT } from './money.ts'
import { Draft, draftPosting, type PostingOrder } from './posting.ts'

/** What became of an order on these balances: the code of a refusal, or the balances after it. */
function posted(balances: readonly Balance[], given: PostingOrder) {
  const shelf = new Shelf(balances)
  const draft = new Draft(shelf, 't')
  const refusal = draftPosting(given, draft)
  if (refusal === null) shelf.keep(draft)
  return { refusal: refusal?.code ?? null, draft, shelf }
}

function netOf(draft: Draft): { readonly posted: bigint; readonly pending: bigint } {
  let posted = 0n
  let pending = 0n
  for (const { side, effect, amount } of draft.entries) {
    const signed = side === 'debit' ? amount : -amount
    if (effect === 'post' || effect === 'settle') posted += signed
    if (effect === 'hold') pending += signed
    if (effect === 'settle' || effect === 'release') pending -= signed
  }
  return { posted, pending }
}

const amount = fc.bigInt({ min: 1n, max: 1000n })

describe('a posting', () => {
  test('debits as much as it credits, whatever the legs and the overdrafts', () => {
    const sums = fc.record({
      postedDebits: fc.bigInt({ min: 0n, max: 300n }),
      postedCredits: fc.bigInt({ min: 0n, max: 300n }),
      pendingDebits: fc.bigInt({ min: 0n, max: 50n }),
      pendingCredits: fc.bigInt({ min: 0n, max: 50n }),
    })
    fc.assert(
      fc.property(
        fc.array(sums, { minLength: 8, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(3), amount), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (start, gives, takes, held, reserve) => {
          const [p1, c1] = withOverdraft('p1', null, start[0])
          const [p2, c2] = withOverdraft('p2', 400n, start[1])
          const [p3, c3] = withOverdraft('p3', null, start[2])
          const [p4, c4] = withOverdraft('p4', 100n, start[3])
          const companions = [c1, c2, c3, c4].map((one, index) => ({ ...one, ...start[4 + index] }))
          const sources = [p1, p2, balance('n1', {}, start[0]), balance('x1', { external: true })]
          const destinations = [p3, p4, balance('n2', {}), balance('x2', { external: true })]
          const total = gives.reduce((sum, [, one]) => sum + one, 0n)
          const order_ = order(
            gives.map(([at, one]) => leg(sources[at]?.id ?? '', one)),
            spread(
              total,
              takes.map((at) => destinations[at]?.id ?? ''),
            ),
            { effect: held ? 'hold' : 'post', reserveDestinations: reserve },
          )
          const result = posted([...sources, ...destinations, ...companions], order_)
          if (result.refusal !== null) return
          const net = netOf(result.draft)
          expect(net.posted).toBe(0n)
          if (held && reserve) expect(net.pending).toBe(0n)
          const taken = result.draft.entries.filter((entry) => entry.side === 'debit')
          expect(taken.reduce((sum, entry) => sum + entry.amount, 0n)).toBe(total)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('never takes more than is available without permission', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 500n }),
        fc.bigInt({ min: 0n, max: 500n }),
        amount,
        (credits, pending, one) => {
          const source = balance('a', {}, { postedCredits: credits, pendingDebits: pending })
          const { refusal } = posted(
            [source, balance('b')],
            order([leg('a', one)], [leg('b', one)]),
          )
          expect(refusal).toBe(one > credits - pending ? 'insufficient_funds' : null)
        },
      ),
    )
  })

  test('takes the same balance twice only as far as both parts are covered', () => {
    const source = balance('a', {}, { postedCredits: 100n })
    const twice = (second: bigint) =>
      posted(
        [source, balance('b')],
        order([leg('a', 60n), leg('a', second)], [leg('b', 60n + second)]),
      )
    expect(twice(40n).refusal).toBeNull()
    expect(twice(41n).refusal).toBe('insufficient_funds')
  })

  test('versions count up by one with each entry of a balance', () => {
    const { draft } = posted(
      [balance('a', {}, { postedCredits: 100n }), balance('b')],
      order([leg('a', 60n), leg('a', 40n)], [leg('b', 30n), leg('b', 70n)]),
    )
    expect(draft.entries.map(({ balanceId, version }) => [balanceId, version])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ])
  })

  test('a debit-normal balance is increased by debits and gives no more than it has posted and not set aside', () => {
    const asset = balance(
      'a',
      { normalSide: 'debit' },
      { postedDebits: 100n, pendingDebits: 50n, pendingCredits: 20n },
    )
    const from = balance('b', { external: true })
    expect(posted([asset, from], order([leg('a', 5n)], [leg('b', 5n)])).refusal).toBeNull()
    expect(posted([asset, from], order([leg('b', 80n)], [leg('a', 80n)])).refusal).toBeNull()
    expect(posted([asset, from], order([leg('b', 81n)], [leg('a', 81n)])).refusal).toBe(
      'insufficient_funds',
    )
  })
})

describe('an overdraft', () => {
  const other = balance('b', { external: true })

  test('draws what the balance itself cannot cover, and no more', () => {
    const { shelf, draft } = posted(
      [...withOverdraft('a', 50n, { postedCredits: 30n }), other],
      order([leg('a', 70n)], [leg('b', 70n)]),
    )
    expect(draft.entries.map(({ balanceId, side, amount: of }) => [balanceId, side, of])).toEqual([
      ['a', 'debit', 30n],
      ['a/overdraft', 'debit', 40n],
      ['b', 'credit', 70n],
    ])
    expect(shelf.get('a')).toMatchObject({ postedDebits: 30n })
  })

  test('may be drawn to the limit exactly', () => {
    const spend = (of: bigint) =>
      posted([...withOverdraft('a', 50n), other], order([leg('a', of)], [leg('b', of)])).refusal
    expect(spend(50n)).toBeNull()
    expect(spend(51n)).toBe('overdraft_limit_exceeded')
  })

  test('of a balance that is below zero already draws the new debit alone', () => {
    const { draft, refusal } = posted(
      [...withOverdraft('a', 100n, { postedDebits: 30n }), other],
      order([leg('a', 10n)], [leg('b', 10n)]),
    )
    expect(refusal).toBeNull()
    expect(netOf(draft).posted).toBe(0n)
    expect(draft.entries.map(({ balanceId, amount: of }) => [balanceId, of])).toEqual([
      ['a/overdraft', 10n],
      ['b', 10n],
    ])
  })

  test('of a balance that is below zero already counts what is missing towards the limit', () => {
    const spend = (of: bigint) =>
      posted(
        [...withOverdraft('a', 100n, { postedDebits: 30n }), other],
        order([leg('a', of)], [leg('b', of)]),
      ).refusal
    expect(spend(70n)).toBeNull()
    expect(spend(71n)).toBe('overdraft_limit_exceeded')
  })

  test('is repaid first by what comes in', () => {
    const [principal, companion] = withOverdraft('a', 50n)
    const { draft } = posted(
      [principal, { ...companion, postedDebits: 40n }, other],
      order([leg('b', 100n)], [leg('a', 100n)]),
    )
    expect(draft.entries.map(({ balanceId, side, amount: of }) => [balanceId, side, of])).toEqual([
      ['b', 'debit', 100n],
      ['a', 'credit', 60n],
      ['a/overdraft', 'credit', 40n],
    ])
  })

  test('that is only set aside is not repaid before it is drawn', () => {
    const [principal, companion] = withOverdraft('a', 50n)
    const { draft } = posted(
      [principal, { ...companion, pendingDebits: 40n }, other],
      order([leg('b', 100n)], [leg('a', 100n)]),
    )
    expect(draft.entries.map(({ balanceId, side, amount: of }) => [balanceId, side, of])).toEqual([
      ['b', 'debit', 100n],
      ['a', 'credit', 100n],
    ])
  })

  test('that is set aside counts towards the limit', () => {
    const [principal, companion] = withOverdraft('a', 50n)
    const spend = (of: bigint) =>
      posted(
        [principal, { ...companion, pendingDebits: 40n }, other],
        order([leg('a', of)], [leg('b', of)]),
      ).refusal
    expect(spend(10n)).toBeNull()
    expect(spend(11n)).toBe('overdraft_limit_exceeded')
  })

  test('without its companion at hand stops everything', () => {
    const [principal] = withOverdraft('a', 50n)
    expect(() => posted([principal, other], order([leg('b', 5n)], [leg('a', 5n)]))).toThrow(
      'an overdraft has its companion',
    )
    expect(() => posted([principal, other], order([leg('a', 5n)], [leg('b', 5n)]))).toThrow(
      'an overdraft has its companion',
    )
  })

  test('that the caller permits replaces that of the balance', () => {
    const spend = (limit: bigint) =>
      posted(
        [...withOverdraft('a', 1000n), other],
        order([leg('a', 50n, { kind: 'limited', limit })], [leg('b', 50n)]),
      )
    expect(spend(49n).refusal).toBe('overdraft_limit_exceeded')
    expect(available(spend(50n).shelf.get('a') as Balance)).toBe(-50n)
  })
})

describe('refusals', () => {
  const source = balance('a', {}, { postedCredits: 100n })
  const two = [source, balance('b')]

  test.each<readonly [string, readonly Balance[], PostingOrder]>([
    ['amount_not_positive', two, order([leg('a', 0n)], [leg('b', 0n)])],
    ['amount_not_positive', two, order([leg('a', -1n)], [leg('b', -1n)])],
    ['amount_too_large', two, order([leg('a', AMOUNT_LIMIT)], [leg('b', AMOUNT_LIMIT)])],
    [
      'too_many_legs',
      two,
      order(
        [leg('a', 2000n)],
        Array.from({ length: 2000 }, () => leg('b', 1n)),
      ),
    ],
    ['legs_unequal', two, order([leg('a', 2n)], [leg('b', 1n)])],
    ['legs_unequal', two, order([leg('a', 2n)], [])],
    ['legs_unequal', two, order([leg('a', 3n), leg('a', -1n)], [leg('b', 2n)])],
    ['legs_unequal', two, order([leg('a', 2n)], [leg('b', 2n), leg('b', 0n)])],
    ['balance_not_found', two, order([leg('a', 1n)], [leg('c', 1n)])],
    ['balance_not_found', two, order([leg('c', 1n)], [leg('b', 1n)])],
    ['balance_on_both_sides', two, order([leg('a', 1n)], [leg('a', 1n)])],
    ['balance_on_both_sides', two, order([leg('a', 1n), leg('b', 1n)], [leg('b', 2n)])],
    [
      'balance_internal',
      [source, balance('b', { internal: true })],
      order([leg('a', 1n)], [leg('b', 1n)]),
    ],
    [
      'asset_mismatch',
      [source, balance('b', { assetCode: 'EUR' })],
      order([leg('a', 1n)], [leg('b', 1n)]),
    ],
    ['asset_mismatch', two, order([leg('a', 1n)], [leg('b', 1n)], { assetCode: 'EUR' })],
    [
      'amount_too_precise',
      [source, balance('b', { assetScale: 2 })],
      order([leg('a', 1n)], [leg('b', 1n)]),
    ],
    [
      'sending_not_allowed',
      [balance('a', { maySend: false }), balance('b')],
      order([leg('a', 1n)], [leg('b', 1n)]),
    ],
    [
      'receiving_not_allowed',
      [source, balance('b', { mayReceive: false })],
      order([leg('a', 1n)], [leg('b', 1n)]),
    ],
    [
      'hold_on_external',
      [balance('a', { external: true }), balance('b')],
      order([leg('a', 1n)], [leg('b', 1n)], { effect: 'hold' }),
    ],
    ['insufficient_funds', two, order([leg('a', 101n)], [leg('b', 101n)])],
  ])('%s (%#)', (code, balances, given) => {
    const { refusal, draft } = posted(balances, given)
    expect(refusal).toBe(code)
    expect(draft.entries).toEqual([])
  })

  test('come in the order of precedence', () => {
    const bad = balance('a', { maySend: false, assetCode: 'EUR', internal: true })
    const codes = [
      posted([bad], order([leg('a', 0n)], [leg('c', 1n)])).refusal,
      posted([bad], order([leg('a', 1n)], [leg('c', 1n)])).refusal,
      posted([bad], order([leg('a', 1n)], [leg('a', 1n)])).refusal,
      posted([bad, source], order([leg('a', 1n)], [leg('b', 1n)])).refusal,
    ]
    expect(codes).toEqual([
      'amount_not_positive',
      'balance_not_found',
      'balance_on_both_sides',
      'balance_not_found',
    ])
    const among = (terms: Parameters<typeof balance>[1]) =>
      posted(
        [balance('a', terms), balance('b')],
        order([leg('a', 1n)], [leg('b', 1n)], { assetCode: 'USD' }),
      ).refusal
    expect(among({ internal: true, assetCode: 'EUR', maySend: false })).toBe('balance_internal')
    expect(among({ assetCode: 'EUR', assetScale: 0, maySend: false })).toBe('asset_mismatch')
    expect(among({ assetScale: 0, maySend: false })).toBe('amount_too_precise')
    expect(among({ maySend: false })).toBe('sending_not_allowed')
    expect(among({})).toBe('insufficient_funds')
  })

  test('switched-off balances take part when flags are not respected', () => {
    const { refusal } = posted(
      [
        balance('a', { maySend: false }, { postedCredits: 1n }),
        balance('b', { mayReceive: false }),
      ],
      order([leg('a', 1n)], [leg('b', 1n)], { respectFlags: false }),
    )
    expect(refusal).toBeNull()
  })
})

/** Spreads a total over ids: one quantum each, the rest to the last; fewer ids when there is too little. */
function spread(total: bigint, ids: readonly string[]) {
  const few = ids.slice(0, Number(total < 5n ? 1n : BigInt(ids.length)))
  return few.map((id, index) =>
    leg(id, index === few.length - 1 ? total - BigInt(few.length - 1) : 1n),
  )
}
