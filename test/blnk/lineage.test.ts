/** Where money came from, as callers of Blnk's routes see it. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bookMadeAt, PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { verifyBooks } from '../../src/verification/index.ts'
import { findings } from '../support/audit.ts'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let ledger: string
let holder: string

beforeAll(async () => {
  server = await startTestServer()
  ledger = (await made('/ledgers', { name: 'Wallets' })).ledger_id
})

afterAll(async () => {
  expect(await findings(server.database.query)).toEqual([])
  const store = await PostgresVerificationStore.open(server.database.url)
  const found: unknown[] = []
  await verifyBooks(store, machineSurroundings().hash, bookMadeAt, (report) =>
    found.push(...report.findings),
  )
  await store.close()
  expect(found).toEqual([])
  await server.stop()
})

beforeEach(async () => {
  holder = await person('Alice', 'Johnson')
})

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
async function made(path: string, body: unknown): Promise<any> {
  const answer = await server.send('POST', path, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

async function person(first: string, last: string): Promise<string> {
  const body = { identity_type: 'individual', first_name: first, last_name: last }
  return (await made('/identities', body)).identity_id
}

async function wallet(strategy = 'FIFO', more: object = {}): Promise<string> {
  const body = {
    ledger_id: ledger,
    currency: 'USD',
    identity_id: holder,
    track_fund_lineage: true,
    allocation_strategy: strategy,
  }
  return (await made('/balances', { ...body, ...more })).balance_id
}

type Ask = { readonly reference?: string; readonly [name: string]: unknown }

function move(
  source: string,
  destination: string,
  amount: number,
  more: Ask = {},
): Promise<Answer> {
  return server.send('POST', '/transactions', {
    currency: 'USD',
    precision: 100,
    amount,
    source,
    destination,
    reference: randomUUID(),
    description: 'Money on its way',
    skip_queue: true,
    ...more,
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
async function moved(...of: Parameters<typeof move>): Promise<any> {
  const answer = await move(...of)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

function deposit(to: string, provider: string | null, amount: number, more: Ask = {}) {
  const tag = provider === null ? {} : { meta_data: { BLNK_LINEAGE_PROVIDER: provider } }
  return moved('@World', to, amount, { allow_overdraft: true, ...tag, ...more })
}

/** The worked example: 300.00 of stripe, 200.00 of paypal and 100.00 of gift, in this order. */
async function funded(strategy: string): Promise<string> {
  const id = await wallet(strategy)
  await deposit(id, 'stripe', 300)
  await deposit(id, 'paypal', 200)
  await deposit(id, 'gift', 100)
  return id
}

type Lots = Readonly<Record<string, readonly [amount: number, spent: number, available: number]>>

async function lineage(balance: string): Promise<Answer['body']> {
  const answer = await server.send('GET', `/balances/${balance}/lineage`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

/** Amount, spent and available of each provider. */
async function lots(balance: string): Promise<Lots> {
  const { providers, total_with_lineage } = await lineage(balance)
  const rows: { provider: string; amount: number; spent: number; available: number }[] = providers
  expect(rows.reduce((sum, row) => sum + row.available, 0)).toBe(total_with_lineage)
  return Object.fromEntries(
    rows.map(({ provider, amount, spent, available }) => [provider, [amount, spent, available]]),
  )
}

/** What a transaction drew from each provider. */
async function drawnBy(transaction: string): Promise<Readonly<Record<string, number>>> {
  const { body } = await server.send('GET', `/transactions/${transaction}/lineage`)
  const drawn: { provider: string; amount: number }[] = body.fund_allocation ?? []
  return Object.fromEntries(drawn.map(({ provider, amount }) => [provider, amount]))
}

async function balance(id: string): Promise<Answer['body']> {
  return (await server.send('GET', `/balances/${id}`)).body
}

describe('money that leaves a tracked balance', () => {
  test.each([
    ['FIFO', { stripe: 25000 }],
    ['LIFO', { gift: 10000, paypal: 15000 }],
    ['PROPORTIONAL', { stripe: 12500, paypal: 8333, gift: 4167 }],
  ])('is drawn from the lots by %s, to the unit', async (strategy, drawn) => {
    const id = await funded(strategy)
    const spent = await moved(id, '@Shop', 250)
    expect(await drawnBy(spent.transaction_id)).toEqual(drawn)
    const expected = Object.entries({ stripe: 30000, paypal: 20000, gift: 10000 }).map(
      ([provider, amount]) => {
        const gone = (drawn as Record<string, number>)[provider] ?? 0
        return [provider, [amount, gone, amount - gone]]
      },
    )
    expect(await lots(id)).toEqual(Object.fromEntries(expected))
    const { aggregate_balance_id, total_with_lineage } = await lineage(id)
    expect(total_with_lineage).toBe(35000)
    expect(await balance(aggregate_balance_id)).toMatchObject({
      credit_balance: 60000,
      debit_balance: 25000,
      balance: 35000,
    })
    expect(await balance(id)).toMatchObject({
      credit_balance: 60000,
      debit_balance: 25000,
      balance: 35000,
    })
  })

  test('is tagged money first, and no more of it than there is', async () => {
    const id = await funded('FIFO')
    await deposit(id, null, 50)
    await moved(id, '@Shop', 250)
    const spent = await moved(id, '@Shop', 400)
    expect(await drawnBy(spent.transaction_id)).toEqual({
      stripe: 5000,
      paypal: 20000,
      gift: 10000,
    })
    expect((await lineage(id)).total_with_lineage).toBe(0)
    expect((await balance(id)).balance).toBe(0)
  })

  test('keeps its providers on a tracked balance that it comes to', async () => {
    const id = await funded('PROPORTIONAL')
    await deposit(id, null, 100)
    holder = await person('Bob', 'Stone')
    const other = await wallet()
    const paid = await moved(id, other, 650, { meta_data: { BLNK_LINEAGE_PROVIDER: 'alice' } })
    expect(await lots(other)).toEqual({
      stripe: [30000, 0, 30000],
      paypal: [20000, 0, 20000],
      gift: [10000, 0, 10000],
      // What had no provider yet is of the one that was said.
      alice: [5000, 0, 5000],
    })
    const { body } = await server.send('GET', `/transactions/${paid.transaction_id}/lineage`)
    const received = body.shadow_transactions.find(
      (one: { reference: string }) => one.reference === `${paid.reference}_receive_stripe`,
    )
    expect(received).toMatchObject({
      precise_amount: 30000,
      status: 'APPLIED',
      description: 'Receive stripe funds',
      meta_data: {
        _lineage_type: 'receive',
        _provider: 'stripe',
        _main_balance: other,
        _from_balance: id,
        _shadow_for: paid.transaction_id,
      },
    })
  })
})

describe('a hold', () => {
  test('sets aside of the lots, and takes of them as much as is committed, in that order', async () => {
    const id = await funded('LIFO')
    const hold = await moved(id, '@Shop', 250, { inflight: true })
    expect((await lineage(id)).total_with_lineage).toBe(60000)
    // What is set aside cannot be drawn a second time.
    const second = await moved(id, '@Shop', 50)
    expect(await drawnBy(second.transaction_id)).toEqual({ paypal: 5000 })
    const part = await commit(hold.transaction_id, 120)
    expect(await drawnBy(part.transaction_id)).toEqual({ gift: 10000, paypal: 2000 })
    const rest = await server.send('PUT', `/transactions/inflight/${hold.transaction_id}`, {
      status: 'void',
      skip_queue: true,
    })
    expect(rest.status, rest.text).toBe(200)
    expect(await lots(id)).toEqual({
      stripe: [30000, 0, 30000],
      paypal: [20000, 7000, 13000],
      gift: [10000, 10000, 0],
    })
    const everything = await moved(id, '@Shop', 430)
    expect(await drawnBy(everything.transaction_id)).toEqual({ stripe: 30000, paypal: 13000 })
  })

  async function commit(id: string, amount: number): Promise<Answer['body']> {
    const answer = await server.send('PUT', `/transactions/inflight/${id}`, {
      status: 'commit',
      amount,
      skip_queue: true,
    })
    expect(answer.status, answer.text).toBe(200)
    return answer.body
  }

  test('of money that comes in fills the lot when it is committed, as far as it is', async () => {
    const id = await wallet()
    const hold = await deposit(id, 'stripe', 100, { inflight: true })
    expect(await lots(id)).toEqual({ stripe: [0, 0, 0] })
    await commit(hold.transaction_id, 30)
    expect(await lots(id)).toEqual({ stripe: [3000, 0, 3000] })
    await server.send('PUT', `/transactions/inflight/${hold.transaction_id}`, {
      status: 'void',
      skip_queue: true,
    })
    expect(await lots(id)).toEqual({ stripe: [3000, 0, 3000] })
    const { providers } = await lineage(id)
    expect(await balance(providers[0].shadow_balance_id)).toMatchObject({
      balance: -3000,
      inflight_balance: 0,
    })
  })

  test('cannot be ended by its shadow transactions', async () => {
    const id = await wallet()
    const hold = await deposit(id, 'stripe', 100, { inflight: true })
    const shadow = await server.send(
      'GET',
      `/transactions/reference/${hold.reference}_shadow_stripe`,
    )
    expect(shadow.body).toMatchObject({ status: 'INFLIGHT', precise_amount: 10000 })
    for (const status of ['commit', 'void']) {
      const answer = await server.send(
        'PUT',
        `/transactions/inflight/${shadow.body.transaction_id}`,
        { status, skip_queue: true },
      )
      expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
    }
    expect(await lots(id)).toEqual({ stripe: [0, 0, 0] })
  })
})

describe('a refund', () => {
  async function refund(id: string): Promise<Answer['body']> {
    const answer = await server.send('POST', `/refund-transaction/${id}`, { skip_queue: true })
    expect(answer.status, answer.text).toBe(201)
    return answer.body
  }

  test('of a payment gives back to the lots that it was drawn from', async () => {
    const id = await funded('PROPORTIONAL')
    const spent = await moved(id, '@Shop', 250)
    await refund(spent.transaction_id)
    const after = await lots(id)
    expect(after['stripe']?.[2]).toBe(30000)
    expect(after['paypal']?.[2]).toBe(20000)
    expect(after['gift']?.[2]).toBe(10000)
  })

  test('of a deposit takes from the lot that it filled, and what that has not as any payment', async () => {
    const id = await wallet()
    await deposit(id, 'paypal', 200)
    const gift = await deposit(id, 'gift', 100)
    const given = await refund(gift.transaction_id)
    expect(await drawnBy(given.transaction_id)).toEqual({ gift: 10000 })
    const stripe = await deposit(id, 'stripe', 100)
    await moved(id, '@Shop', 250)
    const back = await refund(stripe.transaction_id)
    expect(await drawnBy(back.transaction_id)).toEqual({ stripe: 5000 })
    expect((await lineage(id)).total_with_lineage).toBe(0)
  })

  test('of a hold that was committed in parts gives everything back', async () => {
    const id = await funded('LIFO')
    const hold = await moved(id, '@Shop', 250, { inflight: true })
    for (const amount of [120, 130])
      await server.send('PUT', `/transactions/inflight/${hold.transaction_id}`, {
        status: 'commit',
        amount,
        skip_queue: true,
      })
    expect((await lineage(id)).total_with_lineage).toBe(35000)
    await refund(hold.transaction_id)
    expect((await lineage(id)).total_with_lineage).toBe(60000)
  })
})

test('what goes beyond the lots is drawn from none, and fills none when it comes back', async () => {
  const id = await wallet()
  await deposit(id, 'stripe', 10)
  const spent = await moved(id, '@Shop', 25, { allow_overdraft: true })
  expect(await drawnBy(spent.transaction_id)).toEqual({ stripe: 1000 })
  await deposit(id, null, 15)
  await deposit(id, 'paypal', 5)
  expect(await lots(id)).toEqual({ stripe: [1000, 1000, 0], paypal: [500, 0, 500] })
  expect((await balance(id)).balance).toBe(500)
})

describe('lots', () => {
  test('are filled and drawn on by splits and bulks as by any other transaction', async () => {
    const id = await wallet()
    await deposit(id, 'stripe', 100)
    await deposit(id, 'paypal', 100)
    const other = await wallet()
    await moved(id, '', 120, {
      destination: undefined,
      destinations: [
        { identifier: other, distribution: '50%' },
        { identifier: '@Fees', distribution: 'left' },
      ],
    })
    expect(await lots(other)).toEqual({ stripe: [6000, 0, 6000] })
    expect(await lots(id)).toEqual({ stripe: [10000, 10000, 0], paypal: [10000, 2000, 8000] })
    const bulk = await server.send('POST', '/transactions/bulk', {
      atomic: true,
      skip_queue: true,
      transactions: ['one', 'two'].map((name) => ({
        currency: 'USD',
        precision: 100,
        amount: 10,
        source: '@World',
        destination: id,
        reference: randomUUID(),
        description: name,
        allow_overdraft: true,
        meta_data: { BLNK_LINEAGE_PROVIDER: name },
      })),
    })
    expect(bulk.status, bulk.text).toBe(201)
    expect(await lots(id)).toMatchObject({ one: [1000, 0, 1000], two: [1000, 0, 1000] })
  })

  test('are filled by what came through the queue, whose shadow has the name of what was carried out', async () => {
    const id = await wallet()
    const asked = await deposit(id, 'stripe', 10, { skip_queue: false })
    const shadow = await server.send(
      'GET',
      `/transactions/reference/${asked.reference}_q_shadow_stripe`,
    )
    expect(shadow.status).toBe(200)
    expect(await lots(id)).toEqual({ stripe: [1000, 0, 1000] })
  })

  test('are as they were after a transaction that was turned down', async () => {
    const id = await wallet()
    await deposit(id, 'stripe', 10)
    const refused = await move(id, '@Shop', 11)
    expect(refused.status).toBe(400)
    const again = await move('@World', id, 1, {
      allow_overdraft: false,
      meta_data: { BLNK_LINEAGE_PROVIDER: 'never' },
    })
    expect(again.status).toBe(400)
    expect(await lots(id)).toEqual({ stripe: [1000, 0, 1000] })
  })

  test('are those of one balance, also where another has the same holder', async () => {
    const first = await wallet()
    const second = await wallet()
    await deposit(first, 'stripe', 10)
    await deposit(second, 'stripe', 7)
    await moved(second, '@Shop', 7)
    expect(await lots(first)).toEqual({ stripe: [1000, 0, 1000] })
    expect(await lots(second)).toEqual({ stripe: [700, 700, 0] })
  })

  test('are balances that can be read by name and that nobody else can move', async () => {
    holder = await person('Carol', 'King')
    const id = await wallet()
    await deposit(id, 'stripe', 10)
    const [{ shadow_balance_id: shadow }] = (await lineage(id)).providers
    const name = `@stripe_carol_king_${holder.slice(0, 8)}_lineage`
    const read = await server.send(
      'GET',
      `/balances/indicator/${encodeURIComponent(name)}/currency/USD`,
    )
    expect(read.body).toMatchObject({ balance_id: shadow, indicator: name, balance: -1000 })
    for (const [from, to] of [
      [shadow, '@Shop'],
      ['@World', shadow],
    ] as const) {
      const answer = await move(from, to, 1, { allow_overdraft: true })
      expect(answer.status, answer.text).toBe(400)
    }
    const [{ id: home }] = (await server.send('GET', '/v1/organizations')).body.items
    const general = `/v1/organizations/${home}/ledgers/00000000-0000-4000-8000-000000000001`
    const { body } = await server.send('GET', `${general}/balances/${shadow.slice(4)}`)
    const account = `${general}/accounts/${body.accountId}`
    await moved(id, '@Shop', 10)
    expect((await server.send('PATCH', account, { name: 'Mine' })).status).toBe(422)
    expect((await server.send('DELETE', account)).status).toBe(422)
    expect(await lots(id)).toEqual({ stripe: [1000, 1000, 0] })
  })

  test('are a hundred at most', async () => {
    const id = await wallet()
    const many = Array.from({ length: 101 }, (_, index) => ({
      currency: 'USD',
      precision: 100,
      amount: 1,
      source: '@World',
      destination: id,
      reference: randomUUID(),
      description: 'One of many',
      allow_overdraft: true,
      meta_data: { BLNK_LINEAGE_PROVIDER: `provider ${index}` },
    }))
    const all = { atomic: true, skip_queue: true, transactions: many }
    const refused = await server.send('POST', '/transactions/bulk', all)
    expect(refused.status, refused.text).toBe(400)
    expect(refused.text).toContain('tracks the money of 100 providers already')
    expect(await lots(id)).toEqual({})
    const fit = { ...all, transactions: many.slice(0, 100) }
    expect((await server.send('POST', '/transactions/bulk', fit)).status).toBe(201)
    const spent = await moved(id, '@Shop', 100)
    expect(Object.keys(await drawnBy(spent.transaction_id))).toHaveLength(100)
  })

  test('have providers of a hundred characters at most', async () => {
    const id = await wallet()
    const answer = await move('@World', id, 1, {
      allow_overdraft: true,
      meta_data: { BLNK_LINEAGE_PROVIDER: 'x'.repeat(101) },
    })
    expect(answer.status).toBe(400)
    await deposit(id, 'ß'.repeat(100), 1)
    expect((await lineage(id)).total_with_lineage).toBe(100)
  })
})

describe('when a tracked balance gets another holder', () => {
  async function give(id: string, to: string): Promise<void> {
    const answer = await server.send('PUT', `/balances/${id}/identity`, { identity_id: to })
    expect(answer.status, answer.text).toBe(200)
  }

  test('its lots stay, and new deposits open new ones, also of a provider that is known', async () => {
    const id = await wallet()
    await deposit(id, 'stripe', 100)
    const before = await lineage(id)
    const other = await person('Dora', 'Lane')
    await give(id, other)
    expect(await lineage(id)).toEqual(before)
    await deposit(id, 'stripe', 40)
    const { providers, total_with_lineage, aggregate_balance_id } = await lineage(id)
    expect(total_with_lineage).toBe(14000)
    expect(providers[0]).toEqual(before.providers[0])
    expect(providers[1]).toMatchObject({ provider: 'stripe', amount: 4000, available: 4000 })
    expect(providers[1].shadow_balance_id).not.toBe(providers[0].shadow_balance_id)
    expect((await balance(providers[1].shadow_balance_id)).indicator).toBe(
      `@stripe_dora_lane_${other.slice(0, 8)}_lineage`,
    )
    expect(aggregate_balance_id).not.toBe(before.aggregate_balance_id)
    // What is spent leaves each lot for the aggregate of its own holder.
    const spent = await moved(id, '@Shop', 120)
    expect(await drawnBy(spent.transaction_id)).toEqual({ stripe: 12000 })
    expect((await balance(before.aggregate_balance_id)).balance).toBe(0)
    expect((await balance(aggregate_balance_id)).balance).toBe(2000)
  })

  test('a hold from before ends in the lots that it was set aside in', async () => {
    const id = await wallet()
    await deposit(id, 'stripe', 100)
    const hold = await deposit(id, 'paypal', 50, { inflight: true })
    const outgoing = await moved(id, '@Shop', 60, { inflight: true })
    await give(id, await person('Emil', 'Noor'))
    await deposit(id, 'paypal', 5)
    for (const one of [hold, outgoing]) {
      const answer = await server.send('PUT', `/transactions/inflight/${one.transaction_id}`, {
        status: 'commit',
        skip_queue: true,
      })
      expect(answer.status, answer.text).toBe(200)
    }
    const { providers } = await lineage(id)
    expect(providers).toMatchObject([
      { provider: 'stripe', amount: 10000, spent: 6000 },
      { provider: 'paypal', amount: 5000, spent: 0 },
      { provider: 'paypal', amount: 500, spent: 0 },
    ])
  })

  test('back to the first one, deposits go into the lot that is there', async () => {
    const id = await wallet()
    const first = holder
    await deposit(id, 'stripe', 1)
    await give(id, await person('Fay', 'Wood'))
    await deposit(id, 'stripe', 2)
    await give(id, first)
    await deposit(id, 'stripe', 4)
    const { providers } = await lineage(id)
    expect(providers).toMatchObject([{ amount: 500 }, { amount: 200 }])
  })
})

test('deposits and payments that come all at once leave lots that add up', async () => {
  const id = await wallet('PROPORTIONAL')
  await deposit(id, 'seed', 1000)
  const providers = ['one', 'two', 'three']
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      index % 3 === 2
        ? moved(id, '@Shop', 7.77)
        : deposit(id, providers[index % providers.length] ?? null, 3.33),
    ),
  )
  const { balance: left } = await balance(id)
  expect(left).toBe(100000 + 40 * 333 - 20 * 777)
  expect((await lineage(id)).total_with_lineage).toBe(left)
})
