/** The official client of Blnk, unmodified. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BlnkInit } from '@blnkfinance/blnk-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { balance, csv, ended, line, post } from './support.ts'

let server: TestServer
let directory: string
beforeAll(async () => {
  server = await startTestServer()
  directory = await mkdtemp(path.join(tmpdir(), 'diptych-records-'))
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

test('the official client uploads a file by streaming, makes rules, runs, and reads what came of it', async () => {
  const account = await balance(server)
  await post(server, account, 'client-1', 42.42)
  const file = path.join(directory, 'file.csv')
  await writeFile(file, csv(line('c1', '42.50', 'client-1'), line('c2', '1.00', 'nobody')))
  const { Reconciliation } = BlnkInit('', { baseUrl: server.url })

  const upload = await Reconciliation.upload(file, 'bank')
  expect(upload).toMatchObject({ status: 200, data: { record_count: 2, source: 'bank' } })
  const rule = await Reconciliation.createMatchingRule({
    name: 'amount',
    description: 'within one per cent',
    criteria: [{ field: 'amount', operator: 'equals', allowable_drift: 0.01 }],
  })
  expect(rule.status).toBe(201)
  const ruleId = rule.data?.rule_id ?? ''
  const changed = await Reconciliation.updateMatchingRule(ruleId, {
    name: 'amount and reference',
    description: 'both',
    criteria: [
      { field: 'amount', operator: 'equals', allowable_drift: 0.01 },
      { field: 'reference', operator: 'equals' },
    ],
  })
  expect(changed).toMatchObject({ status: 200, data: { name: 'amount and reference' } })
  const run = await Reconciliation.run({
    upload_id: upload.data?.upload_id ?? '',
    strategy: 'one_to_many',
    dry_run: true,
    grouping_criteria: 'amount',
    matching_rule_ids: [ruleId],
  })
  const id = run.data?.reconciliation_id ?? ''
  await ended(server, id)
  expect(await Reconciliation.get(id)).toMatchObject({
    status: 200,
    data: {
      status: 'completed',
      matched_transactions: 1,
      unmatched_transactions: 1,
      is_dry_run: true,
    },
  })
  const instant = await Reconciliation.runInstant({
    external_transactions: [
      {
        id: 'n1',
        amount: 42.42,
        reference: 'client-1',
        currency: 'USD',
        description: 'one',
        date: '2026-11-21T10:00:00Z',
        source: 'bank',
      },
    ],
    strategy: 'one_to_one',
    matching_rule_ids: [ruleId],
  })
  const instantId = instant.data?.reconciliation_id ?? ''
  expect(await ended(server, instantId)).toMatchObject({ matched_transactions: 1 })
  expect(await Reconciliation.deleteMatchingRule(ruleId)).toMatchObject({ status: 200 })
  expect(await Reconciliation.get('recon_nope')).toMatchObject({ status: 404 })
})
