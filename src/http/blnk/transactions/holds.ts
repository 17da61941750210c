/** Holds: which of them an id stands for, and what their end says about itself. */
import type { Release, Settle } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import { uuidOfTransaction, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { unitsOf } from './amounts.ts'
import { precisionOf } from './translate.ts'

export type Action = 'commit' | 'void'

/** What an id stands for: the row that has it, where there is one, and the holds that belong to it. */
export type Family = {
  readonly row: TransactionView | null
  readonly holds: readonly TransactionView[]
}

/** Finds the holds by the id of one, of the request that led to it, of a split, or of a bulk. */
export async function familyOf(face: Face, wire: string): Promise<Family> {
  const id = uuidOfTransaction(wire)
  if (id === null) return { row: null, holds: [] }
  const { services, bookId, scales } = face
  const row = wire.startsWith('txn_') ? await services.transactions.load(bookId, id) : null
  const rows = row?.kind === 'hold' ? [row] : await services.reports.family(bookId, id)
  const holds = rows.filter(({ kind }) => kind === 'hold')
  await scales.learn(rows.map((one) => one.assetCode))
  return { row, holds }
}

/** The holds that still set something aside. */
export function openHolds(holds: readonly TransactionView[]): readonly TransactionView[] {
  return holds.filter(({ hold }) => hold?.status === 'pending')
}

/** How much is to be committed. */
export type Part = {
  readonly amount?: number | undefined
  readonly precise_amount?: string | undefined
}

/**
 * The minor units that a part comes to in the precision of its hold; null for everything that is left.
 *
 * @throws Problem when it is negative, or less than one minor unit
 */
export function unitsOfPart(face: Face, hold: TransactionView, part: Part): bigint | null {
  const { amount = 0, precise_amount } = part
  if (precise_amount !== undefined) return BigInt(precise_amount)
  if (amount === 0) return null
  const units = unitsOf(amount, precisionOf(hold, face.scales))
  // Blnk takes what rounds to nothing for everything.
  if (units === 0n) throw new Problem('TXN_INVALID_AMOUNT', 'amount is less than a minor unit')
  return units
}

/** Whether a part can be meant at all, before its hold is known. */
export function refusePart({ amount = 0, precise_amount }: Part): void {
  if (precise_amount !== undefined && BigInt(precise_amount) <= 0n)
    throw new Problem('TXN_INVALID_AMOUNT', 'precise_amount must be positive')
  if (precise_amount === undefined && amount < 0)
    throw new Problem('GEN_BAD_REQUEST', 'commit amount cannot be negative')
}

/** The command that ends a hold, or a part of it. */
export function endOf(
  face: Face,
  hold: TransactionView,
  action: Action,
  order: {
    readonly amount: bigint | null
    readonly queued: boolean
    readonly actor: string | null
  },
): Settle | Release {
  const unique = face.services.engine.freeId()
  const follow = {
    reference: order.queued
      ? `${wireId('txn', hold.id)}_${action}_${wireId('act', unique)}`
      : wireId('ref', unique),
    actor: order.actor,
    inherit: true,
    holdId: hold.id,
  }
  return action === 'commit'
    ? { ...follow, type: 'settle', amount: order.amount }
    : { ...follow, type: 'release', status: 'voided' }
}
