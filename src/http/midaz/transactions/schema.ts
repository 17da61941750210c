/** What transactions look like on the wire. */
import { type TSchema, Type } from 'typebox'
import {
  closedObject,
  decimal,
  flag,
  metadata,
  metadataPatch,
  nullable,
  optional,
  optionalNotNull,
  shownOf,
  text,
  uuidText,
} from '../body/schema.ts'

const TEXT_MAX = 256
const CODE_MAX = 100
const ROUTE_MAX = 250

/** Legs that one side may have; together they stay below what a transaction may have. */
export const ENTRIES_MAX = 1900

const scale = optional(
  Type.Integer({
    description: 'Decimals of a value that is a whole number, in the first generation',
  }),
)

/** Accepted and not looked at: what other releases write into amounts. */
const ignored = optional(Type.Unsafe<unknown>({}))

const amount = closedObject({
  asset: text(CODE_MAX),
  value: Type.Optional(decimal),
  scale,
  operation: ignored,
  transactionType: ignored,
  direction: ignored,
  routeValidationEnabled: ignored,
  overdraftAmount: ignored,
})

const share = closedObject({
  percentage: Type.Integer(),
  percentageOfPercentage: optional(Type.Integer()),
})

const rate = closedObject({
  from: optional(text(CODE_MAX)),
  to: optional(text(CODE_MAX)),
  value: optional(decimal),
  scale,
  externalId: optional(uuidText),
})

const entryFields = {
  accountAlias: optional(text(TEXT_MAX)),
  account: optional(text(TEXT_MAX, { description: 'accountAlias in the first generation' })),
  balanceKey: optional(text(CODE_MAX)),
  amount: optional({ ...amount, 'x-rule': 'money' } as typeof amount),
  share: optional(share),
  remaining: optional(text(TEXT_MAX, { 'x-empty': 'unexpected' })),
  rate: optional(rate),
  description: optional(text(TEXT_MAX)),
  chartOfAccounts: optional(text(TEXT_MAX)),
  route: optional(text(ROUTE_MAX)),
  routeId: optional(uuidText),
  isFrom: optional(flag),
  metadata: optional(metadata),
}

const entryOf = (rule: string) =>
  Type.Object(entryFields, { additionalProperties: false, 'x-rule': rule })

const list = <S extends TSchema>(entry: S) =>
  nullable(Type.Array(entry, { maxItems: ENTRIES_MAX, minItems: 1, 'x-empty': 'unexpected' }))

const side = <S extends TSchema>(name: 'from' | 'to', entry: S) =>
  nullable(
    Type.Object(
      { remaining: optional(text(TEXT_MAX, { 'x-empty': 'unexpected' })), [name]: list(entry) },
      { additionalProperties: false },
    ),
  )

const money = { asset: text(CODE_MAX), value: Type.Optional(decimal), scale }

const send = <P extends Record<string, TSchema>>(sides: P) =>
  nullable(Type.Object({ ...money, ...sides }, { additionalProperties: false, 'x-rule': 'money' }))

const about = {
  chartOfAccountsGroupName: optional(text(TEXT_MAX)),
  description: optional(text(TEXT_MAX)),
  code: optional(text(CODE_MAX)),
  transactionDate: optional(
    Type.String({
      'x-rule': 'date',
      'x-empty': 'unexpected',
      description: 'When it counts for, not in the future; now unless told.',
    }),
  ),
  route: optional(text(ROUTE_MAX)),
  routeId: optional(uuidText),
  metadata: optional(metadata),
  skip: optional(closedObject({ fees: optional(flag), tracer: optional(flag) })),
}

const named = entryOf('entryByAlias')
const any = entryOf('entry')

export const transactionCreate = closedObject({
  ...about,
  pending: optionalNotNull(flag),
  send: send({ source: side('from', named), distribute: side('to', named) }),
})

export const inflowCreate = closedObject({ ...about, send: send({ distribute: side('to', any) }) })

export const outflowCreate = closedObject({
  ...about,
  pending: optionalNotNull(flag),
  send: send({ source: side('from', any) }),
})

export const transactionUpdate = closedObject({
  description: optional(text(TEXT_MAX)),
  metadata: optional(metadataPatch),
})

export type GivenAmount = { readonly value?: unknown; readonly scale?: number | null }

export type GivenEntry = {
  readonly accountAlias?: string | null
  readonly account?: string | null
  readonly balanceKey?: string | null
  readonly amount?: GivenAmount | null
  readonly share?: {
    readonly percentage: number
    readonly percentageOfPercentage?: number | null
  } | null
  readonly remaining?: string | null
  readonly description?: string | null
  readonly chartOfAccounts?: string | null
  readonly route?: string | null
  readonly routeId?: string | null
  readonly metadata?: unknown
}

/** Any of the bodies, after it was checked. */
export type GivenTransaction = {
  readonly chartOfAccountsGroupName?: string | null
  readonly description?: string | null
  readonly code?: string | null
  readonly transactionDate?: string | null
  readonly pending?: boolean
  readonly route?: string | null
  readonly routeId?: string | null
  readonly metadata?: unknown
  readonly send: GivenAmount & {
    readonly asset: string
    readonly source?: { readonly from: readonly GivenEntry[] }
    readonly distribute?: { readonly to: readonly GivenEntry[] }
  }
}

export type TransactionUpdate = {
  readonly description?: string | null
  readonly metadata?: unknown
}

export const transactionShown = shownOf({
  description: Type.String(),
  status: Type.Object({ code: Type.String(), description: Type.String() }),
  amount: Type.Unsafe<unknown>({ type: ['string', 'integer'] }),
  assetCode: Type.String(),
  source: Type.Array(Type.String()),
  destination: Type.Array(Type.String()),
  ledgerId: Type.String(),
  organizationId: Type.String(),
  operations: Type.Array(Type.Object({})),
})
