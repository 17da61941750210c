/** What segments look like on the wire. */
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

export const segmentCreate = closedObject({
  name: text(NAME_MAX),
  status: optional(status),
  metadata: optional(metadata),
})

export const segmentUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  status: optional(status),
  metadata: optional(metadataPatch),
})

export type SegmentCreate = Static<typeof segmentCreate>
export type SegmentUpdate = Static<typeof segmentUpdate>

export const segmentShown = shownOf({ name: Type.String() })
