/** What assets look like on the wire. */
import { type Static, Type } from 'typebox'
import {
  closedObject,
  metadata,
  metadataPatch,
  NAME_MAX,
  optional,
  optionalNotNull,
  shownOf,
  status,
  text,
} from '../body/schema.ts'

const CODE_MAX = 100

export const assetCreate = closedObject({
  name: text(NAME_MAX),
  type: Type.String({ description: 'currency, crypto, commodity or others; in v4 also fiat' }),
  code: text(CODE_MAX),
  status: optional(status),
  metadata: optional(metadata),
})

export const assetUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type AssetCreate = Static<typeof assetCreate>
export type AssetUpdate = Static<typeof assetUpdate>

export const assetShown = shownOf({
  name: Type.String(),
  type: Type.String(),
  code: Type.String(),
  ledgerId: Type.String(),
  organizationId: Type.String(),
})
