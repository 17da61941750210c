/** Overdrafts: how far below zero a balance may go, who carries what it draws, and what pays it back. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDecimal } from '../../src/ledger/index.ts'
import { findings } from '../support/audit.ts'
import { TestEventSource } from '../support/event-source.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/subscriber.ts'
import { type Bench, ledgerWith, nextSecond } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
})

afterAll(async () => {
  expect(await findings(server.database.query)).toEqual([])
  await server.stop()
})

const limited = (limit: string) => ({
  allowOverdraft: true,
  overdraftLimitEnabled: true,
  overdraftLimit: limit,
})

/** A ledger in which @a has 10 and may be overdrawn. */
async function overdrawn(settings: object): Promise<Bench> {
  const ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '10')
  expect((await agree(ledger, settings)).status).toBe(200)
  return ledger
}

async function agree(ledger: Bench, settings: object, alias = '@a') {
  return ledger.send('PATCH', `/balances/${await ledger.balanceId(alias)}`, { settings })
}

async function shown(ledger: Bench, alias = '@a', key = 'default') {
  return (await ledger.get(`/balances/${await ledger.balanceId(alias, key)}`)).body
}

const codeOf = ({ status, body }: { status: number; body: { code?: unknown } }) => [
  status,
  body.code,
]

/** All balances of the account that the balance is of. */
async function history(ledger: Bench, balanceId: string, time: string) {
  const { accountId } = (await ledger.get(`/balances/${balanceId}`)).body
  return ledger.get(`/accounts/${accountId}/balances/history?date=${time}`)
}

const pay = (ledger: Bench, value: string, more: object = {}) =>
  ledger.pay(value, [['@a', value]], [['@b', value]], more)

const payBack = (ledger: Bench, value: string) =>
  ledger.pay(value, [['@b', value]], [['@a', value]])

describe('an overdraft', () => {
  test('covers what the balance cannot, up to its limit and not a quantum further', async () => {
    const ledger = await overdrawn(limited('5'))
    expect(codeOf(await pay(ledger, '15.000000000000000001'))).toEqual([422, '0167'])
    expect((await pay(ledger, '15')).status).toBe(201)
    expect(await shown(ledger)).toMatchObject({
      available: '0',
      overdraftUsed: '5',
      position: { available: '-5', onHold: '0', overdraftLimitAvailable: '0' },
    })
    expect(await shown(ledger, '@a', 'overdraft')).toMatchObject({
      available: '5',
      direction: 'debit',
      overdraftUsed: '0',
      settings: { balanceScope: 'internal' },
    })
    expect(codeOf(await pay(ledger, '0.000000000000000001'))).toEqual([422, '0167'])
  })

  test('has no end when it has no limit', async () => {
    const ledger = await overdrawn({ allowOverdraft: true })
    expect((await pay(ledger, `1${'0'.repeat(37)}`)).status).toBe(201)
    expect((await shown(ledger)).position).toEqual({
      available: `-${'9'.repeat(36)}0`,
      onHold: '0',
    })
  })

  test('is repaid before anything becomes available, after it has ended as well', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '15')
    await payBack(ledger, '2')
    expect(await shown(ledger)).toMatchObject({ available: '0', overdraftUsed: '3' })
    expect((await agree(ledger, { allowOverdraft: false })).body.overdraftUsed).toBe('3')
    expect(codeOf(await pay(ledger, '1'))).toEqual([422, '0018'])
    await payBack(ledger, '4')
    expect(await shown(ledger)).toMatchObject({ available: '1', overdraftUsed: '0' })
  })

  test('cannot be limited to less than it has drawn', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '14')
    expect(codeOf(await agree(ledger, limited('3.999999999999999999')))).toEqual([422, '0173'])
    expect((await shown(ledger)).settings.overdraftLimit).toBe('5')
    expect((await agree(ledger, limited('4'))).status).toBe(200)
  })

  test('belongs to one balance of an account: each has its own', async () => {
    const ledger = await overdrawn(limited('5'))
    const accountId = (await ledger.get('/accounts/alias/@a')).body.id
    const more = { key: 'travel', settings: limited('7') }
    expect((await ledger.send('POST', `/accounts/${accountId}/balances`, more)).status).toBe(201)
    await pay(ledger, '15')
    const spent = await ledger.pay('7', [['@a', '7', { balanceKey: 'travel' }]], [['@b', '7']])
    expect(spent.status).toBe(201)
    expect(await shown(ledger, '@a', 'overdraft')).toMatchObject({ available: '5' })
    expect(await shown(ledger, '@a', 'overdraft:travel')).toMatchObject({ available: '7' })
  })

  test('holds what it draws for a pending transaction, and gets it back when that is canceled', async () => {
    const ledger = await overdrawn(limited('5'))
    const held = await pay(ledger, '12', { pending: true })
    expect(held.body.source).toEqual(['@a'])
    const during = { available: '0', onHold: '12', overdraftUsed: '2' }
    expect(await shown(ledger)).toMatchObject(during)
    await ledger.send('POST', `/transactions/${held.body.id}/cancel`)
    const before = { available: '10', onHold: '0', overdraftUsed: '0' }
    expect(await shown(ledger)).toMatchObject(before)
    const again = await pay(ledger, '12', { pending: true })
    await ledger.send('POST', `/transactions/${again.body.id}/commit`)
    expect(await shown(ledger)).toMatchObject({ ...during, onHold: '0' })
    const read = (await ledger.get(`/transactions/${again.body.id}`)).body
    expect([read.source, read.destination]).toEqual([['@a'], ['@b']])
  })

  test('is shown as it was by a balance of the past', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '13')
    const { updatedAt } = await shown(ledger, '@a', 'overdraft')
    await nextSecond()
    await payBack(ledger, '8')
    const id = await ledger.balanceId('@a')
    const past = (await ledger.get(`/balances/${id}/history?date=${updatedAt}`)).body
    expect(past).toMatchObject({ available: '0', overdraftUsed: '3' })
    expect(past.position).toMatchObject({ available: '-3', overdraftLimitAvailable: '2' })
    expect(await shown(ledger)).toMatchObject({ available: '5', overdraftUsed: '0' })
  })

  test('is shown with what could still be drawn then, by the limit of then', async () => {
    const ledger = await ledgerWith(server, ['@a', '@b'])
    const id = await ledger.balanceId('@a')
    const times = [(await ledger.get(`/balances/${id}`)).body.createdAt]
    await ledger.inflow('@a', '10')
    const unlimited = { allowOverdraft: true, overdraftLimitEnabled: false }
    for (const settings of [limited('5'), unlimited, limited('7.5'), { allowOverdraft: false }]) {
      await nextSecond()
      times.push((await agree(ledger, settings)).body.updatedAt)
    }
    await nextSecond()
    await agree(ledger, limited('100'))
    const left: unknown[] = []
    for (const time of times) {
      const [one] = (await history(ledger, id, time)).body
      left.push(one.position.overdraftLimitAvailable)
    }
    expect(left).toEqual(['0', '5', undefined, '7.5', '0'])
  })

  test('keeps a balance from being deleted until it is repaid', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '15')
    const path = `/balances/${await ledger.balanceId('@a')}`
    expect(codeOf(await ledger.send('DELETE', path))).toEqual([400, '0093'])
    await payBack(ledger, '5')
    const companion = await ledger.balanceId('@a', 'overdraft')
    expect((await ledger.send('DELETE', path)).status).toBe(204)
    expect((await ledger.get(`/balances/${companion}`)).status).toBe(404)
  })

  test('tells of drawing, repaying and clearing', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '13')
    await payBack(ledger, '1')
    await payBack(ledger, '2')
    const types = 'balance.overdraft-*'
    const path = `${ledger.path}/events?after=beginning&types=${types}`
    const source = await TestEventSource.open(server.url + path)
    try {
      await until(() => source.heard.length === 4)
      const used = source.heard.map(({ event, data }) => {
        const { amount, overdraftUsedBefore, overdraftUsed, key } = data.data ?? data
        return [event, amount, overdraftUsedBefore, overdraftUsed, key]
      })
      expect(used).toEqual([
        [expect.stringContaining('overdraft-drawn'), '3', '0', '3', 'default'],
        [expect.stringContaining('overdraft-repaid'), '1', '3', '2', 'default'],
        [expect.stringContaining('overdraft-repaid'), '2', '2', '0', 'default'],
        [expect.stringContaining('overdraft-cleared'), '2', '2', '0', 'default'],
      ])
    } finally {
      source.close()
    }
  })
})

describe('operations', () => {
  test('name what an overdraft carried, and say how far it was used before and after', async () => {
    const ledger = await overdrawn(limited('5'))
    const paid = await pay(ledger, '13')
    const course = (body: { operations: readonly Shown[] }) =>
      body.operations.map(({ type, direction, balanceKey, amount, balance, balanceAfter }) =>
        [
          type,
          direction,
          balanceKey,
          amount.value,
          balance.overdraftUsed,
          balanceAfter.overdraftUsed,
        ].join(' '),
      )
    const told = [
      'DEBIT debit default 10 0 3',
      'OVERDRAFT debit overdraft 3 0 3',
      'CREDIT credit default 13 0 0',
    ]
    expect(course(paid.body)).toEqual(told)
    expect(course((await ledger.get(`/transactions/${paid.body.id}`)).body)).toEqual(told)
  })

  test('on the balance within its means say what is still owed', async () => {
    const ledger = await overdrawn(limited('50'))
    const held = await pay(ledger, '10', { pending: true })
    await pay(ledger, '20')
    await ledger.send('POST', `/transactions/${held.body.id}/cancel`)
    const paid = await pay(ledger, '4')
    expect(paid.body.operations[0]).toMatchObject({
      balance: { available: '10', overdraftUsed: '20' },
      balanceAfter: { available: '6', overdraftUsed: '20' },
    })
  })

  test('are found by their type, those of overdrafts apart from all others', async () => {
    const ledger = await overdrawn(limited('5'))
    await pay(ledger, '15')
    const accountId = (await ledger.get('/accounts/alias/@a')).body.id
    const keys = async (type: string) => {
      const { body } = await ledger.get(`/accounts/${accountId}/operations?type=${type}`)
      return body.items.map((one: { balanceKey: string }) => one.balanceKey)
    }
    expect(await keys('OVERDRAFT')).toEqual(['overdraft'])
    expect(await keys('DEBIT')).toEqual(['default'])
  })
})

type Shown = {
  readonly type: string
  readonly direction: string
  readonly balanceKey: string
  readonly amount: { readonly value: string }
  readonly balance: { readonly overdraftUsed: string }
  readonly balanceAfter: { readonly overdraftUsed: string }
}

describe('a companion', () => {
  test('takes neither changes nor postings, and cannot be deleted', async () => {
    const ledger = await overdrawn(limited('5'))
    const path = `/balances/${await ledger.balanceId('@a', 'overdraft')}`
    expect(codeOf(await ledger.send('PATCH', path, { allowSending: false }))).toEqual([422, '0175'])
    expect(codeOf(await ledger.send('DELETE', path))).toEqual([422, '0169'])
    const named = { balanceKey: 'overdraft' }
    const posted = await ledger.pay('1', [['@external/USD', '1']], [['@a', '1', named]])
    expect(codeOf(posted)).toEqual([422, '0168'])
  })

  test('has a key that nobody else may take', async () => {
    const ledger = await overdrawn(limited('5'))
    const accountId = (await ledger.get('/accounts/alias/@b')).body.id
    for (const key of ['overdraft', 'Overdraft', 'overdraft:x']) {
      const answer = await ledger.send('POST', `/accounts/${accountId}/balances`, { key })
      expect(answer.body.code).toBe('0170')
    }
  })

  test('is made once, however many servers are asked for it at once', async () => {
    const second = await startTestServer({ midazProfile: 'v3' }, server.database)
    try {
      const ledger = await ledgerWith(server, ['@a', '@b'])
      const benches = Array.from({ length: 16 }, (_, n) =>
        n % 2 ? ledger : ledger.through(second),
      )
      const answers = await Promise.all(benches.map((bench) => agree(bench, limited('5'))))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      const { body } = await ledger.get('/accounts/alias/@a/balances')
      expect(body.items).toHaveLength(2)
      const drawn = await Promise.all(benches.map((bench) => pay(bench, '1')))
      expect(drawn.filter(({ status }) => status === 201)).toHaveLength(5)
      expect(await shown(ledger)).toMatchObject({ available: '0', overdraftUsed: '5' })
    } finally {
      await second.stop()
    }
  })
})

test('a limit that is moved under fire is obeyed by every posting that is ordered after it', async () => {
  const second = await startTestServer({ midazProfile: 'v3' }, server.database)
  try {
    const ledger = await overdrawn(limited('20'))
    await pay(ledger, '10')
    const benches = [ledger, ledger.through(second)]
    let isOver = false
    const client = async (bench: Bench) => {
      while (!isOver)
        for (const answer of [await pay(bench, '3'), await payBack(bench, '3')])
          if (answer.status !== 201) expect(['0167', '0018']).toContain(answer.body.code)
    }
    const clients = Array.from({ length: 8 }, (_, n) => client(benches[n % 2] ?? ledger))
    let lowered = 0
    for (let round = 0; round < 24; round += 1) {
      const answer = await agree(
        benches[round % 2] ?? ledger,
        limited(round % 3 === 0 ? '20' : '9'),
      )
      if (answer.status === 200) lowered += round % 3 === 0 ? 0 : 1
      else expect(codeOf(answer)).toEqual([422, '0173'])
    }
    isOver = true
    await Promise.all(clients)
    expect(lowered).toBeGreaterThan(0)
    const drawn = await server.database.query(
      `select t.seq, e.posted_debits - e.posted_credits as drawn,
              (select (v.after ->> 'overdraftLimit')::numeric from events v
                where v.book_id = b.book_id and v.subject_id = b.principal_id and v.seq < t.seq
                  and v.after ->> 'overdraftLimit' is not null order by v.seq desc limit 1) as most
         from balances b
         join entries e on e.book_id = b.book_id and e.balance_id = b.id
         join transactions t on t.book_id = e.book_id and t.id = e.transaction_id
        where b.principal_id = $1 and e.side = 'debit'`,
      [await ledger.balanceId('@a')],
    )
    expect(drawn.length).toBeGreaterThan(8)
    expect(drawn.filter((one) => Number(one['drawn']) > Number(one['most']))).toEqual([])
  } finally {
    await second.stop()
  }
})

test('the first generation shows what is drawn in whole numbers, too', async () => {
  const ledger = await overdrawn(limited('5'))
  await pay(ledger, '12.5')
  const seed = ledger.as('seed')
  const id = await ledger.balanceId('@a')
  expect((await seed.get(`/balances/${id}`)).body).toMatchObject({
    available: 0,
    overdraftUsed: 250,
    scale: 2,
  })
})

test.each([
  ['without a limit', { allowOverdraft: true, overdraftLimitEnabled: true }],
  ['with a limit of nothing', limited('0')],
  ['with too many decimals', limited('0.0000000000000000001')],
  ['with a limit that is not in force', { allowOverdraft: true, overdraftLimit: '5' }],
  ['of the scope of the ledger itself', { balanceScope: 'internal' }],
])('settings %s are refused and change nothing', async (_, settings) => {
  const ledger = await ledgerWith(server, ['@a'])
  expect(codeOf(await agree(ledger, settings))).toEqual([400, '0172'])
  expect((await shown(ledger)).settings).toBeUndefined()
})

const step = fc.record({
  from: fc.constantFrom('@p', '@q', '@external/USD'),
  to: fc.constantFrom('@p', '@q', '@external/USD'),
  amount: fc.integer({ min: 1, max: 120 }).map(String),
  next: fc.constantFrom('nothing', 'hold', 'commit', 'cancel', 'revert'),
  limit: fc.option(fc.integer({ min: 1, max: 200 }).map(String)),
})

test('after anything: positions cancel out, none is below its limit, and operations follow one another', async () => {
  const ledger = await ledgerWith(server, ['@p', '@q'])
  await agree(ledger, limited('100'), '@p')
  await agree(ledger, limited('100'), '@q')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      for (const one of steps) await carryOut(ledger, one)
      await checkLaws(ledger)
    }),
    { numRuns: 15 },
  )
})

async function carryOut(ledger: Bench, { from, to, amount, next, limit }: Step): Promise<void> {
  if (limit !== null) {
    const { status, body } = await agree(ledger, limited(limit), '@p')
    if (status !== 200) expect([status, body.code]).toEqual([422, '0173'])
  }
  const pending = next === 'hold' || next === 'commit' || next === 'cancel'
  const made = await ledger.pay(
    amount,
    [[from, amount]],
    [[to, amount]],
    pending ? { pending } : {},
  )
  expect([201, 400, 422]).toContain(made.status)
  if (made.status !== 201 || next === 'nothing' || next === 'hold') return
  const { status } = await ledger.send('POST', `/transactions/${made.body.id}/${next}`)
  expect([201, 422]).toContain(status)
}

type Step = {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly next: string
  readonly limit: string | null
}

async function checkLaws(ledger: Bench): Promise<void> {
  const { items } = (await ledger.get('/balances')).body
  let sum = 0n
  for (const { key, direction, position, overdraftUsed, settings, accountId, ...own } of items) {
    if (key === 'overdraft') continue
    const { available, onHold, overdraftLimitAvailable } = position
    const total = readDecimal(available) + readDecimal(onHold)
    sum += direction === 'debit' ? -total : total
    if (settings === undefined) continue
    expect(readDecimal(own.available) >= 0n && readDecimal(overdraftUsed) >= 0n).toBe(true)
    expect(readDecimal(overdraftLimitAvailable) >= 0n).toBe(true)
    await checkOperations(ledger, accountId, { ...own, overdraftUsed })
  }
  expect(sum).toBe(0n)
}

type Standing = {
  readonly available: string
  readonly onHold: string
  readonly overdraftUsed: string
}

/** The operations of a balance and its companion tell one story, which ends where the balance stands. */
async function checkOperations(
  ledger: Bench,
  accountId: string,
  { available, onHold, overdraftUsed }: Standing,
) {
  const { items } = (
    await ledger.get(`/accounts/${accountId}/operations?limit=100&sort_order=desc`)
  ).body
  const last = items.find((one: Shown) => one.balanceKey === 'default')
  const carried = items.find((one: Shown) => one.balanceKey === 'overdraft')
  if (last !== undefined) expect(last.balanceAfter.available).toBe(available)
  if (carried !== undefined) expect(carried.balanceAfter.overdraftUsed).toBe(overdraftUsed)
  expect(readDecimal(onHold) >= 0n).toBe(true)
  const own = items.filter((one: Shown) => one.balanceKey === 'default').reverse()
  for (const [index, { balance }] of own.slice(1).entries())
    expect(balance).toMatchObject({
      available: own[index].balanceAfter.available,
      version: own[index].balanceAfter.version,
    })
}
