/** What can be searched: collections, and the fields of each. */

export const COLLECTIONS = [
  'ledgers',
  'balances',
  'transactions',
  'identities',
  'reconciliations',
] as const

export type Collection = (typeof COLLECTIONS)[number]

/** How the values of a field compare, and how they are written. */
export type FieldType =
  | 'text'
  /** An id with its prefix. */
  | 'id'
  /** A whole number that may have any number of digits, shown as text. */
  | 'digits'
  | 'number'
  /** Shown as seconds since 1970. */
  | 'time'
  | 'boolean'

export type Field = {
  readonly type: FieldType
  /** What stands before the words of the field in the index; null when it is not searched for words. */
  readonly code: string | null
}

type Fields = Readonly<Record<string, Field>>

const text = (code: string): Field => ({ type: 'text', code })
const of = (type: FieldType): Field => ({ type, code: null })

export const FIELDS = {
  ledgers: { ledger_id: of('id'), name: text('n'), created_at: of('time') },
  balances: {
    balance_id: of('id'),
    ledger_id: of('id'),
    identity_id: of('id'),
    indicator: text('i'),
    currency: text('c'),
    balance: of('digits'),
    credit_balance: of('digits'),
    debit_balance: of('digits'),
    inflight_balance: of('digits'),
    inflight_credit_balance: of('digits'),
    inflight_debit_balance: of('digits'),
    version: of('number'),
    track_fund_lineage: of('boolean'),
    allocation_strategy: text('a'),
    created_at: of('time'),
  },
  transactions: {
    transaction_id: of('id'),
    parent_transaction: of('id'),
    source: of('id'),
    destination: of('id'),
    reference: text('r'),
    description: text('d'),
    currency: text('c'),
    status: text('s'),
    amount: of('number'),
    precision: of('number'),
    created_at: of('time'),
    effective_date: of('time'),
  },
  identities: {
    identity_id: of('id'),
    identity_type: text('t'),
    organization_name: text('o'),
    category: text('k'),
    first_name: text('f'),
    last_name: text('l'),
    other_names: text('x'),
    gender: text('g'),
    email_address: text('e'),
    phone_number: text('p'),
    nationality: text('y'),
    street: text('s'),
    country: text('c'),
    state: text('w'),
    post_code: text('z'),
    city: text('v'),
    dob: of('time'),
    created_at: of('time'),
  },
  reconciliations: {
    reconciliation_id: of('id'),
    upload_id: of('id'),
    status: text('s'),
    strategy: text('g'),
    matched_transactions: of('number'),
    unmatched_transactions: of('number'),
    is_dry_run: of('boolean'),
    started_at: of('time'),
    completed_at: of('time'),
    created_at: of('time'),
  },
} as const satisfies Readonly<Record<Collection, Fields>>

/** Free-form data: asked for as a whole, or one key of it (`meta_data.key`). */
export const METADATA = 'meta_data'

/** What stands before the words of free-form data. */
export const METADATA_CODE = 'm'

export function isCollection(name: string): name is Collection {
  return (COLLECTIONS as readonly string[]).includes(name)
}

export function fieldOf(collection: Collection, name: string): Field | null {
  if (name === METADATA || name.startsWith(`${METADATA}.`)) return text(METADATA_CODE)
  const fields: Fields = FIELDS[collection]
  return (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? null
}

/** What documents are sorted by: what an index is ordered by. */
export const SORTED_BY: Readonly<Record<Collection, readonly string[]>> = {
  ledgers: ['created_at'],
  balances: ['created_at', 'balance'],
  transactions: ['created_at', 'effective_date', 'amount'],
  identities: ['created_at'],
  reconciliations: ['created_at'],
}
