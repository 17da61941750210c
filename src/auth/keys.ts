/** API keys: random, shown once, kept only as a keyed hash. */
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Micros } from '../ledger/index.ts'
import type { ApiKey, KeyStore } from './port.ts'

/** Bytes of chance in a key: guessing is hopeless, so a fast hash is enough. */
const KEY_BYTES = 32

const PREFIX = 'dpt_'

export function hashKey(key: string, pepper: string): string {
  return createHmac('sha256', pepper).update(key).digest('hex')
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSame(text: string, secret: string): boolean {
  const digest = (of: string) => createHash('sha256').update(of).digest()
  return timingSafeEqual(digest(text), digest(secret))
}

export type NewKey = Pick<ApiKey, 'name' | 'scopes' | 'organizations' | 'owner' | 'expiresAt'>

/** Makes a key; its text is in the answer and nowhere else. */
export async function createKey(
  store: KeyStore,
  order: NewKey,
  now: Micros,
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const text = PREFIX + randomBytes(KEY_BYTES).toString('base64url')
  const key: ApiKey = {
    ...order,
    id: randomUUID(),
    hash: hashKey(text, await store.pepper()),
    createdAt: now,
    revokedAt: null,
    lastUsedAt: null,
  }
  await store.insert(key)
  return { key, text }
}

const SCOPE = /^(\*|[a-z][a-z0-9_-]{0,63}):(\*|read|write|delete)$/

export function isScope(text: string): boolean {
  return SCOPE.test(text)
}

/** Whether one of the scopes allows the action on the resource. */
export function allows(
  scopes: readonly string[],
  resource: string,
  action: 'read' | 'write' | 'delete',
): boolean {
  return scopes.some((scope) => {
    const [on, may, ...rest] = scope.split(':')
    return rest.length === 0 && (on === '*' || on === resource) && (may === '*' || may === action)
  })
}

/** Whether who has scopes may give one to somebody else: it must not allow what none of his allows. */
export function mayGrant(scopes: readonly string[], scope: string): boolean {
  if (scopes.includes(scope) || scopes.includes('*:*')) return true
  const [resource = '', action = ''] = scope.split(':')
  return isScope(scope) && allows(scopes, resource, action as 'read')
}
