/** Parts that many requests have, as rows keep them. */
import type { JsonObject } from '../../ledger/index.ts'
import { isNumeral } from '../exact-json.ts'

export type GivenStatus =
  | { readonly code?: string | null; readonly description?: string | null }
  | string
  | null
  | undefined

const ACTIVE = 'ACTIVE'

/** A text, such as the id of something else; an empty one is none. */
export function givenText(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text
}

/** The state of something new: active unless it says otherwise. */
export function givenStatus(status: GivenStatus): {
  readonly statusCode: string
  readonly statusDescription: string | null
} {
  if (typeof status === 'string')
    return { statusCode: status === '' ? ACTIVE : status, statusDescription: null }
  const code = status?.code ?? ''
  return {
    statusCode: code === '' ? ACTIVE : code,
    statusDescription: status?.description ?? null,
  }
}

/** What a patch makes of the state: nothing where it is left out. */
export function patchedStatus(status: GivenStatus): Partial<ReturnType<typeof givenStatus>> {
  return status === undefined || status === null ? {} : givenStatus(status)
}

/** Metadata as it is kept; numbers that are too long for a number lose what JSON numbers lose everywhere. */
export function givenMetadata(metadata: unknown): JsonObject | null {
  if (metadata === undefined || metadata === null) return null
  const entries = Object.entries(metadata).map(([key, value]) => [key, kept(value)] as const)
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

function kept(value: unknown): JsonObject[string] {
  if (typeof value === 'bigint') return Number(value)
  return isNumeral(value) ? Number(value.rawJSON) : (value as JsonObject[string])
}

/**
 * Metadata after a patch (RFC 7396): what is left out stays, null takes a name away, and null for the whole takes all
 * away.
 */
export function patchedMetadata(current: JsonObject | null, patch: unknown): JsonObject | null {
  if (patch === undefined) return current
  if (patch === null) return null
  const merged: Record<string, JsonObject[string]> = { ...current, ...givenMetadata(patch) }
  for (const key of Object.keys(merged)) if (merged[key] === null) delete merged[key]
  return Object.keys(merged).length === 0 ? null : merged
}

/** A name to be replaced: an empty one leaves it as it is. */
export function givenName(name: string | undefined): { readonly name?: string } {
  return name === undefined || name === '' ? {} : { name }
}
