/** What can be asked of each collection: Blnk's names, the fields behind them, and how their values are written. */
import type { Operator } from '../../../reports/index.ts'
import type { Prefix } from '../wire/ids.ts'

/** How a field's values are written. */
export type FieldKind =
  | { readonly type: 'text' | 'time' | 'number' | 'status' | 'metadata' }
  | { readonly type: 'id'; readonly prefix: Prefix | 'ledger' | 'transaction' }
  /** Asked of whatever gives or takes: by the id of a balance, or by the name of an indicator. */
  | { readonly type: 'either'; readonly of: readonly string[] }
  | { readonly type: 'indicator' }

export type Field = {
  /** The field of the view. */
  readonly field: string
  readonly kind: FieldKind
  /** What the list is sorted by, where it is not the field: null for the order of creation. */
  readonly sortBy?: string | null
  /** The operators that make sense, where not all do. */
  readonly operators?: readonly Operator[]
}

export type Collection = {
  /** Its name in Blnk's messages. */
  readonly table: string
  readonly fields: Readonly<Record<string, Field>>
}

const text = (field: string): Field => ({ field, kind: { type: 'text' } })
const number = (field: string): Field => ({ field, kind: { type: 'number' } })
const id = (field: string, prefix: Prefix | 'ledger' | 'transaction'): Field => ({
  field,
  kind: { type: 'id', prefix },
})

const metadata: Field = {
  field: 'metadata',
  kind: { type: 'metadata' },
  operators: ['like', 'ilike', 'isnull', 'isnotnull'],
}

/** Rows are made in the order of their ids, so the time of creation sorts by id. */
const createdAt: Field = { field: 'createdAt', kind: { type: 'time' }, sortBy: null }

export const ledgerFields: Collection = {
  table: 'ledgers',
  fields: {
    ledger_id: id('id', 'ledger'),
    name: text('name'),
    created_at: createdAt,
    meta_data: metadata,
  },
}

export const balanceFields: Collection = {
  table: 'balances',
  fields: {
    balance_id: id('id', 'bln'),
    ledger_id: id('ledgerId', 'ledger'),
    identity_id: id('identityId', 'idt'),
    indicator: text('indicator'),
    currency: text('assetCode'),
    balance: number('postedUnits'),
    credit_balance: number('postedCreditUnits'),
    debit_balance: number('postedDebitUnits'),
    inflight_balance: number('pendingUnits'),
    inflight_credit_balance: number('pendingCreditUnits'),
    inflight_debit_balance: number('pendingDebitUnits'),
    created_at: createdAt,
    meta_data: metadata,
  },
}

const eitherSide: readonly Operator[] = ['eq', 'ne', 'in', 'isnull', 'isnotnull']

export const transactionFields: Collection = {
  table: 'transactions',
  fields: {
    transaction_id: id('id', 'txn'),
    parent_transaction: id('parentId', 'transaction'),
    amount: number('statedAmount'),
    currency: text('statedAsset'),
    source: id('sourceId', 'bln'),
    destination: id('destinationId', 'bln'),
    balance_id: {
      field: 'sourceId',
      kind: { type: 'either', of: ['sourceId', 'destinationId'] },
      operators: eitherSide,
    },
    reference: text('reference'),
    status: { field: 'status', kind: { type: 'status' }, sortBy: 'statusOrder' },
    created_at: { field: 'recordedAt', kind: { type: 'time' }, sortBy: null },
    effective_date: { field: 'valueAt', kind: { type: 'time' } },
    indicator: { field: 'sourceId', kind: { type: 'indicator' } },
    description: { ...text('description'), sortBy: 'descriptionOrder' },
    precision: number('precision'),
    meta_data: metadata,
  },
}

export const identityFields: Collection = {
  table: 'identity',
  fields: {
    identity_id: id('id', 'idt'),
    first_name: text('firstName'),
    last_name: text('lastName'),
    other_names: text('otherNames'),
    gender: text('gender'),
    dob: { field: 'bornAt', kind: { type: 'time' } },
    email_address: text('emailAddress'),
    phone_number: text('phoneNumber'),
    nationality: text('nationality'),
    street: text('street'),
    country: text('country'),
    state: text('state'),
    organization_name: text('organizationName'),
    category: text('category'),
    identity_type: text('identityType'),
    post_code: text('postCode'),
    city: text('city'),
    // An identity may bring its own id, so ids do not tell when it was made.
    created_at: { field: 'createdAt', kind: { type: 'time' } },
    meta_data: metadata,
  },
}

export const accountFields: Collection = {
  table: 'accounts',
  fields: {
    account_id: id('id', 'acc'),
    name: text('name'),
    number: text('number'),
    bank_name: text('bankName'),
    currency: text('assetCode'),
    ledger_id: id('ledgerId', 'ledger'),
    identity_id: id('identityId', 'idt'),
    balance_id: id('balanceId', 'bln'),
    created_at: createdAt,
    meta_data: metadata,
  },
}
