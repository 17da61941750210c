/** What organizations look like on the wire. */
import { type Static, Type } from 'typebox'
import {
  closedObject,
  metadata,
  metadataPatch,
  NAME_MAX,
  nullable,
  optional,
  optionalNotNull,
  status,
  text,
  uuidText,
} from '../body/schema.ts'
import type { Filter } from '../lists/query.ts'

const address = closedObject({
  line1: optionalNotNull(text(NAME_MAX)),
  line2: optional(text(NAME_MAX)),
  zipCode: optionalNotNull(text(20)),
  city: optionalNotNull(text(100)),
  state: optionalNotNull(text(100)),
  country: optionalNotNull(text(NAME_MAX)),
  description: optional(text(100)),
})

export type Address = Static<typeof address>

export const organizationCreate = closedObject({
  legalName: text(NAME_MAX),
  legalDocument: text(NAME_MAX),
  parentOrganizationId: optional(uuidText),
  doingBusinessAs: optional(text(NAME_MAX)),
  address: optionalNotNull(address),
  status: optional(status),
  metadata: optional(metadata),
})

export type OrganizationCreate = Static<typeof organizationCreate>

export const organizationUpdate = closedObject({
  legalName: optionalNotNull(text(NAME_MAX)),
  parentOrganizationId: optional(uuidText),
  doingBusinessAs: optional(text(NAME_MAX)),
  address: optionalNotNull(address),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type OrganizationUpdate = Static<typeof organizationUpdate>

export const organizationShown = Type.Object({
  id: Type.String(),
  parentOrganizationId: nullable(Type.String()),
  legalName: Type.String(),
  doingBusinessAs: nullable(Type.String()),
  legalDocument: Type.String(),
  address: Type.Object({}),
  status: Type.Object({ code: Type.String(), description: nullable(Type.String()) }),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  deletedAt: nullable(Type.String()),
  metadata: Type.Optional(Type.Object({})),
})

export const STATUSES = ['ACTIVE', 'INACTIVE'] as const

export const organizationFilters: readonly Filter[] = [
  { parameter: 'legal_name', field: 'legalName', kind: 'prefix' },
  { parameter: 'doing_business_as', field: 'doingBusinessAs', kind: 'prefix' },
  { parameter: 'legal_document', field: 'legalDocument', kind: 'text' },
  { parameter: 'status', field: 'statusCode', kind: STATUSES },
]
