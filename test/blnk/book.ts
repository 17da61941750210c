/** Blnk's book as its clients use it, with names that no other scenario has. */
import { expect } from 'vitest'
import { verifyAt } from '../../src/maintenance.ts'
import { findings } from '../support/audit.ts'
import type { Answer, TestServer } from '../support/server.ts'

export type Order = Readonly<Record<string, unknown>>

/** What a balance stands at: in all, credited, debited; and held, where that is not nothing. */
export type Standing = readonly [balance: number, credit: number, debit: number, held?: number]

let books = 0

export class Book {
  readonly #server: TestServer
  readonly #name: string
  #references = 0

  constructor(server: TestServer) {
    books += 1
    this.#server = server
    this.#name = String(books)
  }

  /** An indicator that is this book's alone. */
  at(indicator: string): string {
    return `${indicator}-${this.#name}`
  }

  get reference(): string {
    this.#references += 1
    return `scenario-${this.#name}-${this.#references}`
  }

  send(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#server.send(method, path, body)
  }

  async made(path: string, body: unknown): Promise<Answer['body']> {
    const answer = await this.send('POST', path, body)
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
    return answer.body
  }

  async ledger(): Promise<string> {
    return (await this.made('/ledgers', { name: `Scenario ${this.#name}` })).ledger_id
  }

  async balance(ledgerId: string, currency = 'USD', more: Order = {}): Promise<string> {
    const body = await this.made('/balances', { ledger_id: ledgerId, currency, ...more })
    return body.balance_id
  }

  /** Pays an amount of the smallest unit at once, unless the order says otherwise. */
  pay(source: unknown, destination: unknown, amount: number | string, more: Order = {}) {
    const order = JSON.stringify({
      reference: this.reference,
      currency: 'USD',
      precision: 100,
      description: 'scenario',
      skip_queue: true,
      ...(Array.isArray(source) ? { sources: source } : { source }),
      ...(Array.isArray(destination) ? { destinations: destination } : { destination }),
      ...more,
    })
    // Digits are sent as they are: some have more than a number of JavaScript can hold.
    return this.#server.send(
      'POST',
      '/transactions',
      `{"precise_amount":${amount},${order.slice(1)}`,
    )
  }

  /** Pays; it must be taken. */
  async paid(source: unknown, destination: unknown, amount: number | string, more: Order = {}) {
    const answer = await this.pay(source, destination, amount, more)
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
    return answer.body
  }

  /** Brings money in from outside. */
  fund(destination: string, amount: number | string, more: Order = {}) {
    return this.paid(this.at('@Outside'), destination, amount, { allow_overdraft: true, ...more })
  }

  hold(source: unknown, destination: unknown, amount: number | string, more: Order = {}) {
    return this.paid(source, destination, amount, { inflight: true, ...more })
  }

  settle(id: string, status: 'commit' | 'void', more: Order = {}): Promise<Answer> {
    return this.send('PUT', `/transactions/inflight/${id}`, { status, skip_queue: true, ...more })
  }

  async settled(id: string, status: 'commit' | 'void', more: Order = {}): Promise<Answer['body']> {
    const answer = await this.settle(id, status, more)
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
    return answer.body
  }

  refund(id: string): Promise<Answer> {
    return this.send('POST', `/refund-transaction/${id}`, { skip_queue: true })
  }

  async read(balance: string, currency = 'USD'): Promise<Answer> {
    const path = balance.startsWith('@')
      ? `/balances/indicator/${encodeURIComponent(balance)}/currency/${currency}`
      : `/balances/${balance}`
    return this.send('GET', path)
  }

  /** What a balance stands at, as the text of its numbers. */
  async stands(balance: string, currency = 'USD'): Promise<string> {
    const { text } = await this.read(balance, currency)
    const digits = (name: string) => new RegExp(`"${name}":(-?\\d+)`).exec(text)?.[1] ?? 'none'
    const held = digits('inflight_balance')
    const told = [digits('balance'), digits('credit_balance'), digits('debit_balance')]
    return `${told[0]} (${told[1]}/${told[2]})${held === '0' ? '' : ` ${held} held`}`
  }

  /** Waits until a transaction is there under its reference. */
  async comes(reference: string): Promise<Answer['body']> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.send('GET', `/transactions/reference/${reference}`)
      if (answer.status === 200) return answer.body
      if (attempt > 200) throw new Error(`there is no ${reference}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** The books are as their entries say. */
export async function expectClean(server: TestServer): Promise<void> {
  const found: unknown[] = []
  await verifyAt(server.database.url, (report) => found.push(...report.findings))
  expect(found).toEqual([])
  expect(await findings(server.database.query)).toEqual([])
}
