/** Fields as callers name them, and the values of ids. */
import { type Collection, type Field, fieldOf, METADATA } from '../../../search/index.ts'
import { ledgerIdOf, uuidIn, uuidOfLedger, uuidOfTransaction, wireId } from '../wire/ids.ts'
import { unknownField } from './fault.ts'

const OWN_ID: Readonly<Record<Collection, string>> = {
  ledgers: 'ledger_id',
  balances: 'balance_id',
  transactions: 'transaction_id',
  identities: 'identity_id',
  reconciliations: 'reconciliation_id',
}

export type NamedField = Field & { readonly name: string }

/** @throws SearchFault when the collection has no such field */
export function fieldNamed(collection: Collection, asked: string): NamedField {
  const name = asked === 'id' ? OWN_ID[collection] : asked
  const field = fieldOf(collection, name)
  if (field === null || (isMetadata(name) && !METADATA_PATH.test(name))) throw unknownField(asked)
  return { ...field, name }
}

const METADATA_PATH = /^meta_data(\.[\w-]{1,100}){0,8}$/

export function isMetadata(name: string): boolean {
  return name === METADATA || name.startsWith(`${METADATA}.`)
}

/** The UUID in an id that a field may have; null for every other text, which nothing has. */
export function uuidOfField(name: string, text: string): string | null {
  switch (name) {
    case 'ledger_id':
      return uuidOfLedger(text)
    case 'transaction_id':
    case 'parent_transaction':
      return uuidOfTransaction(text)
    case 'identity_id':
      return uuidIn('idt', text)
    case 'reconciliation_id':
      return uuidIn('recon', text)
    case 'upload_id':
      return uuidIn('upload', text) ?? uuidIn('instant', text)
    default:
      return uuidIn('bln', text)
  }
}

/** A value of a field as it is shown: ids with their prefixes. */
export function shownValue({ name, type }: NamedField, value: string): string {
  if (type !== 'id') return value
  switch (name) {
    case 'ledger_id':
      return ledgerIdOf(value)
    case 'transaction_id':
    case 'parent_transaction':
      return wireId('txn', value)
    case 'identity_id':
      return wireId('idt', value)
    case 'reconciliation_id':
      return wireId('recon', value)
    case 'upload_id':
      return wireId('upload', value)
    default:
      return wireId('bln', value)
  }
}
