/** Forms send an empty text for what nobody filled in: it is no id. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  ledger = await ledgerWith(server, ['@a'])
})

afterAll(() => server.stop())

test('an organization is made without a parent, and keeps the one that it has', async () => {
  const order = { legalName: 'x', legalDocument: '1', parentOrganizationId: '' }
  const made = await server.send('POST', '/v1/organizations', order)
  expect([made.status, made.body.parentOrganizationId]).toEqual([201, null])
  const path = `/v1/organizations/${made.body.id}`
  const parentOrganizationId = ledger.organizationId
  await server.send('PATCH', path, { parentOrganizationId })
  const kept = await server.send('PATCH', path, { legalName: 'y', parentOrganizationId: '' })
  expect([kept.status, kept.body]).toMatchObject([200, { legalName: 'y', parentOrganizationId }])
})

test('an account is made in no portfolio and no segment, and stays in those that it is in', async () => {
  const order = { assetCode: 'USD', type: 'deposit', portfolioId: '', segmentId: '' }
  const made = await ledger.send('POST', '/accounts', { ...order, parentAccountId: '' })
  expect([made.status, made.body]).toMatchObject([201, { portfolioId: null, segmentId: null }])
  const { body: segment } = await ledger.send('POST', '/segments', { name: 's' })
  const path = `/accounts/${made.body.id}`
  await ledger.send('PATCH', path, { segmentId: segment.id })
  const kept = await ledger.send('PATCH', path, { name: 'n', segmentId: '', portfolioId: '' })
  expect([kept.status, kept.body]).toMatchObject([200, { name: 'n', segmentId: segment.id }])
})
