/** Commands for tests, with nothing in them but what the test is about. */
import type { Command, Leg, Post } from '../../src/ledger/index.ts'
import type { TestBalance, TestEngine } from './engine.ts'
import { leg } from './ledger.ts'

export const NO_LABELS = {
  parentId: null,
  requestId: null,
  reference: null,
  effectiveAt: null,
  description: null,
  metadata: null,
  terms: null,
  actor: null,
} as const

/** Later than any test runs. */
export const FAR = Date.UTC(2200, 0, 1) * 1000

export function postOf(
  sources: readonly Leg[],
  destinations: readonly Leg[],
  more: Partial<Post> = {},
): Post {
  return {
    ...NO_LABELS,
    type: 'post',
    kind: 'transfer',
    assetCode: null,
    amount: sources.reduce((total, one) => total + one.amount, 0n),
    sources,
    destinations,
    reserveDestinations: false,
    key: null,
    expiresAt: null,
    settlesAt: null,
    request: null,
    ...more,
  }
}

/** From one balance to another. */
export function post(from: string, to: string, amount: bigint, more: Partial<Post> = {}): Post {
  return postOf([leg(from, amount)], [leg(to, amount)], more)
}

export function reverse(transactionId: string, unconditional = false): Command {
  return {
    ...NO_LABELS,
    ...{ type: 'reverse', transactionId, unconditional, key: null, request: null },
  }
}

export function settle(holdId: string, amount: bigint | null = null): Command {
  return { type: 'settle', holdId, amount, reference: null, actor: null, inherit: false }
}

export function release(holdId: string): Command {
  return {
    ...{ type: 'release', holdId, status: 'voided' },
    ...{ reference: null, actor: null, inherit: false },
  }
}

/** What became of one command alone: the code of the refusal, or the id of what it made or had made before. */
export async function outcomeOf(
  { engine }: TestEngine,
  bookId: number,
  command: Command,
): Promise<{ readonly code: string } | { readonly id: string; readonly isReplay: boolean }> {
  const decision = await engine.submit(bookId, [command])
  if (!decision.accepted) return { code: decision.refusal.refusal.code }
  const [outcome] = decision.outcome
  if (outcome === undefined) throw new Error('There is no outcome')
  return outcome.type === 'done'
    ? { id: outcome.transaction.id, isReplay: false }
    : { id: outcome.transactionId, isReplay: true }
}

/** The id of what an accepted command made. */
export async function accepted(
  server: TestEngine,
  bookId: number,
  command: Command,
): Promise<string> {
  const outcome = await outcomeOf(server, bookId, command)
  if ('code' in outcome) throw new Error(`The command was refused: ${outcome.code}`)
  return outcome.id
}

/** Moves an amount from one balance to another, below zero if need be; returns the id of the transaction. */
export function transfer(
  server: TestEngine,
  bookId: number,
  from: TestBalance,
  to: TestBalance,
  amount: bigint,
): Promise<string> {
  const without = (balance: TestBalance) => leg(balance.id, amount, { kind: 'unlimited' })
  return accepted(server, bookId, postOf([without(from)], [without(to)]))
}
