/** Balances as they stood at any moment, each transaction counted at its date, beside a model that adds up. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from '../support/audit.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith, nextSecond } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
})

afterAll(async () => {
  expect(await findings(server.database.query)).toEqual([])
  await server.stop()
})

/** Seconds since 2024, or null for no date of its own. */
type Moved = {
  readonly second: number | null
  readonly amount: number
  readonly key: 'default' | 'more'
  readonly out: boolean
}

const TWO_YEARS = 2 * 365 * 86_400

const second = fc.oneof(fc.integer({ min: 0, max: TWO_YEARS }), fc.integer({ min: 0, max: 5 }))
const moved = fc.record({
  second: fc.option(second, { freq: 4 }),
  amount: fc.integer({ min: 1, max: 50 }),
  key: fc.constantFrom('default', 'more'),
  out: fc.boolean(),
})

const START = Date.parse('2024-01-01T00:00:00Z')

const timeOf = (at: number) => new Date(START + at * 1000).toISOString().replace('.000Z', 'Z')

let count = 0

/** An account with two balances, and what was moved of all that was tried: nothing goes below zero as it is recorded. */
async function accountWith(
  ledger: Bench,
  wanted: readonly Moved[],
): Promise<{ readonly id: string; readonly made: readonly (Moved & { readonly id: string })[] }> {
  count += 1
  const alias = `@account${count}`
  const id = await ledger.account(alias)
  await ledger.send('POST', `/accounts/${id}/balances`, { key: 'more' })
  const made: (Moved & { readonly id: string })[] = []
  for (const one of wanted) {
    const own = [alias, String(one.amount), { balanceKey: one.key }] as const
    const other = ['@external/USD', String(one.amount)] as const
    const date = one.second === null ? {} : { transactionDate: timeOf(one.second) }
    const [from, to] = one.out ? [own, other] : [other, own]
    const { status, body } = await ledger.pay(String(one.amount), [from], [to], date)
    if (status === 201) made.push({ ...one, id: body.id })
    else expect([status, body.code]).toEqual([422, '0018'])
  }
  return { id, made }
}

/** What the model says that each balance stood at; null where nothing counted yet and there was no such balance. */
function stoodAt(made: readonly Moved[], key: string, at: number | null): string | null {
  const counted = made.filter(
    (one) => one.key === key && (at === null || (one.second !== null && one.second <= at)),
  )
  if (counted.length === 0 && at !== null) return null
  return String(counted.reduce((sum, { amount, out }) => sum + (out ? -amount : amount), 0))
}

describe('a balance', () => {
  test('and all balances of an account stood at what counts for the moment, whenever it was recorded', async () => {
    const ledger = await ledgerWith(server, [])
    await fc.assert(
      fc.asyncProperty(
        fc.array(moved, { maxLength: 8 }),
        fc.array(second, { maxLength: 2 }),
        async (wanted, asked) => {
          const { id, made } = await accountWith(ledger, wanted)
          const { items } = (await ledger.get(`/accounts/${id}/balances`)).body
          const known = made.flatMap((one) => one.second ?? [])
          for (const at of [...asked, ...known, ...known.map((one) => one - 1)]) {
            const date = timeOf(at)
            const expected = new Map<string, string>()
            for (const balance of items) {
              const stood = stoodAt(made, balance.key, at)
              if (stood !== null) expected.set(balance.key, stood)
              const one = await ledger.get(`/balances/${balance.id}/history?date=${date}`)
              expect([one.status, one.body.code ?? one.body.available]).toEqual(
                stood === null ? [404, '0141'] : [200, stood],
              )
            }
            const all = await ledger.get(`/accounts/${id}/balances/history?date=${date}`)
            expect(shownBy(all.body)).toEqual(expected)
          }
          for (const { key, available } of items) expect(available).toBe(stoodAt(made, key, null))
        },
      ),
      { numRuns: 12 },
    )
  })

  test('stood at what was recorded by the end of a second, from the second in which it was made', async () => {
    const ledger = await ledgerWith(server, ['@a'])
    const id = await ledger.balanceId('@a')
    const { createdAt } = (await ledger.get(`/balances/${id}`)).body
    const at = async (time: string) =>
      (await ledger.get(`/balances/${id}/history?date=${time}`)).body
    const moments: (readonly [string, string, string])[] = []
    for (const [amount, sum] of [
      ['1', '1'],
      ['2', '3'],
      ['4', '7'],
    ] as const) {
      await nextSecond()
      const held = amount === '4' ? { pending: true } : {}
      const { body } = await ledger.inflow('@a', amount)
      if (amount === '4') await ledger.outflow('@a', '5', held)
      moments.push([
        body.createdAt.slice(0, 19),
        amount === '4' ? '2' : sum,
        amount === '4' ? '5' : '0',
      ])
    }
    await nextSecond()
    for (const [time, available, onHold] of moments) {
      expect(await at(time)).toMatchObject({ available, onHold })
      expect(await at(`${time}.000001Z`)).toMatchObject({ available, onHold })
    }
    const before = new Date(Date.parse(createdAt) - 1000).toISOString()
    expect((await at(before)).code).toBe('0141')
    expect(await at(createdAt)).toMatchObject({ available: '0', version: 0 })
    const now = new Date().toISOString()
    expect(await at(now)).toMatchObject({ available: '2', onHold: '5', version: 4 })
  })

  test.each([
    ['no date', '', '0142'],
    ['a day without a time', '?date=2024-05-06', '0131'],
    ['the future', '?date=2999-01-01T00:00:00Z', '0140'],
    ['no time at all', '?date=yesterday', '0131'],
  ])('is not told for %s', async (_, query, code) => {
    const ledger = await ledgerWith(server, ['@a'])
    const id = await ledger.balanceId('@a')
    const answer = await ledger.get(`/balances/${id}/history${query}`)
    expect([answer.status, answer.body.code]).toEqual([400, code])
  })
})

type ShownBalance = { readonly key: string; readonly available: string }

function shownBy(body: unknown): ReadonlyMap<string, string> {
  const list = Array.isArray(body) ? (body as ShownBalance[]) : []
  return new Map(list.map(({ key, available }) => [key, available]))
}

test('the operations of an account in a span of time are those that count for it, in the order of their dates', async () => {
  const ledger = await ledgerWith(server, [])
  await fc.assert(
    fc.asyncProperty(
      fc.array(moved, { minLength: 1, maxLength: 8 }),
      fc.tuple(second, second),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('asc', 'desc'),
      fc.constantFrom('', 'debit', 'credit'),
      async (wanted, [one, other], limit, order, direction) => {
        const { id, made } = await accountWith(ledger, wanted)
        const [from, to] = one < other ? [one, other] : [other, one]
        const expected = made
          .filter(({ second: at, out }) => {
            const fits = direction === '' || (out ? 'debit' : 'credit') === direction
            return fits && at !== null && at >= from && at <= to
          })
          .toSorted((left, right) => (left.second ?? 0) - (right.second ?? 0))
          .map((found) => found.id)
        if (order === 'desc') expected.reverse()
        const span = `start_date=${timeOf(from)}&end_date=${timeOf(to)}`
        const filter = direction === '' ? '' : `&direction=${direction}`
        const query = `${span}&limit=${limit}&sort_order=${order}${filter}`
        expect(await pagesOf(ledger, `/accounts/${id}/operations?${query}`)).toEqual(expected)
      },
    ),
    { numRuns: 25 },
  )
})

async function pagesOf(ledger: Bench, path: string): Promise<readonly string[]> {
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await ledger.get(`${path}${cursor}`)
    for (const { transactionId } of body.items) seen.push(transactionId)
    if (body.next_cursor === undefined) return seen
    cursor = `&cursor=${body.next_cursor}`
  }
}
