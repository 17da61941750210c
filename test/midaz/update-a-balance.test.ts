/** Update a balance: the page, sentence by sentence, and what it promises about money. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, emptyLedger, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench
let id: string

beforeAll(async () => {
  server = await startTestServer()
  ledger = await ledgerWith(server, ['@a', '@b', '@c'])
  await ledger.inflow('@a', '1500.50')
  id = await ledger.balanceId('@a')
})

afterAll(() => server.stop())

const UNKNOWN = '3c90c3cc-0d44-4b50-8888-8dd25736052a'

function patch(body: unknown, balanceId = id, headers = {}) {
  return ledger.send('PATCH', `/balances/${balanceId}`, body, headers)
}

describe('PATCH /v1/organizations/{organization_id}/ledgers/{ledger_id}/balances/{balance_id}', () => {
  test('answers the balance with its sixteen fields, money as whole numbers with a scale', async () => {
    const { status, body } = await patch({ allowSending: true, allowReceiving: true })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'id',
      'organizationId',
      'ledgerId',
      'accountId',
      'alias',
      'assetCode',
      'available',
      'onHold',
      'scale',
      'version',
      'accountType',
      'allowSending',
      'allowReceiving',
      'createdAt',
      'updatedAt',
      'deletedAt',
    ])
    expect(body).toMatchObject({
      id,
      organizationId: ledger.organizationId,
      ledgerId: ledger.ledgerId,
      alias: '@a',
      assetCode: 'USD',
      available: 150050,
      onHold: 0,
      scale: 2,
      version: 1,
      accountType: 'deposit',
      allowSending: true,
      allowReceiving: true,
      deletedAt: null,
    })
    expect(body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    expect(body.updatedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  })

  test('is answered the same way by a plain client: with a bearer token, a content type, a request id', async () => {
    const answer = await patch({ allowSending: true, allowReceiving: true }, id, {
      authorization: 'Bearer anything while there are no keys',
      'content-type': 'application/json',
      'x-request-id': 'trace-1',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-request-id')).toBe('trace-1')
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  test('changes either flag alone and leaves the other as it is', async () => {
    expect((await patch({ allowSending: false })).body).toMatchObject({
      allowSending: false,
      allowReceiving: true,
    })
    expect((await patch({ allowReceiving: false })).body).toMatchObject({
      allowSending: false,
      allowReceiving: false,
    })
    expect((await patch({ allowSending: true, allowReceiving: true })).body).toMatchObject({
      allowSending: true,
      allowReceiving: true,
    })
  })

  test('shows the change to whoever reads the balance next', async () => {
    await patch({ allowReceiving: false })
    expect((await ledger.get(`/balances/${id}`)).body.allowReceiving).toBe(false)
    await patch({ allowReceiving: true })
  })

  test('moves updatedAt and nothing else: neither the version nor an amount', async () => {
    const before = (await ledger.get(`/balances/${id}`)).body
    const after = (await patch({ allowSending: true })).body
    expect(after.updatedAt > before.updatedAt).toBe(true)
    expect({ ...after, updatedAt: '' }).toEqual({ ...before, updatedAt: '' })
  })

  test.each([
    ['{}'],
    ['null'],
    ['{"allowSending":null,"allowReceiving":null}'],
    ['{"settings":null}'],
  ])('takes %s for no change', async (body) => {
    const answer = await patch(body)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ allowSending: true, allowReceiving: true })
  })

  test.each([
    ['an unknown field', '{"foo":1}', 400, '0053'],
    ['an unknown field beside a known one', '{"allowSending":false,"available":5}', 400, '0053'],
    ['another spelling of a field', '{"allow_sending":false}', 400, '0053'],
    ['a text for a boolean', '{"allowSending":"true"}', 400, '0094'],
    ['a number for a boolean', '{"allowReceiving":0}', 400, '0094'],
    ['a list', '[]', 400, '0094'],
    ['half a document', '{"allowSending":tru', 400, '0094'],
    ['nothing', '', 400, '0094'],
  ])('refuses %s and changes nothing', async (_, body, status, code) => {
    const answer = await patch(body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect((await ledger.get(`/balances/${id}`)).body).toMatchObject({
      allowSending: true,
      allowReceiving: true,
    })
  })

  test('lets null pass under a name that it does not know, as the real server does', async () => {
    expect((await patch('{"foo":null}')).status).toBe(200)
  })

  test('answers 404 for a balance that is unknown, deleted, or in another ledger or organization', async () => {
    const other = await emptyLedger(server)
    const gone = await ledger.send('POST', `/accounts/${await accountOf('@b')}/balances`, {
      key: 'gone',
    })
    await ledger.send('DELETE', `/balances/${gone.body.id}`)
    const paths = [
      `${ledger.path}/balances/${UNKNOWN}`,
      `${ledger.path}/balances/${gone.body.id}`,
      `${other.path}/balances/${id}`,
      `/v1/organizations/${UNKNOWN}/ledgers/${ledger.ledgerId}/balances/${id}`,
      `/v1/organizations/${ledger.organizationId}/ledgers/${UNKNOWN}/balances/${id}`,
      `/v1/organizations/${other.organizationId}/ledgers/${ledger.ledgerId}/balances/${id}`,
    ]
    for (const path of paths) {
      const { status, body } = await server.send('PATCH', path, { allowSending: false })
      expect([status, body.code]).toEqual([404, '0007'])
    }
    expect((await ledger.get(`/balances/${id}`)).body.allowSending).toBe(true)
  })

  test.each([
    ['organization', '/v1/organizations/x/ledgers/L/balances/B'],
    ['ledger', '/v1/organizations/O/ledgers/x/balances/B'],
    ['balance', '/v1/organizations/O/ledgers/L/balances/x'],
  ])('refuses a path whose %s id is no UUID, before it looks at the body', async (name, path) => {
    const url = path
      .replace('/O/', `/${ledger.organizationId}/`)
      .replace('/L/', `/${ledger.ledgerId}/`)
      .replace(/B$/, id)
    const { status, body } = await server.send('PATCH', url, { foo: 1 })
    expect([status, body.code]).toEqual([400, '0065'])
    expect(body.message).toContain(`${name}_id`)
  })
})

async function accountOf(alias: string): Promise<string> {
  return (await ledger.get(`/accounts/alias/${alias}`)).body.id as string
}

describe('a balance that may not send or receive', () => {
  test('refuses the very next posting, and takes it once it may again', async () => {
    await patch({ allowSending: false })
    const refused = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    expect([refused.status, refused.body.code]).toEqual([400, '0024'])
    await patch({ allowSending: true, allowReceiving: false })
    const incoming = await ledger.inflow('@a', '1')
    expect([incoming.status, incoming.body.code]).toEqual([400, '0024'])
    await patch({ allowReceiving: true })
    expect((await ledger.pay('1', [['@a', '1']], [['@b', '1']])).status).toBe(201)
  })

  test('is refused with 422 in the fourth generation', async () => {
    await patch({ allowSending: false })
    const refused = await ledger.as('v4').pay('1', [['@a', '1']], [['@b', '1']])
    expect([refused.status, refused.body.code]).toEqual([422, '0024'])
    await patch({ allowSending: true })
  })

  test('keeps the promises made before: what was set aside is committed or given back', async () => {
    const first = await ledger.pay('2', [['@a', '2']], [['@b', '2']], { pending: true })
    const second = await ledger.pay('3', [['@a', '3']], [['@b', '3']], { pending: true })
    await patch({ allowSending: false, allowReceiving: false })
    expect((await ledger.send('POST', `/transactions/${first.body.id}/commit`)).status).toBe(201)
    expect((await ledger.send('POST', `/transactions/${second.body.id}/cancel`)).status).toBe(201)
    expect((await ledger.balance('@a')).onHold).toBe('0')
    await patch({ allowSending: true, allowReceiving: true })
  })

  test('cannot be the place that a reversal gives back to', async () => {
    const paid = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
    await patch({ allowReceiving: false })
    const reverted = await ledger.send('POST', `/transactions/${paid.body.id}/revert`)
    expect([reverted.status, reverted.body.code]).toEqual([400, '0024'])
    await patch({ allowReceiving: true })
    expect((await ledger.send('POST', `/transactions/${paid.body.id}/revert`)).status).toBe(201)
  })

  test('is one of several under its account: each key has flags of its own', async () => {
    const accountId = await accountOf('@c')
    const vault = await ledger.send('POST', `/accounts/${accountId}/balances`, { key: 'vault' })
    await patch({ allowReceiving: false }, vault.body.id)
    const frozen = await ledger.pay('1', [['@a', '1']], [['@c', '1', { balanceKey: 'vault' }]])
    expect(frozen.body.code).toBe('0024')
    expect((await ledger.pay('1', [['@a', '1']], [['@c', '1']])).status).toBe(201)
  })

  test('may be that of the outside world, and then nothing comes in', async () => {
    const outside = await ledger.balanceId('@external/USD')
    expect((await patch({ allowSending: false }, outside)).status).toBe(200)
    expect((await ledger.inflow('@a', '1')).body.code).toBe('0024')
    await patch({ allowSending: true }, outside)
    expect((await ledger.inflow('@a', '1')).status).toBe(201)
  })
})

describe('whole numbers with a scale', () => {
  test('follow the finest amount that was ever posted, and never fall back', async () => {
    const bench = await ledgerWith(server, ['@x'])
    await bench.inflow('@x', '1.2345')
    const path = `/balances/${await bench.balanceId('@x')}`
    expect((await bench.get(path)).body).toMatchObject({ available: 12345, scale: 4 })
    await bench.inflow('@x', '0.7655')
    expect((await bench.get(path)).body).toMatchObject({ available: 20000, scale: 4 })
  })

  test('begin at 0 for an asset that is no currency', async () => {
    const bench = await emptyLedger(server)
    await bench.asset('PTS', 'others')
    await bench.account('@p', { assetCode: 'PTS' })
    const path = `/balances/${await bench.balanceId('@p')}`
    expect((await bench.get(path)).body).toMatchObject({ available: 0, scale: 0 })
  })

  test('keep every digit beyond what a floating-point number holds', async () => {
    const bench = await ledgerWith(server, ['@x'])
    await bench.inflow('@x', '99999999999999999999999999999999999999.123456789')
    const { text } = await bench.get(`/balances/${await bench.balanceId('@x')}`)
    expect(text).toContain('"available":99999999999999999999999999999999999999123456789,')
    expect(text).toContain('"scale":9,')
  })

  test('are negative for the outside world once money has come in', async () => {
    const bench = await ledgerWith(server, ['@x'])
    await bench.inflow('@x', '100')
    const path = `/balances/${await bench.balanceId('@external/USD')}`
    expect((await bench.get(path)).body.available).toBe(-10000)
    expect((await bench.as('v3').get(path)).body.available).toBe('100')
  })
})
