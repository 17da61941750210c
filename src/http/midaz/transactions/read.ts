/** Transactions as they are shown after they were made. */

import { entryId } from '../../../engine/index.ts'
import type { PlannedLeg, Side } from '../../../ledger/index.ts'
import type { BalanceFacts, Operation, TransactionView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { notedText, type OperationContext, operationText } from '../operations/write.ts'
import type { Profile } from '../profile.ts'
import { timeText } from '../shown-money.ts'
import type { ShownTransaction } from './write.ts'

/** A ledger, and the book that its journal is in. */
export type JournalPlace = {
  readonly organizationId: string
  readonly ledgerId: string
  readonly bookId: number
}

/** Kinds of transactions that a caller sees as such; others stand beside them or are not Midaz's. */
export const SHOWN_KINDS = ['transfer', 'hold', 'reversal', 'note'] as const

/** The state of a transaction in Midaz's words: what was made by now is approved. */
export function statusOf({ kind, hold }: TransactionView): string {
  if (kind === 'note') return 'NOTED'
  if (kind !== 'hold' || hold === null) return 'APPROVED'
  if (hold.status === 'pending') return 'PENDING'
  return hold.status === 'posted' ? 'APPROVED' : 'CANCELED'
}

/** A side of a transaction: the aliases of the balances that give, or take. */
function aliasesOf(
  view: TransactionView,
  operations: readonly Operation[],
  facts: ReadonlyMap<string, Named>,
  side: Side,
): readonly string[] {
  const legs: readonly Placed[] =
    view.plan?.kind === 'legs'
      ? view.plan.legs
      : operations.filter(({ transactionId }) => transactionId === view.id)
  return sideOf(legs, facts, side)
}

type Named = Pick<BalanceFacts, 'alias' | 'principalId'>

type Placed = { readonly side: Side; readonly balanceId: string }

/**
 * The aliases of one side. What an overdraft carried behind the leg of its principal belongs to that leg; where the
 * overdraft carried all of it, it stands for it.
 */
export function sideOf(
  legs: readonly Placed[],
  facts: ReadonlyMap<string, Named>,
  side: Side,
): readonly string[] {
  const own = legs.filter((leg) => leg.side === side)
  return own
    .filter(({ balanceId }, index) => {
      const principalId = facts.get(balanceId)?.principalId ?? null
      return principalId === null || own[index - 1]?.balanceId !== principalId
    })
    .map(({ balanceId }) => facts.get(balanceId)?.alias ?? '')
}

/** What is read together with transactions to show them. */
export type Surroundings = {
  readonly operations: ReadonlyMap<string, readonly Operation[]>
  readonly facts: ReadonlyMap<string, Facts>
}

type Facts = Pick<
  Operation,
  | 'accountId'
  | 'ledgerId'
  | 'alias'
  | 'key'
  | 'assetCode'
  | 'normalSide'
  | 'external'
  | 'principalId'
>

/** Reads the operations of transactions, and the balances of those that are only planned. */
export async function surroundingsOf(
  services: Services,
  bookId: number,
  views: readonly TransactionView[],
): Promise<Surroundings> {
  const found = await services.journal.operationsOf(
    bookId,
    views.map(({ id }) => id),
  )
  const facts = new Map<string, Facts>(found.map((operation) => [operation.balanceId, operation]))
  const planned = views.flatMap(({ plan }) => (plan?.kind === 'legs' ? plan.legs : []))
  const open = new Set(planned.map(({ balanceId }) => balanceId).filter((id) => !facts.has(id)))
  if (open.size > 0)
    for (const balance of await services.journal.balanceFacts(bookId, [...open]))
      facts.set(balance.id, balance)
  return { operations: Map.groupBy(found, ({ shownId }) => shownId), facts }
}

export function shownTransaction(
  view: TransactionView,
  { operations, facts }: Surroundings,
  { organizationId, ledgerId }: JournalPlace,
  profile: Profile,
): ShownTransaction {
  const own = operations.get(view.id) ?? []
  const latest = own.reduce((last, { recordedAt }) => Math.max(last, recordedAt), view.recordedAt)
  const createdAt = timeText(view.effectiveAt ?? view.recordedAt)
  const updatedAt = timeText(Math.max(latest, view.amendedAt ?? 0))
  const shown = {
    id: view.id,
    parentId: view.reversesId,
    description: view.description ?? '',
    status: statusOf(view),
    amount: view.amount,
    assetCode: view.assetCode,
    terms: view.terms,
    metadata: view.metadata,
    source: aliasesOf(view, own, facts, 'debit'),
    destination: aliasesOf(view, own, facts, 'credit'),
    organizationId,
    ledgerId,
    createdAt,
    updatedAt,
  }
  if (view.kind !== 'note') {
    const texts = own.map((operation) => operationText(operation, organizationId, profile))
    return { ...shown, operations: texts }
  }
  const context = {
    transactionId: view.id,
    description: shown.description,
    action: null,
    createdAt,
    updatedAt,
    organizationId,
    profile,
  }
  return { ...shown, operations: notedTexts(view, facts, context) }
}

function notedTexts(
  view: TransactionView,
  facts: ReadonlyMap<string, Facts>,
  context: OperationContext,
): readonly string[] {
  const legs: readonly PlannedLeg[] = view.plan?.kind === 'legs' ? view.plan.legs : []
  return legs.flatMap((leg, index) => {
    const of = facts.get(leg.balanceId)
    return of === undefined ? [] : [notedText(entryId(view.id, index), leg, of, context)]
  })
}
