import { type Ledger, SHARED_LEDGER_ID } from '../../../directory/index.ts'
import { ledgerIdOf } from '../wire/ids.ts'
import { timeOfRow } from '../wire/time.ts'

/** A ledger in Blnk's words, as JSON. */
export function ledgerText(ledger: Ledger): string {
  return ledgerTextWith(ledger, ledger.metadata ?? (ledger.id === SHARED_LEDGER_ID ? {} : null))
}

/** A ledger inside of something else, where Blnk leaves its metadata out. */
export function embeddedLedgerText(ledger: Ledger): string {
  return ledgerTextWith(ledger, null)
}

function ledgerTextWith(ledger: Ledger, metadata: object | null): string {
  return (
    `{"ledger_id":"${ledgerIdOf(ledger.id)}","name":${JSON.stringify(ledger.name)},` +
    `"created_at":"${timeOfRow(ledger.createdAt)}","meta_data":${JSON.stringify(metadata)}}`
  )
}
