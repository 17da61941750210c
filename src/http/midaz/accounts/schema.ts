/** What accounts look like on the wire. */
import { type Static, Type } from 'typebox'
import {
  closedObject,
  flag,
  metadata,
  metadataPatch,
  NAME_MAX,
  nullable,
  optional,
  optionalNotNull,
  shownOf,
  status,
  text,
  uuidText,
} from '../body/schema.ts'
import type { Filter } from '../lists/query.ts'

const CODE_MAX = 100
const ALIAS_MAX = 100

export const accountCreate = closedObject({
  assetCode: text(CODE_MAX),
  type: text(NAME_MAX),
  name: optionalNotNull(text(NAME_MAX)),
  alias: optional(text(ALIAS_MAX, { 'x-rule': 'alias' })),
  parentAccountId: optional(uuidText),
  entityId: optional(text(NAME_MAX)),
  portfolioId: optional(uuidText),
  segmentId: optional(uuidText),
  blocked: optional(flag),
  status: optional(status),
  metadata: optional(metadata),
})

export const accountUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  segmentId: optional(uuidText),
  portfolioId: optional(uuidText),
  entityId: optional(text(NAME_MAX)),
  blocked: optional(flag),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type AccountCreate = Static<typeof accountCreate>
export type AccountUpdate = Static<typeof accountUpdate>

export const accountShown = shownOf({
  name: Type.String(),
  parentAccountId: nullable(Type.String()),
  entityId: nullable(Type.String()),
  assetCode: Type.String(),
  organizationId: Type.String(),
  ledgerId: Type.String(),
  portfolioId: nullable(Type.String()),
  segmentId: nullable(Type.String()),
  alias: Type.String(),
  type: Type.String(),
  blocked: flag,
})

export const accountFilters: readonly Filter[] = [
  { parameter: 'portfolio_id', field: 'portfolioId', kind: 'uuid' },
  { parameter: 'segment_id', field: 'segmentId', kind: 'uuid' },
  { parameter: 'parent_account_id', field: 'parentId', kind: 'uuid' },
  { parameter: 'holder_id', field: 'identityId', kind: 'uuid' },
  { parameter: 'status', field: 'statusCode', kind: ['ACTIVE', 'INACTIVE', 'BLOCKED'] },
  { parameter: 'type', field: 'type', kind: 'text' },
  { parameter: 'asset_code', field: 'assetCode', kind: 'text' },
  { parameter: 'entity_id', field: 'entityId', kind: 'text' },
  { parameter: 'blocked', field: 'blocked', kind: 'boolean' },
  { parameter: 'name', field: 'name', kind: 'prefix' },
  { parameter: 'alias', field: 'alias', kind: 'prefix' },
]
