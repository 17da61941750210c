/** What asset rates look like on the wire. */
import { type TSchema, Type } from 'typebox'
import type { JsonValue } from '../../exact-json.ts'
import { closedObject, decimal, metadata, optional, text, uuidText } from '../body/schema.ts'

const CODE_MAX = 100
const SOURCE_MAX = 200

/** A whole number of 64 bits, with all of its digits. */
const wholeNumber = (rule: 'int64' | 'seconds', describe: string) =>
  Type.Unsafe<number | bigint>({
    type: 'integer',
    'x-rule': rule,
    description: describe,
  } as TSchema)

export const assetRatePut = closedObject({
  from: text(CODE_MAX),
  to: text(CODE_MAX),
  rate: wholeNumber(
    'int64',
    'What one of the first asset is worth, in units of ten to the minus scale.',
  ),
  scale: optional(Type.Integer({ minimum: 0, maximum: 100, description: 'Decimals of the rate.' })),
  source: optional(text(SOURCE_MAX)),
  ttl: optional(wholeNumber('seconds', 'Seconds for which it holds; 0 unless told.')),
  externalId: optional(uuidText),
  metadata: optional(metadata),
})

export type AssetRatePut = {
  readonly from: string
  readonly to: string
  readonly rate: number | bigint
  readonly scale?: number | null
  readonly source?: string | null
  readonly ttl?: number | bigint | null
  readonly externalId?: string | null
  readonly metadata?: unknown
}

const moment = Type.String({ 'x-rule': 'date', format: 'date-time' })

/** The rate of the asset in the path, as the client for TypeScript puts it. */
export const rateOfAssetPut = closedObject({
  toAsset: text(CODE_MAX),
  rate: decimal,
  effectiveAt: moment,
  expirationAt: moment,
})

export type RateOfAssetPut = {
  readonly toAsset: string
  readonly rate: JsonValue
  readonly effectiveAt: string
  readonly expirationAt: string
}

export const rateOfAssetShown = Type.Object({
  id: Type.String({ format: 'uuid' }),
  fromAsset: Type.String(),
  toAsset: Type.String(),
  rate: Type.Number(),
  effectiveAt: Type.String({ format: 'date-time' }),
  expirationAt: Type.String({ format: 'date-time' }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
})

export const assetRateShown = Type.Object({
  id: Type.String({ format: 'uuid' }),
  organizationId: Type.String(),
  ledgerId: Type.String(),
  externalId: Type.String({ format: 'uuid' }),
  from: Type.String(),
  to: Type.String(),
  rate: Type.Integer(),
  scale: Type.Integer(),
  source: Type.Union([Type.String(), Type.Null()]),
  ttl: Type.Integer(),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
  metadata: Type.Object({}, { additionalProperties: true }),
})
