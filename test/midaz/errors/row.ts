/** Rows of the table of errors, and the requests that they are made of. */
import type { Answer, TestServer } from '../../support/server.ts'
import { type Bench, ledgerWith } from '../ledger.ts'

export const UNKNOWN = '01890000-0000-7000-8000-00000000dead'

export type Ask = (bench: Bench) => Promise<Answer>

/** A code, its title, its statuses in the generations seed, v3 and v4, and a request that it answers. */
export type Row = readonly [code: string, title: string, statuses: string, ask: Ask]

export const post =
  (path: string, body: unknown): Ask =>
  (bench) =>
    bench.send('POST', path, body)

export const get =
  (path: string): Ask =>
  (bench) =>
    bench.get(path)

export const pay =
  (...order: Parameters<Bench['pay']>): Ask =>
  (bench) =>
    bench.pay(...order)

export const organization =
  (body: object): Ask =>
  (bench) =>
    bench.server.send('POST', '/v1/organizations', body, bench.headers)

export const account = (more: object) =>
  post('/accounts', { assetCode: 'USD', type: 'deposit', ...more })

export const asset = (more: object) =>
  post('/assets', { name: 'N', type: 'crypto', code: 'NEW', ...more })

/** What is agreed about a balance that may be overdrawn so far. */
export const overdraft = (limit: string) => ({
  settings: { allowOverdraft: true, overdraftLimitEnabled: true, overdraftLimit: limit },
})

export const ONE = [['@a', '1']] as const
export const TO_B = [['@b', '1']] as const

/** What the requests are about: names of what `prepare` has made. */
export type Subjects = { [name in (typeof NAMES)[number]]: string }

const NAMES = [
  'pending',
  'posted',
  'reverted',
  'reversal',
  'noted',
  'accountId',
  'balanceId',
  'outsideId',
  'overdrawnId',
  'companionId',
] as const

/** To be filled in by `prepare` before the first request. */
export function noSubjects(): Subjects {
  return Object.fromEntries(NAMES.map((name) => [name, ''])) as Subjects
}

/** Makes a ledger in which everything can be refused. */
export async function prepare(server: TestServer, on: Subjects): Promise<Bench> {
  const bench = await ledgerWith(server, ['@a', '@b', '@frozen'])
  await bench.asset('EUR')
  await bench.account('@e', { assetCode: 'EUR' })
  await bench.inflow('@a', '100')
  await bench.send('POST', '/account-types', { name: 'Loan', keyValue: 'loan' })
  await bench.send('POST', '/segments', { name: 'S' })
  const frozen = await bench.balanceId('@frozen')
  await bench.send('PATCH', `/balances/${frozen}`, { allowSending: false, allowReceiving: false })
  on.pending = (await bench.pay('1', ONE, TO_B, { pending: true })).body.id
  on.posted = (await bench.pay('1', ONE, TO_B)).body.id
  on.reverted = (await bench.pay('2', [['@a', '2']], [['@b', '2']])).body.id
  on.reversal = (await bench.send('POST', `/transactions/${on.reverted}/revert`)).body.id
  on.noted = (await bench.pay('1', ONE, TO_B, {}, {}, 'annotation')).body.id
  on.accountId = (await bench.get('/accounts/alias/@a')).body.id
  on.balanceId = await bench.balanceId('@a')
  on.outsideId = (await bench.get('/accounts/external/USD')).body.id
  await bench.pay('1', ONE, TO_B, {}, { 'x-idempotency': 'used' })
  await bench.account('@o')
  on.overdrawnId = await bench.balanceId('@o')
  await bench.send('PATCH', `/balances/${on.overdrawnId}`, overdraft('5'))
  await bench.outflow('@o', '3')
  on.companionId = await bench.balanceId('@o', 'overdraft')
  const rate = { from: 'USD', to: 'EUR', rate: 1, externalId: UNKNOWN }
  await bench.send('PUT', '/asset-rates', rate)
  const index = { metadataKey: 'k' }
  await server.send('POST', '/v1/settings/metadata-indexes/entities/asset', index)
  return bench
}
