/** Blnk's ids: a prefix that says what it is, and our UUID. */
import { SHARED_LEDGER_ID } from '../../../directory/index.ts'

export type Prefix =
  | 'ldg'
  | 'bln'
  | 'txn'
  | 'idt'
  | 'acc'
  | 'bulk'
  | 'ref'
  | 'act'
  | 'rule'
  | 'upload'
  | 'instant'
  | 'recon'
  | 'api_key'
  | 'mon'
  | 'hook'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

export function wireId(prefix: Prefix, uuid: string): string {
  return `${prefix}_${uuid}`
}

/** The UUID in an id with this prefix; null for every other text, which then names nothing. */
export function uuidIn(prefix: Prefix, text: string): string | null {
  if (!text.startsWith(prefix) || text.charCodeAt(prefix.length) !== 95) return null
  const uuid = text.slice(prefix.length + 1)
  return UUID.test(uuid) ? uuid : null
}

/** What Blnk calls the ledger that is there from the beginning and keeps the indicators. */
export const GENERAL_LEDGER = 'general_ledger_id'

export function ledgerIdOf(uuid: string): string {
  return uuid === SHARED_LEDGER_ID ? GENERAL_LEDGER : wireId('ldg', uuid)
}

export function uuidOfLedger(text: string): string | null {
  return text === GENERAL_LEDGER ? SHARED_LEDGER_ID : uuidIn('ldg', text)
}

/** The UUID in the id of a transaction or of a batch of them. */
export function uuidOfTransaction(text: string): string | null {
  return uuidIn('txn', text) ?? uuidIn('bulk', text)
}
