import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import {
  balance,
  csv,
  EXACT,
  ended,
  line,
  pairs,
  post,
  reconciled,
  rule,
  SAME_REFERENCE,
  started,
  uploaded,
} from './support.ts'

let server: TestServer
let account: string
let exact: string
let byReference: string
let withinOnePercent: string
beforeAll(async () => {
  server = await startTestServer()
  account = await balance(server)
  exact = await rule(server, EXACT)
  byReference = await rule(server, EXACT, SAME_REFERENCE)
  withinOnePercent = await rule(
    server,
    { ...EXACT, allowable_drift: 0.01 },
    { field: 'reference', operator: 'contains' },
  )
})
afterAll(() => server.stop())

describe('a reconciliation', () => {
  test('matches 100.50 with an invoice over 100.00 within one per cent, and lists the record that nothing matched', async () => {
    await post(server, account, 'INV-1', 100)
    await post(server, account, 'INV-2', 50)
    const upload_id = await uploaded(
      server,
      csv(line('E1', '100.50', 'pay INV-1'), line('E2', '75.00', 'X')),
    )
    const run = await reconciled(server, { upload_id, matching_rule_ids: [withinOnePercent] })
    expect(run).toMatchObject({
      status: 'completed',
      matched_transactions: 1,
      unmatched_transactions: 1,
      is_dry_run: false,
    })
    expect(await pairs(server, run.reconciliation_id)).toEqual(['E1 = INV-1'])
    const left = await server.send('GET', `/reconciliation/${run.reconciliation_id}/unmatched`)
    expect(left.body.data).toMatchObject([{ row: 2, id: 'E2', amount: 75, reference: 'X' }])
    const marked = await server.send('GET', '/transactions/reference/INV-1')
    expect(marked.body.meta_data).toMatchObject({
      reconciled: true,
      reconciliation_id: run.reconciliation_id,
      external_txn_id: 'E1',
      reconciliation_amount: 100.5,
    })
  })

  test('gives a transaction to one record only, and a record one transaction', async () => {
    await post(server, account, 'once', 11.11)
    const upload_id = await uploaded(
      server,
      csv(line('O1', '11.11', ''), line('O2', '11.11', ''), line('O3', '11.11', '')),
    )
    const run = await reconciled(server, { upload_id, matching_rule_ids: [exact] })
    expect(run).toMatchObject({ matched_transactions: 1, unmatched_transactions: 2 })
    expect(await pairs(server, run.reconciliation_id)).toEqual(['O1 = once'])
  })

  test('tries rules in the order in which they are given', async () => {
    await post(server, account, 'rule-a', 12.12)
    await post(server, account, 'rule-b', 12.12)
    const upload_id = await uploaded(server, csv(line('R', '12.12', 'rule-b')))
    const both = [byReference, exact]
    const run = await reconciled(server, { upload_id, matching_rule_ids: both })
    expect(await pairs(server, run.reconciliation_id)).toEqual(['R = rule-b'])
    const other = await reconciled(server, { upload_id, matching_rule_ids: both.toReversed() })
    expect(await pairs(server, other.reconciliation_id)).toEqual(['R = rule-a'])
  })

  test('leaves transactions as they are when it is a dry run, but lists what would match', async () => {
    await post(server, account, 'dry', 13.13)
    const upload_id = await uploaded(server, csv(line('D', '13.13', 'dry')))
    const run = await reconciled(server, {
      upload_id,
      matching_rule_ids: [byReference],
      dry_run: true,
    })
    expect(run).toMatchObject({ matched_transactions: 1, is_dry_run: true })
    expect(await pairs(server, run.reconciliation_id)).toEqual(['D = dry'])
    const { body } = await server.send('GET', '/transactions/reference/dry')
    expect(body.meta_data).not.toHaveProperty('reconciled')
  })

  test('never matches money of another currency', async () => {
    await post(server, account, 'currency', 14.14)
    const upload_id = await uploaded(
      server,
      csv(line('C1', '14.14', 'currency', 'EUR'), line('C2', '14.14', 'currency', '')),
    )
    const run = await reconciled(server, { upload_id, matching_rule_ids: [byReference] })
    expect(run).toMatchObject({ matched_transactions: 0, unmatched_transactions: 2 })
  })

  test('knows a queued transaction by the reference that it was asked for with, and marks the request too', async () => {
    const queued = await post(server, account, 'queued', 15.15, { skip_queue: false })
    const upload_id = await uploaded(server, csv(line('Q', '15.15', 'queued')))
    const run = await reconciled(server, { upload_id, matching_rule_ids: [byReference] })
    expect(run).toMatchObject({ matched_transactions: 1 })
    for (const path of [queued.transaction_id, 'reference/queued_q']) {
      const { body } = await server.send('GET', `/transactions/${path}`)
      expect(body.meta_data).toMatchObject({ reconciled: true, external_txn_id: 'Q' })
    }
  })

  test('does not consider money that is only held, and the settlement of a hold under its reference', async () => {
    const hold = await post(server, account, 'held', 16.16, { inflight: true })
    const upload_id = await uploaded(server, csv(line('H', '16.16', 'held')))
    const before = await reconciled(server, { upload_id, matching_rule_ids: [byReference] })
    expect(before).toMatchObject({ matched_transactions: 0 })
    const settled = await server.send('PUT', `/transactions/inflight/${hold.transaction_id}`, {
      status: 'commit',
      skip_queue: true,
    })
    expect(settled.status).toBe(200)
    const after = await reconciled(server, { upload_id, matching_rule_ids: [byReference] })
    expect(after).toMatchObject({ matched_transactions: 1 })
  })

  test('matches one record with all transactions of a group whose sum agrees', async () => {
    for (const [reference, amount] of [
      ['batch-1', 10.5],
      ['batch-2', 20.25],
      ['batch-3', 30.25],
    ] as const)
      await post(server, account, reference, amount, { description: 'payroll' })
    const upload_id = await uploaded(server, csv(line('P1', '61.00', ''), line('P2', '61.00', '')))
    const run = await reconciled(server, {
      upload_id,
      strategy: 'one_to_many',
      grouping_criteria: 'description',
      matching_rule_ids: [exact],
    })
    expect(run).toMatchObject({
      status: 'completed',
      matched_transactions: 3,
      unmatched_transactions: 1,
    })
    expect(await pairs(server, run.reconciliation_id)).toEqual([
      'P1 = batch-1',
      'P1 = batch-2',
      'P1 = batch-3',
    ])
  })

  test('matches all records of a group with the one transaction that agrees with their sum', async () => {
    await post(server, account, 'payout', 17.17)
    const upload_id = await uploaded(
      server,
      csv(
        line('M1', '10.00', 'payout'),
        line('M2', '7.17', 'payout'),
        line('M3', '17.17', 'other'),
      ),
    )
    const run = await reconciled(server, {
      upload_id,
      strategy: 'many_to_one',
      grouping_criteria: 'reference',
      matching_rule_ids: [byReference],
    })
    expect(run).toMatchObject({ matched_transactions: 2, unmatched_transactions: 1 })
    expect(await pairs(server, run.reconciliation_id)).toEqual(['M1 = payout', 'M2 = payout'])
    const { body } = await server.send('GET', '/transactions/reference/payout')
    expect(body.meta_data).toMatchObject({
      external_txn_id: 'M1 | M2',
      reconciliation_amount: 17.17,
    })
  })

  test('sees nothing of another that runs at the same time', async () => {
    const count = 40
    for (let n = 0; n < count; n += 1) await post(server, account, `side-${n}`, 100 + n / 100)
    const file = (from: string) =>
      csv(
        ...Array.from({ length: count }, (_, n) => line(`${from}${n}`, 100 + n / 100, `side-${n}`)),
      )
    const order = { matching_rule_ids: [byReference] }
    const [one, other] = await Promise.all([
      uploaded(server, file('one')),
      uploaded(server, file('other')),
    ])
    const ids = await Promise.all([
      started(server, { ...order, upload_id: one }),
      started(server, { ...order, upload_id: other }),
    ])
    const runs = await Promise.all(ids.map((id) => ended(server, id)))
    for (const run of runs)
      expect(run).toMatchObject({ matched_transactions: count, unmatched_transactions: 0 })
    for (const [index, from] of ['one', 'other'].entries())
      for (const pair of await pairs(server, ids[index] ?? ''))
        expect(pair).toMatch(new RegExp(`^${from}(\\d+) = side-\\1$`))
  })

  test('is refused when it could never be carried out, and nothing is started', async () => {
    const upload_id = await uploaded(server, csv(line('N', '1', '')))
    const count = async () =>
      (await server.send('GET', '/reconciliation?limit=1000')).body.data.length
    const before = await count()
    const refused = async (order: object) => {
      const full = { upload_id, strategy: 'one_to_one', matching_rule_ids: [exact], ...order }
      const { status, body } = await server.send('POST', '/reconciliation/start', full)
      return `${status} ${body.error_detail?.code}`
    }
    expect(await refused({ strategy: 'bogus' })).toBe('400 GEN_VALIDATION_ERROR')
    expect(await refused({ strategy: 'one_to_many' })).toBe('400 GEN_VALIDATION_ERROR')
    expect(await refused({ matching_rule_ids: ['rule_x'] })).toBe('404 RECON_RULE_NOT_FOUND')
    expect(await refused({ upload_id: 'upload_x' })).toBe('404 RECON_NOT_FOUND')
    expect(await refused({ matching_rule_ids: 7 })).toBe('400 GEN_MALFORMED_REQUEST')
    expect(await count()).toBe(before)
  })

  test('is not changed by what becomes of its rules afterwards', async () => {
    const own = await rule(server, EXACT)
    const upload_id = await uploaded(server, csv(line('K', '11.11', '')))
    const id = await started(server, { upload_id, matching_rule_ids: [own] })
    await server.send('DELETE', `/reconciliation/matching-rules/${own}`)
    expect(await ended(server, id)).toMatchObject({ status: 'completed', matched_transactions: 1 })
  })
})

describe('instant reconciliation', () => {
  const instant = (order: object) => server.send('POST', '/reconciliation/start-instant', order)
  const record = { date: '2026-11-21', currency: 'USD', description: '', source: 'bank' }

  test('takes the records from the request, amounts as numbers or as text of any number of digits', async () => {
    await post(server, account, 'instant-1', 21.21)
    await post(server, account, 'instant-2', 22.22)
    const answer = await instant({
      strategy: 'one_to_one',
      matching_rule_ids: [byReference],
      external_transactions: [
        { ...record, id: 'i1', amount: 21.21, reference: 'instant-1' },
        { ...record, id: 'i2', amount: '22.220000', reference: 'instant-2' },
        { ...record, id: 'i3', amount: '22.220000000000000001', reference: 'instant-2' },
      ],
    })
    expect(answer.status).toBe(200)
    const run = await ended(server, answer.body.reconciliation_id)
    expect(run).toMatchObject({ matched_transactions: 2, unmatched_transactions: 1 })
    expect(run.upload_id).toMatch(/^instant_/)
  })

  test('takes ten thousand records, and not one more', async () => {
    const records = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        ...record,
        id: `many${n}`,
        amount: 5,
        reference: 'x',
      }))
    const order = { strategy: 'one_to_one', matching_rule_ids: [byReference] }
    const answer = await instant({ ...order, external_transactions: records(10_000) })
    expect(answer.status).toBe(200)
    expect(await ended(server, answer.body.reconciliation_id)).toMatchObject({
      unmatched_transactions: 10_000,
    })
    const refused = await instant({ ...order, external_transactions: records(10_001) })
    expect(refused.body.error).toBe('too many external_transactions; max is 10000')
  })

  test('names the record that it cannot take', async () => {
    const answer = await instant({
      strategy: 'one_to_one',
      matching_rule_ids: [byReference],
      external_transactions: [
        { ...record, id: 'a', amount: 1 },
        { ...record, id: 'b', amount: 'much' },
      ],
    })
    expect(answer.status).toBe(400)
    expect(answer.body.error_detail.details).toEqual({ row: 2, field: 'amount' })
  })
})
