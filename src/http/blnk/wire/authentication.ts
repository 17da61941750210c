/** Who asks, and what he may: keys in Blnk's header or as a bearer token, scopes by the first part of the path. */
import type { FastifyRequest } from 'fastify'
import { allows, type Principal } from '../../../auth/index.ts'
import type { Services } from '../../services.ts'
import { Problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** On whose behalf a request to Blnk's face is made. */
    blnkPrincipal: Principal | null
  }
}

/** Paths that anybody may ask for. */
const OPEN = new Set(['', 'openapi'])

/** The resource that a scope names, by the first part of the path. */
const RESOURCES: Readonly<Record<string, string>> = {
  ledgers: 'ledgers',
  balances: 'balances',
  'balances-snapshots': 'balances',
  accounts: 'accounts',
  'mocked-account': 'accounts',
  identities: 'identities',
  transactions: 'transactions',
  'refund-transaction': 'transactions',
  'balance-monitors': 'balance-monitors',
  hooks: 'hooks',
  events: 'events',
  'api-keys': 'api-keys',
  search: 'search',
  'multi-search': 'search',
  reconciliation: 'reconciliation',
  metadata: 'metadata',
  backup: 'backup',
  'backup-s3': 'backup',
}

/** Clear text of what is kept encrypted takes more than a key that reads. */
const READS_SECRETS = /^\/identities\/[^/?]+\/detokenize(\/|\?|$)/

const ACTIONS: Readonly<Record<string, 'read' | 'write' | 'delete'>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'write',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
}

/** @throws Problem when the request may not be served */
export async function authenticate(request: FastifyRequest, services: Services): Promise<void> {
  const first = firstPart(request.url)
  if (OPEN.has(first)) return
  const answer = await services.authenticator.authenticate(keyOf(request))
  switch (answer.status) {
    case 'missing':
      throw new Problem('AUTH_MISSING_API_KEY', 'Authentication required. Use X-Blnk-Key header')
    case 'unknown':
      throw new Problem('AUTH_INVALID_API_KEY', 'Invalid API key')
    case 'expired':
      throw new Problem('AUTH_EXPIRED_API_KEY', 'API key is expired or revoked')
    case 'known':
      break
  }
  const { principal } = answer
  request.blnkPrincipal = principal
  if (principal.id !== null && !isMaster(principal))
    refuseWithoutScope(request, first, principal, services)
}

/** The operator's key for everything: it is let through to where there is nothing, too. */
function isMaster({ scopes, organizations, owner }: Principal): boolean {
  return owner === null && organizations === null && scopes.includes('*:*')
}

function refuseWithoutScope(
  request: FastifyRequest,
  first: string,
  principal: Principal,
  services: Services,
): void {
  const resource = resourceOf(first, request.url)
  if (resource === undefined) throw new Problem('AUTH_UNKNOWN_RESOURCE', 'Unknown resource type')
  const action = READS_SECRETS.test(request.url) ? 'write' : ACTIONS[request.method]
  const { organizations } = principal
  const isAtHome = organizations === null || organizations.includes(services.home.organizationId)
  if (action === undefined || !isAtHome || !allows(principal.scopes, resource, action))
    throw new Problem(
      'AUTH_INSUFFICIENT_PERMISSIONS',
      `Insufficient permissions for ${resource}:${action ?? ''}`,
    )
}

function resourceOf(first: string, url: string): string | undefined {
  if (Object.hasOwn(RESOURCES, first)) return RESOURCES[first]
  return /^\/[^/?]+\/metadata(\?|$)/.test(url) ? 'metadata' : undefined
}

function firstPart(url: string): string {
  const end = /[/?]/.exec(url.slice(1))?.index
  return end === undefined ? url.slice(1) : url.slice(1, end + 1)
}

function keyOf({ headers }: FastifyRequest): string | null {
  const own = headers['x-blnk-key']
  if (typeof own === 'string') return own
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer ?? null
}

/** Whether who asked may still be answered: his key may have been revoked since. */
export async function mayStill(request: FastifyRequest, services: Services): Promise<boolean> {
  try {
    await authenticate(request, services)
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

/** Whom the event log names. */
export function actorOf(request: FastifyRequest): string | null {
  return request.blnkPrincipal?.id ?? null
}
