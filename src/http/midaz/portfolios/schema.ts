/** What portfolios look like on the wire. */
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
import type { Filter } from '../lists/query.ts'

export const portfolioCreate = closedObject({
  name: text(NAME_MAX),
  entityId: optional(text(NAME_MAX)),
  status: optional(status),
  metadata: optional(metadata),
})

export const portfolioUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  entityId: optional(text(NAME_MAX)),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type PortfolioCreate = Static<typeof portfolioCreate>
export type PortfolioUpdate = Static<typeof portfolioUpdate>

export const portfolioShown = shownOf({
  name: Type.String(),
  entityId: Type.Optional(Type.String()),
})

export const portfolioFilters: readonly Filter[] = [
  { parameter: 'entity_id', field: 'entityId', kind: 'text' },
  { parameter: 'status', field: 'statusCode', kind: 'text' },
]
