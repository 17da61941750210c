/** Entries of transactions that count for another time than they were recorded at, by balance in the order of that time. */
import type { TransactionRow } from '../../engine/port.ts'
import { isoOf } from '../../ledger/index.ts'
import { plainArray } from '../types.ts'
import type { Statement } from './statement.ts'

type DatedEntry = {
  readonly balanceId: string
  readonly effectiveAt: string
  readonly transactionId: string
  readonly leg: number
}

function valueDatedEntriesOf(rows: readonly TransactionRow[]): readonly DatedEntry[] {
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

const ADD_VALUE_DATED_ENTRIES = `
insert into value_dated_entries (book_id, balance_id, effective_at, transaction_id, leg)
select $1, u.* from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::smallint[]) as u`

/** Nothing where nothing counts for another time. */
export function addValueDatedEntries(
  bookId: number,
  transactions: readonly TransactionRow[],
): readonly Statement[] {
  const rows = valueDatedEntriesOf(transactions)
  if (rows.length === 0) return []
  const values = [
    String(bookId),
    plainArray(rows.map((row) => row.balanceId)),
    plainArray(rows.map((row) => row.effectiveAt)),
    plainArray(rows.map((row) => row.transactionId)),
    plainArray(rows.map((row) => row.leg)),
  ]
  return [{ name: 'add value-dated entries', text: ADD_VALUE_DATED_ENTRIES, values }]
}
