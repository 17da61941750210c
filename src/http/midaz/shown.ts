/** Parts that many entities are shown with. */
import type { JsonObject } from '../../ledger/index.ts'

type StatusRow = { readonly statusCode: string; readonly statusDescription: string | null }

export function shownStatus({ statusCode, statusDescription }: StatusRow) {
  return { code: statusCode, description: statusDescription }
}

/** A description is shown where there is one. */
export function shownDescription({ description }: { readonly description: string | null }) {
  return description === null ? {} : { description }
}

/** Metadata stands at the end, and only where there is some. */
export function shownMetadata(metadata: JsonObject | null) {
  return metadata === null || Object.keys(metadata).length === 0 ? {} : { metadata }
}

type TimedRow = {
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
}

export function shownTimes({ createdAt, updatedAt, deletedAt }: TimedRow) {
  return { createdAt, updatedAt, deletedAt }
}
