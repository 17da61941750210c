/** What transaction routes look like on the wire. */
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

const TITLE_MAX = 255
const DESCRIPTION_MAX = 250

const operationRoutes = Type.Array(Type.String({ 'x-rule': 'uuid', description: 'A UUID.' }), {
  'x-empty': 'unexpected',
})

export const transactionRouteCreate = closedObject({
  title: text(TITLE_MAX),
  description: optional(text(DESCRIPTION_MAX)),
  operationRoutes,
  metadata: optional(metadata),
})

export const transactionRouteUpdate = closedObject({
  title: optionalNotNull(text(TITLE_MAX)),
  description: optional(text(DESCRIPTION_MAX)),
  operationRoutes: optional(operationRoutes),
  metadata: optional(metadataPatch),
})

export type TransactionRouteCreate = Static<typeof transactionRouteCreate>
export type TransactionRouteUpdate = Static<typeof transactionRouteUpdate>

export const transactionRouteShown = shownOf({
  organizationId: Type.String(),
  ledgerId: Type.String(),
  title: Type.String(),
  description: Type.Optional(Type.String()),
  operationRoutes: Type.Array(Type.Object({})),
})
