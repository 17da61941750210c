/** What can be deleted, when, and what is left of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
})

afterAll(() => server.stop())

const codeOf = ({ status, body }: { status: number; body: { code?: unknown } }) => [
  status,
  body?.code,
]

async function accountOf(ledger: Bench, alias: string): Promise<string> {
  return (await ledger.get(`/accounts/alias/${alias}`)).body.id
}

test('a balance with nothing on it is deleted once, and its key is free again', async () => {
  const ledger = await ledgerWith(server, ['@a'])
  const accountId = await accountOf(ledger, '@a')
  const path = `/accounts/${accountId}/balances`
  const { body } = await ledger.send('POST', path, { key: 'more' })
  expect(codeOf(await ledger.send('POST', path, { key: 'More' }))).toEqual([409, '0123'])
  expect((await ledger.send('DELETE', `/balances/${body.id}`)).status).toBe(204)
  expect(codeOf(await ledger.send('DELETE', `/balances/${body.id}`))).toEqual([404, '0007'])
  const again = await ledger.send('POST', path, { key: 'more' })
  expect(again.status).toBe(201)
  expect(again.body.id).not.toBe(body.id)
})

test('a balance on which money is only set aside stays', async () => {
  const ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '5')
  await ledger.pay('5', [['@a', '5']], [['@b', '5']], { pending: true })
  const id = await ledger.balanceId('@a')
  expect(codeOf(await ledger.send('DELETE', `/balances/${id}`))).toEqual([400, '0093'])
})

test('an account stays while any of its balances has money, holds some, or owes some', async () => {
  const ledger = await ledgerWith(server, ['@a', '@b'])
  const accountId = await accountOf(ledger, '@a')
  const remove = () => ledger.send('DELETE', `/accounts/${accountId}`)
  await ledger.send('POST', `/accounts/${accountId}/balances`, {
    key: 'more',
    settings: { allowOverdraft: true },
  })
  const more = { balanceKey: 'more' }
  await ledger.pay('5', [['@external/USD', '5']], [['@a', '5', more]])
  expect(codeOf(await remove())).toEqual([400, '0012'])
  const held = await ledger.pay('5', [['@a', '5', more]], [['@b', '5']], { pending: true })
  expect(codeOf(await remove())).toEqual([400, '0012'])
  await ledger.send('POST', `/transactions/${held.body.id}/commit`)
  await ledger.pay('1', [['@a', '1', more]], [['@b', '1']])
  expect(codeOf(await remove())).toEqual([400, '0012'])
  await ledger.pay('1', [['@b', '1']], [['@a', '1', more]])
  expect((await remove()).status).toBe(204)
  expect((await ledger.get('/accounts/alias/@a/balances')).body.items).toEqual([])
  expect(codeOf(await remove())).toEqual([404, '0007'])
})

test('an account whose balances were deleted one by one can be deleted, too, and its alias is free again', async () => {
  const ledger = await ledgerWith(server, ['@a'])
  const accountId = await accountOf(ledger, '@a')
  await ledger.send('DELETE', `/balances/${await ledger.balanceId('@a')}`)
  expect((await ledger.send('DELETE', `/accounts/${accountId}`)).status).toBe(204)
  await ledger.account('@a')
  expect(await ledger.balance('@a')).toMatchObject({ available: '0', version: 0 })
})

test('an account takes as many balances as can be deleted with it, and no more', async () => {
  const ledger = await ledgerWith(server, ['@a'])
  const accountId = await accountOf(ledger, '@a')
  await server.database.query(
    `insert into balances (book_id, id, account_id, ledger_id, key, asset_code, normal_side, internal, may_send,
       may_receive, created_at, updated_at)
     select book_id, gen_random_uuid(), account_id, ledger_id, 'key' || n, asset_code, normal_side, internal, may_send,
            may_receive, created_at, updated_at
       from balances, generate_series(1, 996) n where account_id = $1`,
    [accountId],
  )
  const make = (key: string) => ledger.send('POST', `/accounts/${accountId}/balances`, { key })
  expect((await make('last')).status).toBe(201)
  const refused = await make('too-many')
  expect([refused.status < 500, refused.status >= 400]).toEqual([true, true])
  const id = await ledger.balanceId('@a', 'last')
  const settings = { allowOverdraft: true }
  const overdrawn = await ledger.send('PATCH', `/balances/${id}`, { settings })
  expect(overdrawn.body.code).toBe(refused.body.code)
  expect((await ledger.send('DELETE', `/accounts/${accountId}`)).status).toBe(204)
})
