/** Reconciling through the API: files, rules, runs. */
import { expect } from 'vitest'
import type { Answer, TestServer } from '../support/server.ts'

const BOUNDARY = '----records'

/** Uploads a file in a form; the source comes behind the file, as the official client sends it. */
export function upload(server: TestServer, file: string, source = 'bank'): Promise<Answer> {
  const part = (head: string, body: string) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`
  const body =
    part('name="file"; filename="records"\r\nContent-Type: text/plain', file) +
    part('name="source"', source) +
    `--${BOUNDARY}--\r\n`
  return server.send('POST', '/reconciliation/upload', body, {
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
  })
}

export async function uploaded(server: TestServer, file: string): Promise<string> {
  const answer = await upload(server, file)
  expect(answer.text).toContain('upload_id')
  return answer.body.upload_id
}

export type Criterion = {
  readonly field: string
  readonly operator: string
  readonly allowable_drift?: number
}

export async function rule(server: TestServer, ...criteria: readonly Criterion[]): Promise<string> {
  const answer = await server.send('POST', '/reconciliation/matching-rules', {
    name: 'rule',
    criteria,
  })
  expect(answer.status).toBe(201)
  return answer.body.rule_id
}

export const EXACT: Criterion = { field: 'amount', operator: 'equals' }
export const SAME_REFERENCE: Criterion = { field: 'reference', operator: 'equals' }

export async function started(server: TestServer, order: object): Promise<string> {
  const answer = await server.send('POST', '/reconciliation/start', {
    strategy: 'one_to_one',
    ...order,
  })
  expect(answer.text).toContain('reconciliation_id')
  return answer.body.reconciliation_id
}

/** Waits until a reconciliation has ended, and returns it. */
export async function ended(server: Pick<TestServer, 'send'>, id: string): Promise<Answer['body']> {
  for (;;) {
    const { body } = await server.send('GET', `/reconciliation/${id}`)
    if (body.status === 'completed' || body.status === 'failed') return body
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export async function reconciled(server: TestServer, order: object): Promise<Answer['body']> {
  return ended(server, await started(server, order))
}

/** Which record matched which transaction, by their references. */
export async function pairs(server: TestServer, id: string): Promise<readonly string[]> {
  const { body } = await server.send('GET', `/reconciliation/${id}/matches?limit=1000`)
  const lines: string[] = []
  for (const match of body.data) {
    const { body: transaction } = await server.send('GET', `/transactions/${match.transaction_id}`)
    lines.push(`${match.external_transaction.id} = ${transaction.reference}`)
  }
  return lines
}

/** A balance to post to. */
export async function balance(server: TestServer): Promise<string> {
  const ledger = await server.send('POST', '/ledgers', { name: 'ledger' })
  const { body } = await server.send('POST', '/balances', {
    ledger_id: ledger.body.ledger_id,
    currency: 'USD',
  })
  return body.balance_id
}

/** Posts an amount from the outside world. */
export async function post(
  server: TestServer,
  to: string,
  reference: string,
  amount: number,
  more: object = {},
): Promise<Answer['body']> {
  const answer = await server.send('POST', '/transactions', {
    reference,
    amount,
    precision: 100,
    currency: 'USD',
    source: '@World',
    destination: to,
    description: `for ${reference}`,
    allow_overdraft: true,
    skip_queue: true,
    ...more,
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A CSV file. */
export function csv(...rows: readonly (readonly (string | number)[])[]): string {
  const header = 'ID,Amount,Date,Currency,Reference,Description,Source'
  return `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`
}

/** A row of a CSV file. */
export function line(id: string, amount: number | string, reference: string, currency = 'USD') {
  return [id, amount, '2026-11-21T10:00:00Z', currency, reference, '', 'bank']
}
