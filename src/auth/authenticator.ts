import type { Micros } from '../ledger/index.ts'
import { createKey, hashKey, isSame, isScope, type NewKey } from './keys.ts'
import type { ApiKey, KeyStore, TokenAnswer, TokenReader } from './port.ts'

/** On whose behalf a request is made. */
export type Principal = {
  readonly id: string | null
  readonly scopes: readonly string[]
  readonly organizations: readonly string[] | null
  /** Whose key it is; null for the operator, who may work with the keys of every owner. */
  readonly owner: string | null
}

/** Everybody, where no key was ever made. */
export const ANYBODY: Principal = { id: null, scopes: ['*:*'], organizations: null, owner: null }

/** Whoever has the secret of the settings. */
const MASTER: Principal = { id: 'master', scopes: ['*:*'], organizations: null, owner: null }

export type Authentication =
  | { readonly status: 'known'; readonly principal: Principal }
  | { readonly status: 'missing' | 'unknown' | 'expired' }

/** A signed token: header, claims and signature. Keys have no dots. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/

type Known = { readonly key: ApiKey | null; readonly until: Micros }

const REMEMBERED_MAX = 10_000

/**
 * Knows keys. What it learns of a key it believes for a short time, so that a busy key costs no look-up per request; a
 * revoked key is refused after that time at the latest.
 */
export class Authenticator {
  readonly #store: KeyStore
  readonly #now: () => Micros
  readonly #believedMicros: Micros
  /** A key of the settings, which may do everything and is not kept in the database. */
  readonly #master: string | null
  readonly #tokens: TokenReader | null
  readonly #known = new Map<string, Known>()
  readonly #used = new Set<string>()
  #required: { readonly value: boolean; readonly until: Micros } = { value: false, until: 0 }
  #pepper: string | null = null

  constructor(
    store: KeyStore,
    now: () => Micros,
    believedMs: number,
    master: string | null = null,
    tokens: TokenReader | null = null,
  ) {
    this.#store = store
    this.#now = now
    this.#believedMicros = believedMs * 1000
    this.#master = master
    this.#tokens = tokens
  }

  /**
   * Whether requests need a key or a token: from the moment that a key was made, for good, and always beside a master key or
   * an issuer of tokens.
   */
  async isRequired(): Promise<boolean> {
    if (this.#master !== null || this.#tokens !== null) return true
    const now = this.#now()
    if (this.#required.value || this.#required.until > now) return this.#required.value
    this.#required = { value: await this.#store.any(), until: now + this.#believedMicros }
    return this.#required.value
  }

  /**
   * Says who asks, from the text of a key or a token, or null where there was none.
   *
   * @throws IssuerAway when that cannot be said of a token right now
   */
  async authenticate(text: string | null): Promise<Authentication> {
    if (!(await this.isRequired())) return { status: 'known', principal: ANYBODY }
    if (text === null || text === '') return { status: 'missing' }
    if (this.#master !== null && isSame(text, this.#master))
      return { status: 'known', principal: MASTER }
    if (this.#tokens !== null && TOKEN.test(text)) return asked(await this.#tokens.read(text))
    const key = await this.#find(text)
    if (key === null) return { status: 'unknown' }
    const now = this.#now()
    const expired = key.expiresAt !== null && key.expiresAt <= now
    if (expired || key.revokedAt !== null) return { status: 'expired' }
    this.#used.add(key.id)
    return { status: 'known', principal: key }
  }

  /** Writes down which keys were used since the last time. */
  async noteUse(): Promise<void> {
    const ids = [...this.#used]
    this.#used.clear()
    if (ids.length > 0) await this.#store.markUsed(ids, this.#now())
  }

  /** Makes a key; its text is in the answer and nowhere else. */
  createKey(order: NewKey): Promise<{ readonly key: ApiKey; readonly text: string }> {
    return createKey(this.#store, order, this.#now())
  }

  listKeys(owner: string, limit: number, before: string | null): Promise<readonly ApiKey[]> {
    return this.#store.listOf(owner, limit, before)
  }

  /** Revokes a key of an owner, here at once; false when he has none with that id. */
  async revokeKey(id: string, owner: string): Promise<boolean> {
    const hash = await this.#store.revoke(id, owner, this.#now())
    if (hash !== null) this.#known.delete(hash)
    return hash !== null
  }

  async #find(text: string): Promise<ApiKey | null> {
    this.#pepper ??= await this.#store.pepper()
    const hash = hashKey(text, this.#pepper)
    const now = this.#now()
    const known = this.#known.get(hash)
    if (known !== undefined && known.until > now) return known.key
    const key = await this.#store.byHash(hash)
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(hash, { key, until: now + this.#believedMicros })
    return key
  }
}

/** On whose behalf a token asks. What its issuer means by other scopes is not our business. */
function asked(answer: TokenAnswer): Authentication {
  if (answer.status !== 'known') return answer
  const { subject, scopes, organizations } = answer
  const id = `token:${subject}`
  return {
    status: 'known',
    principal: { id, scopes: scopes.filter(isScope), organizations, owner: id },
  }
}
