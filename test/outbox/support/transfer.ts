import type { Post } from '../../../src/ledger/index.ts'
import type { TestBalance, TestEngine } from '../../support/engine.ts'

/** The command that moves an amount from one balance to another. */
export function transferOf(from: TestBalance, to: TestBalance, amount: bigint): Post {
  const leg = (balanceId: string) => ({
    balanceId,
    amount,
    overdraft: { kind: 'unlimited' as const },
    details: null,
  })
  return {
    type: 'post',
    kind: 'transfer',
    assetCode: null,
    amount,
    sources: [leg(from.id)],
    destinations: [leg(to.id)],
    reserveDestinations: false,
    key: null,
    expiresAt: null,
    settlesAt: null,
    request: null,
    reference: null,
    parentId: null,
    requestId: null,
    effectiveAt: null,
    description: null,
    metadata: null,
    terms: null,
    actor: null,
  }
}

/** Moves an amount from one balance to another; returns the id of the transaction. */
export async function transfer(
  { engine }: TestEngine,
  bookId: number,
  from: TestBalance,
  to: TestBalance,
  amount: bigint,
): Promise<string> {
  const decision = await engine.submit(bookId, [transferOf(from, to, amount)])
  if (!decision.accepted) throw new Error(decision.refusal.refusal.code)
  const [outcome] = decision.outcome
  if (outcome?.type !== 'done') throw new Error('Nothing was done')
  return outcome.transaction.id
}
