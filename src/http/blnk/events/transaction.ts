/** Transactions as events show them: with everything that they were asked for with, and their metadata as it is kept. */
import type { JsonObject, Transaction } from '../../../ledger/index.ts'
import { majorText } from '../transactions/amounts.ts'
import { termsOf } from '../transactions/terms.ts'
import { precisionOf, type WireTransaction, wireOf, wireText } from '../transactions/translate.ts'
import type { Scales } from '../wire/scales.ts'

/** Transactions that events are about. What only records a wish, a note, or where money came from, is none. */
export function isTold({ kind }: Transaction): boolean {
  return kind !== 'request' && kind !== 'note' && kind !== 'lineage'
}

export function transactionEvent(transaction: Transaction): string {
  switch (transaction.kind) {
    case 'hold':
      return 'transaction.inflight'
    case 'release':
      return 'transaction.void'
    case 'rejection':
      return 'transaction.rejected'
    default:
      return 'transaction.applied'
  }
}

/** A transaction when it has been carried out. */
export function eventText(transaction: Transaction, scales: Scales): string {
  return wireText(carriedOut(transaction, scales))
}

/** A transaction as it was just before: what came through the queue, or in minor units, has its amount as text by then. */
export function beforeText(transaction: Transaction, scales: Scales): string {
  const wire = carriedOut(transaction, scales)
  const { kind } = transaction
  const follows = kind === 'settlement' || kind === 'release'
  const isPrecise = termsOf(transaction).precise === true
  const hasText = follows ? kind === 'release' : !wire.skipQueue || isPrecise
  return wireText({
    ...wire,
    status: kind === 'settlement' ? 'COMMIT' : kind === 'release' ? 'VOID' : 'QUEUED',
    amountText: hasText ? wire.amountText : null,
    metadata: follows ? { ...wire.metadata, inflight: true } : wire.metadata,
  })
}

function carriedOut(transaction: Transaction, scales: Scales): WireTransaction {
  const wire = wireOf(transaction, scales)
  const { kind } = transaction
  const follows = kind === 'settlement' || kind === 'release'
  const kept = wire.metadata ?? {}
  return {
    ...wire,
    amountText: majorText(wire.units, precisionOf(transaction, scales)),
    allowOverdraft: kept['allow_overdraft'] === true,
    atomic: kept['atomic'] === true,
    skipQueue: !follows && termsOf(transaction).queued !== true,
    metadata: kind === 'hold' ? ({ ...kept, inflight: true } satisfies JsonObject) : wire.metadata,
  }
}
