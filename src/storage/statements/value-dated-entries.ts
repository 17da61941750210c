/** Entries of transactions that count for another time than they were recorded at, by balance in the order of that time. */
import type { TransactionRow } from '../../engine/port.ts'
import { isoOf } from '../../ledger/index.ts'
import { plainArray } from '../types.ts'

type DatedEntry = {
  readonly balanceId: string
  readonly effectiveAt: string
  readonly transactionId: string
  readonly leg: number
}

export function valueDatedEntriesOf(rows: readonly TransactionRow[]): readonly DatedEntry[] {
  return rows.flatMap(({ transaction, entries }) => {
    if (transaction.effectiveAt === null) return []
    const effectiveAt = isoOf(transaction.effectiveAt)
    return entries.map(({ entry: { balanceId, transactionId, leg } }) => ({
      balanceId,
      effectiveAt,
      transactionId,
      leg,
    }))
  })
}

export const ADD_VALUE_DATED_ENTRIES = `
  insert into value_dated_entries (book_id, balance_id, effective_at, transaction_id, leg)
  select $1, u.* from unnest($n1::uuid[], $n2::timestamptz[], $n3::uuid[], $n4::smallint[]) as u`

export function valueDatedEntryColumns(rows: readonly DatedEntry[]): readonly unknown[] {
  return [
    plainArray(rows.map((row) => row.balanceId)),
    plainArray(rows.map((row) => row.effectiveAt)),
    plainArray(rows.map((row) => row.transactionId)),
    plainArray(rows.map((row) => row.leg)),
  ]
}
