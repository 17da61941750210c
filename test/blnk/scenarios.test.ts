/** Stories that clients of Blnk tell with its API, each to its last balance. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { blockOf } from '../../src/outbox/index.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startSubscriber, type TestSubscriber, until } from '../support/subscriber.ts'
import { Book, expectClean } from './book.ts'

let server: TestServer
let subscriber: TestSubscriber
let book: Book

beforeAll(async () => {
  subscriber = await startSubscriber()
  const loopback = blockOf('127.0.0.0/8')
  server = await startTestServer({
    blnkWebhookUrl: `${subscriber.url}/hook`,
    webhookAllow: loopback === null ? [] : [loopback],
  })
})

afterAll(async () => {
  await server.stop()
  await subscriber.stop()
})

beforeEach(() => {
  book = new Book(server)
})

afterEach(() => expectClean(server))

const OVERDRAFT = { allow_overdraft: true }

test('a wallet with a card', async () => {
  const ledger = await book.ledger()
  const { identity_id } = await book.made('/identities', { first_name: 'Alice', last_name: 'Doe' })
  const main = await book.balance(ledger, 'USD', { identity_id })
  const card = await book.balance(ledger, 'USD', { identity_id })
  const world = book.at('@WorldUSD')
  await book.paid(world, main, 100_000, OVERDRAFT)
  await book.paid(main, world, 10_000)
  await book.paid(main, card, 20_000)
  expect(await book.stands(main)).toBe('70000 (100000/30000)')
  expect(await book.stands(card)).toBe('20000 (20000/0)')
  expect(await book.stands(world)).toBe('-90000 (10000/100000)')
})

describe('money in escrow', () => {
  let buyer: string
  let seller: string
  let hold: string

  beforeEach(async () => {
    const ledger = await book.ledger()
    buyer = await book.balance(ledger)
    seller = await book.balance(ledger)
    await book.fund(buyer, 50_000)
    hold = (await book.hold(buyer, seller, 10_043)).transaction_id
    expect(await book.stands(buyer)).toBe('50000 (50000/0) -10043 held')
    expect(await book.stands(seller)).toBe('0 (0/0) 10043 held')
  })

  test('goes to the seller', async () => {
    await book.settled(hold, 'commit')
    expect(await book.stands(buyer)).toBe('39957 (50000/10043)')
    expect(await book.stands(seller)).toBe('10043 (10043/0)')
  })

  test('goes back to the buyer', async () => {
    await book.settled(hold, 'void')
    expect(await book.stands(buyer)).toBe('50000 (50000/0)')
    expect(await book.stands(seller)).toBe('0 (0/0)')
  })

  test('goes in parts, and what is left goes back', async () => {
    await book.settled(hold, 'commit', { precise_amount: 3_000 })
    await book.settled(hold, 'commit', { precise_amount: 4_000 })
    await book.settled(hold, 'void')
    expect(await book.stands(buyer)).toBe('43000 (50000/7000)')
    expect(await book.stands(seller)).toBe('7000 (7000/0)')
    expect((await book.settle(hold, 'commit')).status).toBe(409)
    expect((await book.settle(hold, 'void')).status).toBe(409)
    expect(await book.stands(seller)).toBe('7000 (7000/0)')
  })
})

test('a card that authorizes what it has and no more', async () => {
  const card = await book.balance(await book.ledger())
  const world = book.at('@World-USD')
  await book.fund(card, 500_000)
  const first = await book.hold(card, world, 200_000)
  const tooMuch = await book.pay(card, world, 300_001, { inflight: true })
  expect([tooMuch.status, tooMuch.body.error_detail.code]).toEqual([400, 'TXN_INSUFFICIENT_FUNDS'])
  const second = await book.hold(card, world, 300_000)
  for (const { transaction_id } of [first, second]) await book.settled(transaction_id, 'commit')
  expect(await book.stands(card)).toBe('0 (500000/500000)')
  expect(await book.stands(world)).toBe('500000 (500000/0)')
})

test('points for loyalty beside money', async () => {
  const ledger = await book.ledger()
  const main = await book.balance(ledger)
  const points = await book.balance(ledger, 'POINTS')
  const [revenue, pool] = [book.at('@RevenueUSD'), book.at('@PointsPool')]
  const inPoints = { currency: 'POINTS', precision: 1 }
  await book.fund(main, 50_000)
  await book.paid(main, revenue, 10_000)
  await book.paid(pool, points, 500, { ...inPoints, ...OVERDRAFT })
  await book.paid(points, pool, 200, inPoints)
  await book.paid(main, revenue, 8_000)
  expect(await book.stands(main)).toBe('32000 (50000/18000)')
  expect(await book.stands(revenue)).toBe('18000 (18000/0)')
  expect(await book.stands(points)).toBe('300 (500/200)')
  expect(await book.stands(pool, 'POINTS')).toBe('-300 (200/500)')
})

test('a loan, its interest, and a payment on it', async () => {
  const ledger = await book.ledger()
  const [loan, main] = [await book.balance(ledger), await book.balance(ledger)]
  const interest = book.at('@InterestRevenue')
  await book.paid(loan, main, 50_000, OVERDRAFT)
  await book.paid(loan, interest, 500, OVERDRAFT)
  await book.paid(main, loan, 20_000)
  expect(await book.stands(main)).toBe('30000 (50000/20000)')
  expect(await book.stands(loan)).toBe('-30500 (20000/50500)')
  expect(await book.stands(interest)).toBe('500 (500/0)')
})

const part = (identifier: string, distribution: string) => ({ identifier, distribution })

test('a deposit of which a fee is kept', async () => {
  const customer = await book.balance(await book.ledger())
  const [stripe, fees] = [book.at('@Stripe'), book.at('@Fees')]
  const parts = [part(customer, '99.5'), part(fees, '0.5')]
  const refused = await book.pay(stripe, parts, 10_000, { inflight: true })
  expect(refused.status).toBe(400)
  const hold = await book.hold(stripe, parts, 10_000, OVERDRAFT)
  await book.settled(hold.transaction_id, 'commit')
  expect(await book.stands(customer)).toBe('9950 (9950/0)')
  expect(await book.stands(fees)).toBe('50 (50/0)')
  expect(await book.stands(stripe)).toBe('-10000 (0/10000)')
})

test('a payout with a fee, given up, made, and taken back', async () => {
  const customer = await book.balance(await book.ledger())
  const [bills, fees] = [book.at('@BillsPayment'), book.at('@Fees')]
  const parts = [part(bills, '100'), part(fees, '1')]
  await book.fund(customer, 20_000)
  const first = await book.hold(customer, parts, 10_100)
  await book.settled(first.transaction_id, 'void')
  expect(await book.stands(customer)).toBe('20000 (20000/0)')
  const second = await book.hold(customer, parts, 10_100)
  await book.settled(second.transaction_id, 'commit')
  expect(await book.stands(customer)).toBe('9900 (20000/10100)')
  expect(await book.stands(bills)).toBe('10000 (10000/0)')
  expect(await book.stands(fees)).toBe('100 (100/0)')
  expect((await book.refund(second.transaction_id)).status).toBe(201)
  expect(await book.stands(customer)).toBe('20000 (30100/10100)')
  expect(await book.stands(bills)).toBe('0 (10000/10000)')
  expect(await book.stands(fees)).toBe('0 (100/100)')
})

describe('currencies that are exchanged in one batch', () => {
  let dollars: string
  let pounds: string

  beforeEach(async () => {
    const ledger = await book.ledger()
    dollars = await book.balance(ledger)
    pounds = await book.balance(ledger, 'GBP')
  })

  const item = (
    source: string,
    destination: string,
    precise_amount: number,
    more: object = {},
  ) => ({
    reference: book.reference,
    description: 'exchange',
    currency: 'USD',
    precision: 100,
    precise_amount,
    source,
    destination,
    ...more,
  })

  const batch = (...transactions: readonly object[]) => ({
    atomic: true,
    inflight: true,
    skip_queue: true,
    transactions,
  })

  const inPounds = { currency: 'GBP', ...OVERDRAFT }

  test.each([
    ['at the rate', 79_000, 0],
    ['with a spread', 77_000, 2_000],
  ])('%s', async (_, bought, spread) => {
    await book.fund(dollars, 100_000)
    const [nostroUSD, nostroGBP] = [book.at('@Nostro-USD'), book.at('@Nostro-GBP')]
    const items = [
      item(dollars, nostroUSD, 100_000),
      item(nostroGBP, pounds, bought, inPounds),
      ...(spread === 0 ? [] : [item(nostroGBP, book.at('@Spread-GBP'), spread, inPounds)]),
    ]
    const { batch_id, status } = await book.made('/transactions/bulk', batch(...items))
    expect(status).toBe('inflight')
    expect(await book.stands(dollars)).toBe('100000 (100000/0) -100000 held')
    await book.settled(batch_id, 'commit')
    expect(await book.stands(dollars)).toBe('0 (100000/100000)')
    expect(await book.stands(pounds, 'GBP')).toBe(`${bought} (${bought}/0)`)
    expect(await book.stands(nostroUSD)).toBe('100000 (100000/0)')
    expect(await book.stands(nostroGBP, 'GBP')).toBe('-79000 (0/79000)')
    if (spread > 0)
      expect(await book.stands(book.at('@Spread-GBP'), 'GBP')).toBe(`${spread} (${spread}/0)`)
  })

  test('not at all where the money is short of a cent', async () => {
    await book.fund(dollars, 99_999)
    const [nostroUSD, nostroGBP] = [book.at('@Nostro-USD'), book.at('@Nostro-GBP')]
    const items = [item(nostroGBP, pounds, 79_000, inPounds), item(dollars, nostroUSD, 100_000)]
    const answer = await book.send('POST', '/transactions/bulk', batch(...items))
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      batch_id: expect.stringMatching(/^bulk_/),
      error: expect.stringContaining('All transactions in this batch have been voided.'),
    })
    expect(await book.stands(dollars)).toBe('99999 (99999/0)')
    expect(await book.stands(pounds, 'GBP')).toBe('0 (0/0)')
    const nostro = await book.read(nostroGBP, 'GBP')
    expect(nostro.status === 404 || nostro.body.balance === 0).toBe(true)
  })
})

test.each([
  ['in whole coins', 1, '100', '1000'],
  ['in wei', 1e18, '1000000000000000000', '123456789012345678901'],
])('an order on an exchange of crypto, %s', async (_, precision, ether, matic) => {
  const ledger = await book.ledger()
  const make = (currency: string) => book.balance(ledger, currency)
  const john = { eth: await make('ETH'), matic: await make('MATIC') }
  const emily = { eth: await make('ETH'), matic: await make('MATIC') }
  const [inEther, inMatic] = [
    { currency: 'ETH', precision },
    { currency: 'MATIC', precision },
  ]
  const escrow = { eth: book.at('@ETH_Escrow'), matic: book.at('@MATIC_Escrow') }
  const pool = { eth: book.at('@ETH_Pool'), matic: book.at('@MATIC_Pool') }
  await book.paid(pool.eth, john.eth, ether, { ...inEther, ...OVERDRAFT })
  await book.paid(pool.matic, emily.matic, matic, { ...inMatic, ...OVERDRAFT })
  const meta_data = { matching_id: book.at('order') }
  const sold = await book.hold(john.eth, escrow.eth, ether, { ...inEther, meta_data })
  const bought = await book.hold(emily.matic, escrow.matic, matic, { ...inMatic, meta_data })
  for (const { transaction_id } of [sold, bought]) await book.settled(transaction_id, 'commit')
  await book.paid(escrow.eth, emily.eth, ether, { ...inEther, meta_data })
  await book.paid(escrow.matic, john.matic, matic, { ...inMatic, meta_data })
  expect(await book.stands(john.eth)).toBe(`0 (${ether}/${ether})`)
  expect(await book.stands(john.matic)).toBe(`${matic} (${matic}/0)`)
  expect(await book.stands(emily.eth)).toBe(`${ether} (${ether}/0)`)
  expect(await book.stands(emily.matic)).toBe(`0 (${matic}/${matic})`)
  expect(await book.stands(escrow.eth, 'ETH')).toBe(`0 (${ether}/${ether})`)
  expect(await book.stands(escrow.matic, 'MATIC')).toBe(`0 (${matic}/${matic})`)
  expect(await book.stands(pool.eth, 'ETH')).toBe(`-${ether} (0/${ether})`)
  expect(await book.stands(pool.matic, 'MATIC')).toBe(`-${matic} (0/${matic})`)
})

test('a bill for tokens that are used, before they are paid and after', async () => {
  const wallet = await book.balance(await book.ledger())
  await book.fund(wallet, 12_000)
  const [tokens, system, revenue] = [
    book.at('@Token-Wallet'),
    book.at('@System-Tokens'),
    book.at('@Revenue'),
  ]
  const bill = (more: object) => ({
    atomic: true,
    skip_queue: true,
    transactions: [
      {
        reference: book.reference,
        description: 'use',
        currency: 'TOKENS',
        precision: 1,
        precise_amount: 2_290,
        source: tokens,
        destination: system,
        ...OVERDRAFT,
      },
      {
        reference: book.reference,
        description: 'price',
        currency: 'USD',
        precision: 100,
        precise_amount: 602_500,
        source: wallet,
        destination: revenue,
        ...more,
      },
    ],
  })
  const refused = await book.send('POST', '/transactions/bulk', bill({}))
  expect([refused.status, refused.body.error_detail.code]).toEqual([400, 'TXN_INSUFFICIENT_FUNDS'])
  expect(refused.body.error).toContain('have been refunded')
  expect(await book.stands(wallet)).toBe('12000 (12000/0)')
  const unused = await book.read(tokens, 'TOKENS')
  expect(unused.status === 404 || unused.body.balance === 0).toBe(true)
  await book.made('/transactions/bulk', bill(OVERDRAFT))
  expect(await book.stands(wallet)).toBe('-590500 (12000/602500)')
  expect(await book.stands(revenue)).toBe('602500 (602500/0)')
})

test('savings that are put aside later', async () => {
  const savings = await book.balance(await book.ledger())
  const due = new Date(Date.now() + 1_500).toISOString()
  const { reference } = book
  const order = { reference, scheduled_for: due, skip_queue: false, ...OVERDRAFT }
  const answer = await book.pay(book.at('@WorldUSD'), savings, 100_000, order)
  expect([answer.status, answer.body.status]).toEqual([201, 'SCHEDULED'])
  expect(await book.stands(savings)).toBe('0 (0/0)')
  const { status, parent_transaction } = await book.comes(`${reference}_q`)
  expect([status, parent_transaction]).toEqual(['APPLIED', answer.body.transaction_id])
  expect(await book.stands(savings)).toBe('100000 (100000/0)')
  await until(() => toldOf('transaction.applied', `${reference}_q`) === 1)
})

/** How often an event told of a transaction with this reference. */
function toldOf(event: string, reference: string): number {
  return subscriber.taken.filter(
    ({ body }) => body.event === event && body.data.reference === reference,
  ).length
}

test('a payment out of many purses, or out of none', async () => {
  const ledger = await book.ledger()
  const purse = async (amount: number) => {
    const id = await book.balance(ledger)
    await book.fund(id, amount)
    return id
  }
  const [alice, bob, carol] = [
    await purse(1_000_000),
    await purse(2_000_000),
    await purse(1_000_000),
  ]
  const shop = book.at('@Shop')
  const parts = [part(alice, '10%'), part(bob, '20000'), part(carol, 'left')]
  await book.paid(parts, shop, 3_000_000, { atomic: true })
  expect(await book.stands(alice)).toBe('700000 (1000000/300000)')
  expect(await book.stands(bob)).toBe('0 (2000000/2000000)')
  expect(await book.stands(carol)).toBe('300000 (1000000/700000)')
  const refused = await book.pay(parts, shop, 3_000_000, { atomic: true })
  expect([refused.status, refused.body.error_detail.code]).toEqual([400, 'TXN_INSUFFICIENT_FUNDS'])
  expect(await book.stands(alice)).toBe('700000 (1000000/300000)')
  expect(await book.stands(bob)).toBe('0 (2000000/2000000)')
  expect(await book.stands(shop)).toBe('3000000 (3000000/0)')
})

describe('a purse that remembers where its money came from', () => {
  const SPENT = [
    ['FIFO', { stripe: 25_000, paypal: 0, gift: 0 }],
    ['LIFO', { stripe: 0, paypal: 15_000, gift: 10_000 }],
    ['PROPORTIONAL', { stripe: 12_500, paypal: 8_333, gift: 4_167 }],
  ] as const

  const DEPOSITS = { stripe: 30_000, paypal: 20_000, gift: 10_000 } as const

  test.each(SPENT)('and spends it %s', async (allocation_strategy, spent) => {
    const { identity_id } = await book.made('/identities', {
      first_name: 'Alice',
      last_name: 'Johnson',
    })
    const purse = await book.balance(await book.ledger(), 'USD', {
      identity_id,
      track_fund_lineage: true,
      allocation_strategy,
    })
    for (const [provider, amount] of Object.entries(DEPOSITS))
      await book.fund(purse, amount, { meta_data: { BLNK_LINEAGE_PROVIDER: provider } })
    const lineage = async () => (await book.send('GET', `/balances/${purse}/lineage`)).body
    await until(async () => (await lineage()).total_with_lineage === 60_000)
    await book.paid(purse, book.at('@Shop'), 25_000)
    await until(async () => (await lineage()).total_with_lineage === 35_000)
    expect(await book.stands(purse)).toBe('35000 (60000/25000)')
    const { providers, aggregate_balance_id } = await lineage()
    const expected = Object.entries(DEPOSITS).map(([provider, amount]) => {
      const gone = spent[provider as keyof typeof spent]
      return expect.objectContaining({ provider, amount, spent: gone, available: amount - gone })
    })
    expect(providers).toHaveLength(3)
    expect(providers).toEqual(expect.arrayContaining(expected))
    expect(await book.stands(aggregate_balance_id)).toBe('35000 (60000/25000)')
    await book.paid(purse, book.at('@Shop'), 40_000, OVERDRAFT)
    await until(async () => (await lineage()).total_with_lineage === 0)
    expect(await book.stands(purse)).toBe('-5000 (60000/65000)')
  })
})

test('what a balance stood at, also by what was booked late', async () => {
  const balance = await book.balance(await book.ledger())
  const on = (day: number) => ({ effective_date: `2024-01-0${day}T12:00:00Z` })
  const at = async (day: number, more = '') => {
    const path = `/balances/${balance}/at?timestamp=2024-01-0${day}T18:00:00Z${more}`
    return (await book.send('GET', path)).body.balance.balance
  }
  await book.fund(balance, 10_000, on(2))
  await book.send('POST', '/balances-snapshots')
  await book.fund(balance, 500, on(4))
  expect([await at(1), await at(2), await at(3), await at(4)]).toEqual([0, 10_000, 10_000, 10_500])
  await book.fund(balance, 700, on(2))
  expect([await at(1), await at(3), await at(5)]).toEqual([0, 10_700, 11_200])
  expect(await at(5, '&from_source=true')).toBe(11_200)
})

describe('records of others', () => {
  let invoices: readonly [string, string]
  let rule: string

  beforeEach(async () => {
    const customer = await book.balance(await book.ledger())
    invoices = [book.at('INV-1'), book.at('INV-2')]
    await book.fund(customer, 10_000, { reference: invoices[0] })
    await book.fund(customer, 5_000, { reference: invoices[1] })
    const criteria = [
      { field: 'amount', operator: 'equals', allowable_drift: 0.01 },
      { field: 'reference', operator: 'contains' },
    ]
    rule = (await book.made('/reconciliation/matching-rules', { name: 'invoices', criteria }))
      .rule_id
  })

  const ended = async (id: string) => {
    for (;;) {
      const { body } = await book.send('GET', `/reconciliation/${id}`)
      if (body.status === 'completed' || body.status === 'failed') return body
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  test('are matched as they are sent', async () => {
    const record = { currency: 'USD', description: 'd', source: 'bank', date: new Date() }
    const { status, body } = await book.send('POST', '/reconciliation/start-instant', {
      strategy: 'one_to_one',
      matching_rule_ids: [rule],
      external_transactions: [
        { ...record, id: 'e1', amount: 100.5, reference: `pay ${invoices[0]}` },
        { ...record, id: 'e2', amount: 75, reference: 'nobody' },
      ],
    })
    expect(status).toBe(200)
    expect(await ended(body.reconciliation_id)).toMatchObject({
      status: 'completed',
      matched_transactions: 1,
      unmatched_transactions: 1,
    })
  })

  test('are matched from a file', async () => {
    const date = new Date().toISOString()
    const lines = [
      'ID,Amount,Date,Currency,Reference,Description,Source',
      `f1,100.50,${date},USD,pay ${invoices[0]},d,bank`,
      `f2,50.10,${date},USD,${invoices[1]},d,bank`,
      `f3,75,${date},USD,nobody,d,bank`,
    ]
    const form = new FormData()
    form.append('file', new Blob([lines.join('\n')], { type: 'text/csv' }), 'file.csv')
    form.append('source', 'bank')
    const upload = await fetch(`${server.url}/reconciliation/upload`, {
      method: 'POST',
      body: form,
    })
    const { upload_id, record_count } = (await upload.json()) as Record<string, unknown>
    expect(record_count).toBe(3)
    const { body } = await book.send('POST', '/reconciliation/start', {
      upload_id,
      strategy: 'one_to_one',
      matching_rule_ids: [rule],
    })
    expect(await ended(body.reconciliation_id)).toMatchObject({
      status: 'completed',
      matched_transactions: 2,
      unmatched_transactions: 1,
    })
  })
})

test('a balance that is watched', async () => {
  const balance = await book.balance(await book.ledger())
  const condition = { field: 'balance', operator: '>', value: 500, precision: 100 }
  const monitor = await book.made('/balance-monitors', { balance_id: balance, condition })
  const firings = () =>
    subscriber.taken.filter(
      ({ body }) => body.event === 'balance.monitor' && body.data.monitor_id === monitor.monitor_id,
    ).length
  const references = [book.reference, book.reference, book.reference]
  const deposits = [40_000, 20_000, 100]
  for (const [index, expected] of [0, 1, 2].entries()) {
    const reference = references[index] ?? ''
    await book.fund(balance, deposits[index] ?? 0, { reference })
    await until(() => toldOf('transaction.applied', reference) === 1 && firings() >= expected)
    expect(firings()).toBe(expected)
  }
  expect(await book.stands(balance)).toBe('60100 (60100/0)')
})

test('a refund, which is made once', async () => {
  const customer = await book.balance(await book.ledger())
  const provider = book.at('@external-provider')
  await book.fund(customer, 20_000)
  const payment = await book.paid(customer, provider, 15_000)
  const { status, body } = await book.refund(payment.transaction_id)
  expect([status, body.status, body.reference, body.parent_transaction]).toEqual([
    201,
    'APPLIED',
    `${payment.transaction_id}_refund`,
    payment.transaction_id,
  ])
  const original = await book.send('GET', `/transactions/${payment.transaction_id}`)
  expect(original.body).toMatchObject({ status: 'APPLIED', reference: payment.reference })
  expect((await book.refund(payment.transaction_id)).status).toBe(409)
  expect(await book.stands(customer)).toBe('20000 (35000/15000)')
  expect(await book.stands(provider)).toBe('0 (15000/15000)')
})

describe('shorter stories', () => {
  test('a hot wallet is emptied into a cold one', async () => {
    const ledger = await book.ledger()
    const [hot, cold] = [await book.balance(ledger, 'BTC'), await book.balance(ledger, 'BTC')]
    const inCoins = { currency: 'BTC', precision: 1e8 }
    await book.fund(hot, 350_000_000, inCoins)
    await book.paid(hot, cold, 300_000_000, inCoins)
    expect(await book.stands(hot)).toBe('50000000 (350000000/300000000)')
    expect(await book.stands(cold)).toBe('300000000 (300000000/0)')
  })

  test('a pool takes what partners lend, and gives it back by share', async () => {
    const ledger = await book.ledger()
    const [ann, ben] = [await book.balance(ledger), await book.balance(ledger)]
    const pool = book.at('@Pool')
    await book.fund(ann, 30_000)
    await book.fund(ben, 10_000)
    await book.paid(ann, pool, 30_000)
    await book.paid(ben, pool, 10_000)
    await book.paid(pool, [part(ann, '75%'), part(ben, 'left')], 40_000)
    expect(await book.stands(ann)).toBe('30000 (60000/30000)')
    expect(await book.stands(ben)).toBe('10000 (20000/10000)')
    expect(await book.stands(pool)).toBe('0 (40000/40000)')
  })

  test('who buys now and pays later never owes more than he may', async () => {
    const shopper = await book.balance(await book.ledger())
    const shop = book.at('@Merchant')
    const credit = { ...OVERDRAFT, overdraft_limit: 300 }
    await book.paid(shopper, shop, 30_000, credit)
    expect((await book.pay(shopper, shop, 1, credit)).status).toBe(400)
    for (let rate = 0; rate < 3; rate += 1) await book.fund(shopper, 10_000)
    expect(await book.stands(shopper)).toBe('0 (30000/30000)')
    expect(await book.stands(shop)).toBe('30000 (30000/0)')
  })

  test('a card payment of which the network and the bank keep their fees', async () => {
    const ledger = await book.ledger()
    const [card, shop] = [await book.balance(ledger), await book.balance(ledger)]
    await book.fund(card, 10_000)
    const [network, bank] = [book.at('@Network'), book.at('@Bank')]
    const parts = [part(bank, '1.5%'), part(network, '0.1'), part(shop, 'left')]
    const hold = await book.hold(card, parts, 10_000)
    await book.settled(hold.transaction_id, 'commit')
    expect(await book.stands(card)).toBe('0 (10000/10000)')
    expect(await book.stands(bank)).toBe('150 (150/0)')
    expect(await book.stands(network)).toBe('10 (10/0)')
    expect(await book.stands(shop)).toBe('9840 (9840/0)')
  })
})
