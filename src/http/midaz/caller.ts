/** Who asks, and in which generation: settled before a route is reached. */
import type { FastifyRequest } from 'fastify'
import { ANYBODY, allows, type Principal } from '../../auth/index.ts'
import { uuidOf } from './body/uuid.ts'
import { invalidQuery, type Problem, refuse } from './problem.ts'
import { PROFILE_HEADER, type Profile, profileOf } from './profile.ts'
import type { RouteFacts } from './route.ts'

export type Caller = { readonly profile: Profile; readonly principal: Principal }

declare module 'fastify' {
  interface FastifyRequest {
    midaz: Caller
  }
  interface FastifyContextConfig {
    midaz?: RouteFacts
  }
}

/** A caller that is not known yet, for what is wrong before it is. */
export function stranger(profile: Profile): Caller {
  return { profile, principal: ANYBODY }
}

/** @throws Refused when the request asks for a generation that there is none of */
export function profileAsked(request: FastifyRequest, fallback: Profile): Profile {
  return (
    profileOf(request.headers, fallback) ??
    refuse({
      ...invalidQuery(PROFILE_HEADER, ''),
      detail: `The header ${PROFILE_HEADER} is seed, v3 or v4.`,
    })
  )
}

/** The token of an Authorization header, with or without the word Bearer before it; else the key that Blnk's clients send. */
export function tokenOf({ headers }: FastifyRequest): string | null {
  const { authorization } = headers
  if (authorization !== undefined) return authorization.replace(/^bearer\s+/i, '').trim()
  const key = headers['x-blnk-key']
  return typeof key === 'string' ? key : null
}

export function unauthenticated(
  status: 'missing' | 'unknown' | 'expired',
  profile: Profile,
): Problem {
  if (status === 'missing')
    return {
      code: profile === 'v4' ? '0042' : '0041',
      detail: 'The request needs a token: Authorization: Bearer <token>.',
      entity: null,
    }
  return {
    code: '0042',
    detail: status === 'expired' ? 'The token is no longer valid.' : 'The token is not known here.',
    entity: null,
  }
}

type Action = 'read' | 'write' | 'delete'

function actionOf(method: string): Action {
  if (method === 'GET' || method === 'HEAD') return 'read'
  return method === 'DELETE' ? 'delete' : 'write'
}

/** Why the caller may not use the route, or null. */
export function forbidden(request: FastifyRequest, principal: Principal): Problem | null {
  const resource = request.routeOptions.config.midaz?.resource
  if (resource === undefined) return null
  const action = actionOf(request.method)
  if (allows(principal.scopes, resource, action)) return null
  return {
    code: '0043',
    detail: `The token does not permit ${action} on ${resource}.`,
    entity: null,
  }
}

/** Whether the caller may know of the organization. */
export function sees({ principal }: Caller, organizationId: string): boolean {
  return principal.organizations === null || principal.organizations.includes(organizationId)
}

/** Path parameters that are names; all others are ids. */
const NAMES = new Set(['alias', 'code', 'asset_code', 'entity_name', 'index_key'])

/** Brings the ids of a path into their usual form. */
export function settleIds(request: FastifyRequest): void {
  const params = request.params as Record<string, string>
  const bad: string[] = []
  for (const name in params) {
    if (NAMES.has(name)) continue
    const id = uuidOf(params[name] ?? '')
    if (id === null) bad.push(name)
    else params[name] = id
  }
  if (bad.length > 0)
    refuse({
      code: '0065',
      detail: `The path has something else than a UUID at: ${bad.join(', ')}.`,
      entity: null,
    })
}

export function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] ?? ''
}
