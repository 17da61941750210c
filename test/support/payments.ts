/** Clients that pay and never give up: when nobody knows what became of a payment, they ask again with its reference. */
import { Outage, Overloaded } from '../../src/engine/index.ts'
import type { TestDatabase } from './database.ts'
import type { TestEngine } from './engine.ts'
import { post } from './posts.ts'

export type Paid = {
  /** References with the transactions that were acknowledged for them. */
  readonly acknowledged: Map<string, string>
  /** References of payments that turned out to have been made when they were asked for again. */
  readonly found: Set<string>
  /** How often the outcome was unknown. */
  unknown: number
  /** Whatever else went wrong. */
  readonly errors: unknown[]
}

type Order = {
  readonly bookId: number
  readonly from: string
  readonly to: string
  readonly clients: number
}

let runs = 0

/** Pays one quantum at a time until `isOver`, and then until everything that was begun is settled. */
export async function payUntil(
  server: () => TestEngine,
  { bookId, from, to, clients }: Order,
  isOver: () => boolean,
): Promise<Paid> {
  const paid: Paid = { acknowledged: new Map(), found: new Set(), unknown: 0, errors: [] }
  runs += 1
  const run = runs
  const client = async (number: number) => {
    for (let count = 0; !isOver(); count += 1)
      await pay(server, paid, bookId, from, to, `payment ${run}-${number}-${count}`)
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  return paid
}

async function pay(
  server: () => TestEngine,
  paid: Paid,
  bookId: number,
  from: string,
  to: string,
  reference: string,
): Promise<void> {
  for (;;) {
    try {
      const decision = await server().engine.submit(bookId, [post(from, to, 1n, { reference })])
      if (decision.accepted) {
        const [outcome] = decision.outcome
        if (outcome?.type === 'done') paid.acknowledged.set(reference, outcome.transaction.id)
      } else if (decision.refusal.refusal.code === 'reference_taken') paid.found.add(reference)
      else paid.errors.push(decision.refusal)
      return
    } catch (error) {
      if (error instanceof Outage) paid.unknown += 1
      else if (!(error instanceof Overloaded)) {
        paid.errors.push(error)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** What is not as the clients were told. */
export async function faultsOf(
  paid: Paid,
  query: TestDatabase['query'],
  { bookId, to }: { readonly bookId: number; readonly to: string },
): Promise<readonly string[]> {
  const rows = await query<{ reference: string; id: string }>(
    `select reference, id from transactions where book_id = $1 and destination_id = $2 and reference is not null`,
    [bookId, to],
  )
  const there = new Map(rows.map((row) => [row.reference, row.id]))
  const faults = paid.errors.map((error) => `failed: ${String(error)}`)
  for (const [reference, id] of paid.acknowledged)
    if (there.get(reference) !== id) faults.push(`${reference} was acknowledged and is not there`)
  for (const reference of paid.found)
    if (!there.has(reference)) faults.push(`${reference} was found and is not there`)
  if (there.size !== paid.acknowledged.size + paid.found.size)
    faults.push(`${there.size} are there, ${paid.acknowledged.size} + ${paid.found.size} were told`)
  const [sum] = await query<{ count: string }>(
    'select (posted_credits * 1e18)::bigint as count from balance_sums where book_id = $1 and id = $2',
    [bookId, to],
  )
  if (Number(sum?.count) !== there.size)
    faults.push(`${sum?.count} were credited, not ${there.size}`)
  return faults
}
