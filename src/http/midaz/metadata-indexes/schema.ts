/** What metadata indexes look like on the wire. */
import { type Static, Type } from 'typebox'
import { closedObject, flag, optional, text } from '../body/schema.ts'

const KEY_MAX = 100

/** What has metadata that lists are filtered by, as callers name it. */
export const ENTITIES: readonly string[] = [
  'organization',
  'ledger',
  'segment',
  'account',
  'portfolio',
  'asset',
  'account_type',
  'transaction',
  'operation',
  'operation_route',
  'transaction_route',
]

export const metadataIndexCreate = closedObject({
  metadataKey: text(KEY_MAX, { 'x-rule': 'indexKey' }),
  unique: optional(flag),
  sparse: optional(flag),
})

export type MetadataIndexCreate = Static<typeof metadataIndexCreate>

export const metadataIndexShown = Type.Object({
  indexName: Type.String(),
  entityName: Type.String(),
  metadataKey: Type.String(),
  unique: Type.Boolean(),
  sparse: Type.Boolean(),
})
