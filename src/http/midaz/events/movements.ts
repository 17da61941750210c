/** Transactions as events: the transaction itself, and what it did to each balance. */
import { entryId } from '../../../engine/index.ts'
import {
  carriedBy,
  type Entry,
  formatDecimal,
  sumsBefore,
  type Transaction,
} from '../../../ledger/index.ts'
import type { TransactionFact } from '../../../outbox/index.ts'
import type { BalanceFacts, Operation } from '../../../reports/index.ts'
import { actionOf, entryText, notedText, type OperationContext } from '../operations/write.ts'
import { decimal, standingOf, timeText } from '../shown-money.ts'
import { sideOf } from '../transactions/read.ts'
import { transactionText } from '../transactions/write.ts'
import type { Own } from './message.ts'

const PROFILE = 'v4'

/** What transactions refer to, as it was then. */
export type Around = {
  readonly organizationId: string
  readonly balances: ReadonlyMap<string, BalanceFacts>
  /** The holds that settlements and releases end. */
  readonly holds: ReadonlyMap<string, Transaction>
  /** The balances whose overdraft internal balances carry. */
  readonly principals: ReadonlyMap<string, BalanceFacts>
  /** What companions carried for the balances of entries, by the ids of those. */
  readonly carried: ReadonlyMap<string, Operation['carried']>
}

const EVENTS: Readonly<
  Partial<Record<Transaction['kind'], readonly [event: string, status: string]>>
> = {
  transfer: ['transaction.posted', 'APPROVED'],
  hold: ['transaction.pending', 'PENDING'],
  settlement: ['transaction.committed', 'APPROVED'],
  release: ['transaction.canceled', 'CANCELED'],
  reversal: ['transaction.reverted', 'APPROVED'],
  note: ['transaction.noted', 'NOTED'],
}

/** What a transaction means: nothing where it only records a wish. */
export function ofTransaction(fact: TransactionFact, around: Around): readonly Own[] {
  const told = EVENTS[fact.transaction.kind]
  if (told === undefined) return []
  const [event, status] = told
  const shown = shownOf(fact, status, around)
  return shown === null ? [] : [{ ...shown, event }, ...ofBalances(fact, around)]
}

/** The transaction as a caller knows it: a settlement and a release show the hold that they end. */
function shownOf(
  { transaction, entries, at }: TransactionFact,
  status: string,
  around: Around,
): Omit<Own, 'event'> | null {
  const { organizationId, balances, holds } = around
  const asked = holds.get(transaction.parentId ?? '') ?? transaction
  const legs = asked.plan?.kind === 'legs' ? asked.plan.legs : entries
  const ledgerId = ledgerOf(legs, balances)
  if (ledgerId === null) return null
  const createdAt = timeText(asked.effectiveAt ?? asked.recordedAt)
  const shared = { organizationId, createdAt, updatedAt: timeText(at) }
  const description = asked.description ?? ''
  const context: OperationContext = {
    ...shared,
    transactionId: asked.id,
    description,
    action: actionOf(asked.terms),
    profile: PROFILE,
  }
  const data = transactionText(
    {
      ...shared,
      id: asked.id,
      parentId: transaction.reversesId,
      description,
      status,
      amount: transaction.amount,
      assetCode: asked.assetCode,
      terms: asked.terms,
      metadata: asked.metadata,
      source: sideOf(legs, balances, 'debit'),
      destination: sideOf(legs, balances, 'credit'),
      ledgerId,
      operations: operationTexts(transaction, entries, around, context),
    },
    PROFILE,
  )
  return { subject: asked.id, ledgerId, data }
}

function ledgerOf(
  legs: readonly { readonly balanceId: string }[],
  balances: ReadonlyMap<string, BalanceFacts>,
): string | null {
  for (const { balanceId } of legs) {
    const facts = balances.get(balanceId)
    if (facts !== undefined) return facts.ledgerId
  }
  return null
}

function operationTexts(
  transaction: Transaction,
  entries: readonly Entry[],
  { balances, carried }: Around,
  context: OperationContext,
): readonly string[] {
  const { plan, kind, id } = transaction
  if (kind === 'note' && plan?.kind === 'legs')
    return plan.legs.flatMap((leg, index) => {
      const facts = balances.get(leg.balanceId)
      return facts === undefined ? [] : [notedText(entryId(id, index), leg, facts, context)]
    })
  return entries.flatMap((entry) => {
    const facts = balances.get(entry.balanceId)
    if (facts === undefined) return []
    const ofEntry = entryId(id, entry.leg)
    return [entryText(ofEntry, entry, facts, carried.get(ofEntry) ?? null, context)]
  })
}

/** How the balances stand after a transaction, and what it drew of overdrafts or paid back. */
function ofBalances(fact: TransactionFact, around: Around): readonly Own[] {
  const told: Own[] = []
  for (const [balanceId, entries] of Map.groupBy(fact.entries, (entry) => entry.balanceId)) {
    const facts = around.balances.get(balanceId)
    const [first, last] = [entries[0], entries.at(-1)]
    if (facts === undefined || first === undefined || last === undefined) continue
    if (facts.internal) told.push(...ofOverdraft(first, last, fact, around))
    else told.push(changed(facts, last, fact, around))
  }
  return told
}

function changed(facts: BalanceFacts, last: Entry, fact: TransactionFact, around: Around): Own {
  const carried = around.carried.get(entryId(last.transactionId, last.leg)) ?? null
  const standing = standingOf(last, facts, carried?.after ?? null, PROFILE)
  const data =
    `{${whose(facts, around)},"available":${decimal(standing.available)},"onHold":${decimal(standing.onHold)},` +
    `"overdraftUsed":${decimal(standing.overdraftUsed)},"version":${last.version},"transactionId":"${fact.id}","updatedAt":"${timeText(fact.at)}"}`
  return { event: 'balance.changed', subject: facts.id, ledgerId: facts.ledgerId, data }
}

/** What a companion carries is the overdraft that its principal has used: it is drawn, and paid back or given back. */
function ofOverdraft(
  first: Entry,
  last: Entry,
  fact: TransactionFact,
  around: Around,
): readonly Own[] {
  const principal = around.principals.get(last.balanceId)
  if (principal === undefined) return []
  const before = carriedBy(sumsBefore(first)).drawn
  const after = carriedBy(last).drawn
  const moved = after - before
  if (moved === 0n) return []
  const data =
    `{${whose(principal, around)},"amount":${decimal(moved < 0n ? -moved : moved)},` +
    `"overdraftUsedBefore":"${formatDecimal(before)}","overdraftUsed":"${formatDecimal(after)}",` +
    `"transactionId":"${fact.id}","updatedAt":"${timeText(fact.at)}"}`
  const own = { subject: principal.id, ledgerId: principal.ledgerId, data }
  if (moved > 0n) return [{ ...own, event: 'balance.overdraft-drawn' }]
  const repaid = { ...own, event: 'balance.overdraft-repaid' }
  return after === 0n ? [repaid, { ...own, event: 'balance.overdraft-cleared' }] : [repaid]
}

function whose(facts: BalanceFacts, { organizationId }: Around): string {
  return (
    `"id":"${facts.id}","organizationId":"${organizationId}","ledgerId":"${facts.ledgerId}",` +
    `"accountId":"${facts.accountId}","alias":${JSON.stringify(facts.alias)},` +
    `"key":${JSON.stringify(facts.key)},"assetCode":${JSON.stringify(facts.assetCode)}`
  )
}
