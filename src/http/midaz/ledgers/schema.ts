/** What ledgers look like on the wire. */
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
} from '../body/schema.ts'
import type { Filter } from '../lists/query.ts'
import { STATUSES } from '../organizations/schema.ts'

const settings = closedObject({
  accounting: optional(
    closedObject({
      validateAccountType: optional(flag),
      validateRoutes: optional(flag),
      requireHolder: optional(flag),
    }),
  ),
  tracer: optional(
    closedObject({
      mode: optional(text(20)),
      failPosture: optional(text(20)),
      timeoutMs: optional(Type.Integer()),
    }),
  ),
  overrides: optional(
    closedObject({
      allowFeeSkip: optional(flag),
      allowTracerSkip: optional(flag),
      allowHolderSkip: optional(flag),
    }),
  ),
})

export const ledgerCreate = closedObject({
  name: text(NAME_MAX),
  status: optional(status),
  settings: optional(settings),
  metadata: optional(metadata),
})

export const ledgerUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type LedgerCreate = Static<typeof ledgerCreate>
export type LedgerUpdate = Static<typeof ledgerUpdate>

/** Checked by hand, because each fault has a code of its own. */
export const settingsPatch = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: 'object',
  'x-rule': 'settings',
  description: 'Groups accounting, tracer and overrides; null puts a default back.',
})

export const ledgerShown = shownOf({
  name: Type.String(),
  organizationId: Type.String(),
  status: Type.Object({ code: Type.String(), description: nullable(Type.String()) }),
  settings: Type.Optional(Type.Object({})),
})

export const ledgerFilters: readonly Filter[] = [
  { parameter: 'name', field: 'name', kind: 'prefix' },
  { parameter: 'status', field: 'statusCode', kind: STATUSES },
]
