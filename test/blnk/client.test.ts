/** Every method of Blnk's official client, unmodified, called once as its users call it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BlnkInit } from '@blnkfinance/blnk-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeKey } from '../support/keys.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

type Client = ReturnType<typeof BlnkInit>

let database: TestDatabase
let server: TestServer
let blnk: Client
let directory: string

/** What the tests have called, as `Service.method`. */
const called = new Set<string>()

beforeAll(async () => {
  database = await createDatabase()
  const key = await makeKey(database, ['*:*'])
  server = await startTestServer({ tokenizationKeys: [Buffer.alloc(32, 'key')] }, database)
  blnk = noting(BlnkInit(key, { baseUrl: server.url }))
  directory = await mkdtemp(path.join(tmpdir(), 'diptych-client-'))
})

afterAll(async () => {
  await server.stop()
  await database.drop()
  await rm(directory, { recursive: true, force: true })
})

/** The services of a client, and the methods of each. */
function methodsOf(client: Client): readonly (readonly [service: string, method: string])[] {
  const ofClient = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(client))
  const services = Object.entries(ofClient).filter(([, { get }]) => get !== undefined)
  return services.flatMap(([service]) => {
    const methods = Object.getPrototypeOf(client[service as 'Ledgers']) as object
    return Object.getOwnPropertyNames(methods)
      .filter((method) => method !== 'constructor')
      .map((method) => [service, method] as const)
  })
}

/** The same client, which remembers what is called. */
function noting(client: Client): Client {
  const note = (service: string, of: object) =>
    new Proxy(of, {
      get: (target, method) => {
        called.add(`${service}.${String(method)}`)
        const value = Reflect.get(target, method) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return new Proxy(client, {
    get: (target, service) => note(String(service), Reflect.get(target, service) as object),
  })
}

/** What an answer brought. */
function dataOf<T>(answer: { status: number; message: string; data: T | null }, status: number): T {
  expect([answer.status, answer.message]).toEqual([status, expect.any(String)])
  if (answer.data === null) throw new Error(`Nothing was answered: ${answer.message}`)
  return answer.data
}

async function newBalance(more: object = {}): Promise<string> {
  const ledger = dataOf(await blnk.Ledgers.create({ name: 'Client', meta_data: {} }), 201)
  const order = { ledger_id: ledger.ledger_id, currency: 'USD', meta_data: {}, ...more }
  return dataOf(await blnk.LedgerBalances.create(order), 201).balance_id
}

let count = 0

function order(destination: string, more: object = {}) {
  count += 1
  return {
    ...{ amount: 10, precision: 100, currency: 'USD', description: 'By the client' },
    ...{ reference: `client-${count}`, source: '@World', destination },
    ...{ allow_overdraft: true, skip_queue: true, ...more },
  }
}

const HOLD = { inflight: true }

test('ledgers are made, read and renamed', async () => {
  const { Ledgers } = blnk
  const { ledger_id: id } = dataOf(
    await Ledgers.create({ name: 'Savings', meta_data: { a: 1 } }),
    201,
  )
  expect(dataOf(await Ledgers.get(id), 200)).toMatchObject({ name: 'Savings' })
  expect(dataOf(await Ledgers.update(id, { name: 'Loans' }), 200)).toMatchObject({ name: 'Loans' })
})

test('balances are made, read by id, by indicator and at a time, and given an identity', async () => {
  const { LedgerBalances, Transactions, Identity } = blnk
  const id = await newBalance()
  dataOf(await Transactions.create(order(id)), 201)
  expect(dataOf(await LedgerBalances.get(id), 200)).toMatchObject({ balance: 1000 })
  expect(dataOf(await LedgerBalances.get(id, { from_source: true }), 200)).toMatchObject({
    balance: 1000,
  })
  const world = await LedgerBalances.getByIndicator('@World', 'USD')
  expect(dataOf(world, 200)).toMatchObject({ indicator: '@World' })
  const timestamp = new Date(Date.now() + 1000).toISOString()
  expect(dataOf(await LedgerBalances.getAt(id, { timestamp }), 200)).toMatchObject({
    balance: { balance: 1000 },
  })
  const holder = dataOf(await Identity.create(PERSON), 201).identity_id
  dataOf(await LedgerBalances.updateIdentity(id, { identity_id: holder }), 200)
  expect(dataOf(await LedgerBalances.get(id), 200)).toMatchObject({ identity_id: holder })
  expect((await LedgerBalances.createSnapshot({ batch_size: 10 })).status).toBe(200)
  const tracked = await newBalance({ identity_id: holder, track_fund_lineage: true })
  expect(dataOf(await LedgerBalances.getLineage(tracked), 200)).toMatchObject({
    balance_id: tracked,
  })
})

test('transactions are made, read, and refunded', async () => {
  const { Transactions } = blnk
  const id = await newBalance()
  const made = dataOf(await Transactions.create(order(id)), 201)
  expect(made).toMatchObject({ status: 'APPLIED', amount: 10 })
  const read = dataOf(await Transactions.get(made.transaction_id), 200)
  expect(read).toMatchObject({ destination: id })
  const named = await Transactions.getByReference(made.reference)
  expect(dataOf(named, 200)).toMatchObject({ transaction_id: made.transaction_id })
  expect(dataOf(await Transactions.getLineage(made.transaction_id), 200)).toMatchObject({
    transaction_id: made.transaction_id,
  })
  const back = await Transactions.refund(made.transaction_id, { skip_queue: true })
  expect(dataOf(back, 201)).toMatchObject({ parent_transaction: made.transaction_id })
  expect((await Transactions.recoverQueue({ threshold: '5m' })).status).toBe(200)
})

test('holds are committed and voided, one by one and many at once', async () => {
  const { Transactions } = blnk
  const id = await newBalance()
  const hold = async () => dataOf(await Transactions.create(order(id, HOLD)), 201).transaction_id
  const commit = { status: 'commit', amount: 4, skip_queue: true } as const
  const part = await Transactions.updateStatus(await hold(), { ...commit, meta_data: {} })
  expect(dataOf(part, 200)).toMatchObject({ status: 'APPLIED', amount: 4 })
  const committed = await Transactions.bulkCommitInflight({
    skip_queue: true,
    transactions: [{ transaction_id: await hold() }, { transaction_id: await hold(), amount: 5 }],
  })
  expect(dataOf(committed, 200)).toMatchObject({ succeeded: 2, failed: 0 })
  const voided = await Transactions.bulkVoidInflight({
    skip_queue: true,
    transaction_ids: [await hold()],
  })
  expect(dataOf(voided, 200)).toMatchObject({ succeeded: 1, failed: 0 })
  expect(dataOf(await blnk.LedgerBalances.get(id), 200)).toMatchObject({ balance: 1900 })
})

test('many transactions are made at once', async () => {
  const id = await newBalance()
  const made = await blnk.Transactions.createBulk({
    ...{ atomic: true, inflight: false, skip_queue: true },
    transactions: [order(id), order(id)],
  })
  expect(dataOf(made, 201)).toMatchObject({ status: 'applied', transaction_count: 2 })
})

test('balances are watched', async () => {
  const { BalanceMonitor } = blnk
  const balance_id = await newBalance()
  const condition = { field: 'balance', operator: '>', value: 500, precision: 100 } as const
  const monitor = { balance_id, condition, description: 'Rich' }
  const { monitor_id: id } = dataOf(await BalanceMonitor.create(monitor), 201)
  expect(dataOf(await BalanceMonitor.get(id), 200)).toMatchObject({ description: 'Rich' })
  expect(dataOf(await BalanceMonitor.list(), 200).length).toBeGreaterThan(0)
  expect((await BalanceMonitor.update(id, { ...monitor, description: 'New' })).status).toBe(200)
  expect((await BalanceMonitor.delete(id)).status).toBe(200)
})

test('records of somebody else are matched', async () => {
  const { Reconciliation } = blnk
  const file = path.join(directory, 'records.csv')
  await writeFile(
    file,
    'id,amount,date,reference,currency,description\nr1,10,2026-01-01T00:00:00Z,none,USD,x\n',
  )
  const upload = dataOf(await Reconciliation.upload(file, 'bank'), 200)
  const rule = {
    name: 'amount',
    description: 'the same',
    criteria: [{ field: 'amount', operator: 'equals' } as const],
  }
  const { rule_id: id } = dataOf(await Reconciliation.createMatchingRule(rule), 201)
  dataOf(await Reconciliation.updateMatchingRule(id, { ...rule, name: 'sum' }), 200)
  const run = {
    strategy: 'one_to_one' as const,
    dry_run: true,
    grouping_criteria: 'amount' as const,
    matching_rule_ids: [id],
  }
  const started = await Reconciliation.run({ ...run, upload_id: upload.upload_id })
  const { reconciliation_id: started_id } = dataOf(started, 200)
  expect(dataOf(await Reconciliation.get(started_id), 200)).toMatchObject({
    reconciliation_id: started_id,
  })
  const record = {
    id: 'r2',
    ...{ amount: 10, reference: 'none', currency: 'USD', description: 'x', source: 'bank' },
    date: '2026-01-01T00:00:00Z',
  }
  const instant = await Reconciliation.runInstant({ ...run, external_transactions: [record] })
  dataOf(instant, 200)
  expect((await Reconciliation.deleteMatchingRule(id)).status).toBe(200)
})

test('collections are searched and filtered, and the index is made again', async () => {
  const { Search } = blnk
  const name = 'Searched by the client'
  dataOf(await blnk.Ledgers.create({ name, meta_data: {} }), 201)
  const found = await Search.search({ q: 'searched', query_by: 'name' }, 'ledgers')
  expect(dataOf(found, 201)).toMatchObject({ found: 1 })
  const filters = [{ field: 'name', operator: 'eq', value: name } as const]
  const filtered = await Search.filter({ filters, include_count: true }, 'ledgers')
  expect(dataOf(filtered, 200)).toMatchObject({ data: [{ name }], total_count: 1 })
  dataOf(await Search.startReindex(), 202)
  expect(['in_progress', 'completed']).toContain(
    dataOf(await Search.getReindexStatus(), 200).status,
  )
})

const PERSON = {
  identity_type: 'individual',
  first_name: 'Ada',
  last_name: 'King',
  gender: 'female',
  dob: '1990-01-01T00:00:00Z',
  email_address: 'ada@example.com',
  phone_number: '+12345678901',
  nationality: 'British',
  street: 'Navy St 5',
  country: 'UK',
  state: 'London',
  post_code: 'N1',
  city: 'London',
  category: 'customer',
  meta_data: {},
} as const

test('identities are made, read, changed, kept encrypted, and deleted', async () => {
  const { Identity } = blnk
  const { identity_id: id } = dataOf(await Identity.create(PERSON), 201)
  expect(dataOf(await Identity.get(id), 200)).toMatchObject({ first_name: 'Ada' })
  expect(dataOf(await Identity.list(), 200).length).toBeGreaterThan(0)
  dataOf(await Identity.update(id, { ...PERSON, last_name: 'Byron' }), 200)
  dataOf(await Identity.tokenizeField(id, 'FirstName'), 200)
  dataOf(await Identity.tokenize(id, { fields: ['LastName'] }), 200)
  expect(dataOf(await Identity.getTokenizedFields(id), 200).tokenized_fields.sort()).toEqual([
    'FirstName',
    'LastName',
  ])
  expect(dataOf(await Identity.detokenizeField(id, 'FirstName'), 200)).toMatchObject({
    value: 'Ada',
  })
  expect(dataOf(await Identity.detokenize(id, { fields: ['LastName'] }), 200)).toMatchObject({
    fields: { LastName: 'Byron' },
  })
  dataOf(await Identity.delete(id), 200)
  expect((await Identity.get(id)).status).toBe(404)
})

test('the server tells of its health, and metadata is added', async () => {
  expect(dataOf(await blnk.System.health(), 200)).toEqual({ status: 'UP' })
  const updated = await blnk.Metadata.update(await newBalance(), { meta_data: { seen: true } })
  expect(dataOf(updated, 200)).toMatchObject({ meta_data: { seen: true } })
})

test('hooks are kept', async () => {
  const { Hooks } = blnk
  const hook = {
    ...{ name: 'mine', url: 'https://example.com/hook', type: 'POST_TRANSACTION' as const },
    ...{ active: true, timeout: 10, retry_count: 1 },
  }
  const { id } = dataOf(await Hooks.create(hook), 201)
  expect(dataOf(await Hooks.list({ type: 'POST_TRANSACTION' }), 200)).toMatchObject([{ id }])
  expect(dataOf(await Hooks.get(id), 200)).toMatchObject({ name: 'mine' })
  expect(dataOf(await Hooks.update(id, { ...hook, name: 'ours' }), 200)).toMatchObject({
    name: 'ours',
  })
  expect((await Hooks.delete(id)).status).toBe(200)
})

test('keys are made, listed and revoked', async () => {
  const { ApiKeys } = blnk
  const made = await ApiKeys.create({
    ...{ name: 'mine', owner: 'me', scopes: ['ledgers:read'] },
    expires_at: '2035-01-01T00:00:00Z',
  })
  const { api_key_id: id } = dataOf(made, 201)
  expect(dataOf(await ApiKeys.list({ owner: 'me' }), 200)).toMatchObject([{ api_key_id: id }])
  expect((await ApiKeys.delete(id, { owner: 'me' })).status).toBe(204)
})

test('nothing that the client can do is left out of these tests', () => {
  const methods = methodsOf(BlnkInit('', { baseUrl: server.url }))
  expect(methods.length).toBeGreaterThan(50)
  const untried = methods.map((names) => names.join('.')).filter((name) => !called.has(name))
  expect(untried).toEqual([])
})
