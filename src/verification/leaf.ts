/** Leaves of the chain, made again from the rows. */
import {
  type Change,
  changeLeaf,
  commitment,
  entryText,
  type Hash,
  textsOfChange,
  textsOfTransaction,
  transactionText,
} from '../ledger/index.ts'
import type { EventRow, Leg, TransactionRow } from './port.ts'

/** Hexadecimal digits of a commitment, which stands in the place of a salt after the texts were erased. */
const COMMITMENT_DIGITS = 64

/** Whether the texts of a row were erased, so that only their commitment is left. */
export function isErased(row: { readonly seal: string | null }): boolean {
  return row.seal?.length === COMMITMENT_DIGITS
}

/** The leaf of a transaction as its rows have it. Amounts stand in them as they are hashed: without zeros at the end. */
export function leafOfTransaction(row: TransactionRow, legs: readonly Leg[], hash: Hash): string {
  let text = transactionText(row, row.amount, commitmentOf(row, legs, hash))
  for (const leg of legs) text += entryText(leg, leg)
  return hash(text)
}

function commitmentOf(row: TransactionRow, legs: readonly Leg[], hash: Hash): string | null {
  if (row.seal === null) return null
  if (isErased(row)) return row.seal
  const details = row.details ?? legs.map(() => null)
  const texts = textsOfTransaction(row, row.terms, row.plan, details)
  return texts === null ? null : commitment(row.seal, texts, hash)
}

/** The leaf of a change of the directory as its event has it. */
export function leafOfEvent(row: EventRow, hash: Hash): string {
  const change = {
    entity: row.entity,
    verb: row.verb,
    id: row.subjectId,
    before: row.before,
    after: row.after,
  } as Change
  const committed =
    isErased(row) || row.after === null
      ? row.seal
      : commitment(row.seal, textsOfChange(change), hash)
  return changeLeaf({ ...change, eventId: row.id, actor: row.actor }, committed, hash)
}
