/** Tells in the metadata of what is made with which key it was made, as Blnk does for keys that have an owner. */
import type { FastifyRequest } from 'fastify'
import { REQUIRED } from './bind.ts'
import { isUuid, wireId } from './ids.ts'

const STAMP = 'BLNK_GENERATED_BY'

type Fields = Record<string, unknown>

export function stampBody(request: FastifyRequest): void {
  const { blnkPrincipal: principal, body } = request
  if (request.method !== 'POST' || principal === null || principal.owner === null) return
  if (!isObject(body) || !takesMetadata(request)) return
  // The last of several spellings counts, as it does when the body is bound.
  const name = Object.keys(body).findLast((key) => key.toLowerCase() === 'meta_data') ?? 'meta_data'
  const given = body[name] ?? {}
  if (!isObject(given)) return
  const id = principal.id ?? ''
  body[name] = { ...given, [STAMP]: isUuid(id) ? wireId('api_key', id) : id }
}

/** Whether the route makes something that has metadata; one that adds to metadata adds what it is told to add. */
function takesMetadata(request: FastifyRequest): boolean {
  const { properties } = (request.routeOptions.schema?.body ?? {}) as { properties?: Fields }
  const field = properties?.['meta_data']
  return isObject(field) && !(REQUIRED in field)
}

function isObject(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
