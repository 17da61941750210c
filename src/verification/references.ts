/** Whether holds, reversals, keys and due rows fit the transactions that they name. */
import type { Findings } from './finding.ts'
import type { BookReader, HoldRow } from './port.ts'

export async function checkReferences(reader: BookReader, findings: Findings): Promise<void> {
  for await (const hold of reader.holds()) checkHold(hold, findings)
  for await (const { table, id, column, expected, found } of reader.dangling())
    if (
      !findings.list.some(
        (one) => one.table === table && one.id === id && one.columns.includes(column),
      )
    )
      findings.add(
        table,
        id,
        column,
        { expected, found },
        'what it names is not there, or is something else',
      )
}

function checkHold(hold: HoldRow, findings: Findings): void {
  const id = hold.transactionId
  const tell = (
    column: string | readonly string[],
    expected: unknown,
    found: unknown,
    reason: string,
  ) => {
    if (expected !== found) findings.add('holds', id, column, { expected, found }, reason)
  }
  if (hold.kind !== 'hold') {
    tell('transaction_id', 'a hold', hold.kind, 'a row is kept for each hold')
    return
  }
  tell('amount', hold.promised, hold.amount, 'its transaction tells')
  tell('settled', hold.childrenSettled, hold.settled, 'its settlements tell')
  const status =
    hold.releaseStatus ?? (hold.childrenSettled === hold.promised ? 'posted' : 'pending')
  tell('status', status, hold.status, 'its settlements and its release tell')
  if (hold.releases > 1)
    findings.add(
      'transactions',
      `under ${id}`,
      ['parent_id', 'kind'],
      { expected: 1, found: hold.releases },
      'a hold is released once',
    )
  const isUneven = hold.status === status && hold.unevenLegs.length > 0
  if (isUneven && !findings.list.some((finding) => finding.table === 'entries'))
    findings.add(
      'entries',
      `under ${id}`,
      ['effect', 'amount', 'transaction_id'],
      { found: hold.unevenLegs },
      'more or less was settled and given back than was set aside',
    )
}
