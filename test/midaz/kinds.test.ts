/** Annotations, and money that is blocked and unblocked, in every generation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from '../support/audit.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(async () => {
  expect(await findings(server.database.query)).toEqual([])
  await server.stop()
})

type Operation = {
  readonly type: string
  readonly direction: string
  readonly balanceAffected: boolean
  readonly amount: { readonly value: unknown }
  readonly balanceAfter: { readonly available: unknown }
}

describe.each(['seed', 'v3', 'v4'] as const)('in the generation %s', (profile) => {
  let ledger: Bench

  beforeAll(async () => {
    ledger = (await ledgerWith(server, ['@a', '@b'])).as(profile)
    await ledger.inflow('@a', '100')
  })

  const kind = (name: string, more: object = {}) =>
    ledger.pay('10', [['@a', '10']], [['@b', '10']], more, {}, name)
  const told = (operations: readonly Operation[]) =>
    operations.map(({ type, direction }) => `${type} ${direction}`)

  test('an annotation is recorded and moves nothing', async () => {
    const { status, body } = await kind('annotation', { description: 'x' })
    expect([status, body.status]).toEqual([201, { code: 'NOTED', description: 'NOTED' }])
    expect(told(body.operations)).toEqual(['DEBIT debit', 'CREDIT credit'])
    for (const operation of body.operations as readonly Operation[]) {
      expect(operation.balanceAffected).toBe(false)
      expect(String(operation.balanceAfter.available)).toBe('0')
    }
    expect(await ledger.balance('@a')).toEqual({ available: '100', onHold: '0', version: 1 })
    const read = await ledger.get(`/transactions/${body.id}`)
    expect([read.body.status.code, read.body.source]).toEqual(['NOTED', ['@a']])
    expect(told(read.body.operations)).toEqual(told(body.operations))
    const count = await ledger.send('HEAD', '/transactions/metrics/count?status=NOTED')
    expect(count.headers.get('x-total-count')).toBe('1')
    for (const end of ['commit', 'cancel', 'revert'])
      expect((await ledger.send('POST', `/transactions/${body.id}/${end}`)).body.code).toBe('0099')
  })

  test('an annotation names accounts that there are, and that may take part', async () => {
    const nobody = await ledger.pay('1', [['@a', '1']], [['@none', '1']], {}, {}, 'annotation')
    expect(nobody.body.code).toBe('0019')
    const id = await ledger.balanceId('@b')
    await ledger.send('PATCH', `/balances/${id}`, { allowReceiving: false })
    expect((await kind('annotation')).body.code).toBe('0024')
    await ledger.send('PATCH', `/balances/${id}`, { allowReceiving: true })
  })

  test.each(['block', 'unblock'])(
    'to %s moves money at once, whatever pending says',
    async (name) => {
      const before = Number((await ledger.balance('@a')).available)
      const { status, body } = await kind(name, { pending: true })
      expect([status, body.status.code]).toEqual([201, 'CREATED'])
      const type = name.toUpperCase()
      expect(told(body.operations)).toEqual([`${type} debit`, `${type} credit`])
      expect(await ledger.balance('@a')).toMatchObject({
        available: String(before - 10),
        onHold: '0',
      })
      const read = await ledger.get(`/transactions/${body.id}`)
      expect([read.body.status.code, read.body.source, read.body.destination]).toEqual([
        'APPROVED',
        ['@a'],
        ['@b'],
      ])
      const account = (await ledger.get('/accounts/alias/@a')).body.id
      const found = await ledger.get(`/accounts/${account}/operations?type=${type}`)
      expect(told(found.body.items)).toEqual([`${type} debit`])
      const reverted = await ledger.send('POST', `/transactions/${body.id}/revert`)
      expect(reverted.body).toMatchObject({ parentTransactionId: body.id, source: ['@b'] })
      expect((await ledger.balance('@a')).available).toBe(String(before))
    },
  )

  test('all three count once under a key, and refuse what has not enough', async () => {
    for (const name of ['annotation', 'block', 'unblock']) {
      const post = () =>
        ledger.pay('1', [['@a', '1']], [['@b', '1']], {}, { 'x-idempotency': name }, name)
      const [first, second] = [await post(), await post()]
      expect(second.body.id).toBe(first.body.id)
      expect(second.headers.get('x-idempotency-replayed')).toBe('true')
      if (name === 'annotation') continue
      const most = await ledger.pay('999', [['@a', '999']], [['@b', '999']], {}, {}, name)
      expect([most.status, most.body.code]).toEqual([422, '0018'])
    }
  })
})
