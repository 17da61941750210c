/** Whether what is kept by value dates is what the entries say. */
import type { Findings } from './finding.ts'
import type { BookReader, OddValueDate, OddValueDatedEntry } from './port.ts'

/** To be asked last: where the journal itself is wrong, what follows from it tells nothing new. */
export async function checkValueDates(reader: BookReader, findings: Findings): Promise<void> {
  const journal = new Set(['transactions', 'entries', 'batches'])
  if (findings.list.some(({ table }) => journal.has(table))) return
  for await (const row of reader.oddValueDates()) tellOdd(row, findings)
  for await (const row of reader.oddValueDatedEntries()) tellOddEntry(row, findings)
}

function tellOdd(row: OddValueDate, findings: Findings): void {
  const id = `${row.balanceId} ${row.level} ${row.bucket}`
  const columns = [
    ['debits', row.debits, row.keptDebits],
    ['credits', row.credits, row.keptCredits],
  ] as const
  if (row.debits === null || row.keptDebits === null) {
    const [expected, found] = row.debits === null ? [null, id] : ['a row', null]
    const key = ['balance_id', 'level', 'bucket']
    findings.add('value_dates', id, key, { expected, found }, 'its entries tell')
    return
  }
  for (const [column, expected, found] of columns)
    if (expected !== found)
      findings.add('value_dates', id, column, { expected, found }, 'its entries tell')
}

function tellOddEntry(row: OddValueDatedEntry, findings: Findings): void {
  const id = `${row.balanceId} ${row.effectiveAt} ${row.transactionId}/${row.leg}`
  const key = ['balance_id', 'effective_at', 'transaction_id', 'leg']
  const what = row.isKept ? { expected: null, found: id } : { expected: 'a row', found: null }
  findings.add('value_dated_entries', id, key, what, 'its transaction tells')
}
