/** What account types look like on the wire. */
import { type Static, Type } from 'typebox'
import {
  closedObject,
  metadata,
  metadataPatch,
  optional,
  optionalNotNull,
  shownOf,
  text,
} from '../body/schema.ts'
import type { Filter } from '../lists/query.ts'

const NAME_MAX = 100
const DESCRIPTION_MAX = 500
const KEY_MAX = 50

export const accountTypeCreate = closedObject({
  name: text(NAME_MAX),
  description: optional(text(DESCRIPTION_MAX)),
  keyValue: text(KEY_MAX, { 'x-rule': 'keyValue' }),
  metadata: optional(metadata),
})

export const accountTypeUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  description: optional(text(DESCRIPTION_MAX)),
  metadata: optional(metadataPatch),
})

export type AccountTypeCreate = Static<typeof accountTypeCreate>
export type AccountTypeUpdate = Static<typeof accountTypeUpdate>

export const accountTypeShown = shownOf({
  organizationId: Type.String(),
  ledgerId: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  keyValue: Type.String(),
})

export const accountTypeFilters: readonly Filter[] = [
  { parameter: 'key_value', field: 'keyValue', kind: 'text' },
]
