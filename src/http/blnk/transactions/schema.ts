import { type Static, Type } from 'typebox'
import { MetaData } from '../ledgers/schema.ts'
import { DIGITS } from '../wire/bind.ts'

const text = (description?: string) =>
  Type.Optional(description === undefined ? Type.String() : Type.String({ description }))
const flag = (description?: string) =>
  Type.Optional(description === undefined ? Type.Boolean() : Type.Boolean({ description }))
const number = (description: string) => Type.Optional(Type.Number({ description }))

/** A whole number of any length, as a number or as text; it is handed on as text. */
const digits = (description: string) =>
  Type.Optional(
    Type.Unsafe<string>({
      anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?[0-9]{1,400}$' }],
      description,
      [DIGITS]: true,
    }),
  )

export const Distribution = Type.Object(
  {
    identifier: text('A balance id, or an indicator such as @Fees'),
    distribution: text('A share such as 10%, an amount such as 12.50, or left'),
    precise_distribution: text('A share in minor units'),
    transaction_id: text(),
  },
  { title: 'model.Distribution' },
)

const DATE = 'RFC 3339 with seconds'

const transactionFields = {
  amount: number('In major units; or precise_amount'),
  precise_amount: digits('In minor units, with every digit; or amount'),
  precision: number('Minor units in a major one: 100 for cents; 1 when it is missing'),
  source: text('A balance id, or an indicator such as @World'),
  sources: Type.Optional(Type.Array(Distribution)),
  destination: text('A balance id, or an indicator'),
  destinations: Type.Optional(Type.Array(Distribution)),
  reference: text('Your own name for it, never to be used again'),
  currency: text(),
  description: text(),
  allow_overdraft: flag('Whether the source may go below zero'),
  overdraft_limit: number('How far, in major units; 0 for any distance'),
  inflight: flag('Hold the money instead of moving it'),
  inflight_expiry_date: text(`When the hold is given up by itself: ${DATE}`),
  inflight_commit_date: text(`When the hold is committed by itself: ${DATE}`),
  scheduled_for: text(`When it is to be carried out: ${DATE}`),
  effective_date: text(`The value date: ${DATE}`),
  skip_queue: flag('Apply it now and answer with the result'),
  atomic: flag(),
  dry_run: flag('Only say what it would do'),
  meta_data: Type.Optional(MetaData),
}

export const RecordTransaction = Type.Object(transactionFields, { title: 'RecordTransaction' })

export const BulkTransactionRequest = Type.Object(
  {
    transactions: Type.Optional(
      Type.Array(
        Type.Union([Type.Object(transactionFields, { title: 'RecordTransaction' }), Type.Null()]),
      ),
    ),
    inflight: flag(),
    atomic: flag('All of them or none'),
    run_async: flag(),
    skip_queue: flag(),
    dry_run: flag(),
  },
  { title: 'BulkTransactionRequest' },
)

export const InflightUpdate = Type.Object(
  {
    status: text('commit or void'),
    amount: number('How much to commit, in major units; everything that is left when missing'),
    precise_amount: digits('How much to commit, in minor units'),
    skip_queue: flag(),
    dry_run: flag(),
  },
  { title: 'InflightUpdate' },
)

export const BulkCommitRequest = Type.Object(
  {
    transactions: Type.Optional(
      Type.Array(
        Type.Object(
          {
            transaction_id: text(),
            amount: number('In major units'),
            precise_amount: digits('In minor units'),
          },
          { title: 'BulkCommitItem' },
        ),
      ),
    ),
    skip_queue: flag(),
    dry_run: flag(),
  },
  { title: 'BulkCommitRequest' },
)

export const BulkVoidRequest = Type.Object(
  {
    transaction_ids: Type.Optional(Type.Array(Type.String())),
    skip_queue: flag(),
    dry_run: flag(),
  },
  { title: 'BulkVoidRequest' },
)

export const RefundRequest = Type.Object(
  {
    skip_queue: flag(),
    dry_run: flag(),
    description: text(),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'refundTransactionRequest' },
)

export type DistributionBody = Static<typeof Distribution>
export type TransactionBody = Static<typeof RecordTransaction>
export type BulkBody = Static<typeof BulkTransactionRequest>
export type InflightBody = Static<typeof InflightUpdate>
export type BulkCommitBody = Static<typeof BulkCommitRequest>
export type BulkVoidBody = Static<typeof BulkVoidRequest>
export type RefundBody = Static<typeof RefundRequest>
