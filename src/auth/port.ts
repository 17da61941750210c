/** What authentication needs from storage. */
import type { Micros } from '../ledger/index.ts'

export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly hash: string
  /** `resource:action`, with * on either side for all. */
  readonly scopes: readonly string[]
  /** The organizations it may use; null for all. */
  readonly organizations: readonly string[] | null
  /** Whose it is, where it was made through the API; null for a key of the operator's. */
  readonly owner: string | null
  readonly createdAt: Micros
  readonly expiresAt: Micros | null
  readonly revokedAt: Micros | null
  readonly lastUsedAt: Micros | null
}

export interface KeyStore {
  insert(key: ApiKey): Promise<void>
  byHash(hash: string): Promise<ApiKey | null>
  list(): Promise<readonly ApiKey[]>
  /** An owner's keys, the newest first; those made before the key with an id, when one is given. */
  listOf(owner: string, limit: number, before: string | null): Promise<readonly ApiKey[]>
  /** Revokes a key, of this owner when one is given. Null when there is no such key, else its hash. */
  revoke(id: string, owner: string | null, at: Micros): Promise<string | null>
  /** Whether any key was ever made: from then on every request needs one. */
  any(): Promise<boolean>
  markUsed(ids: readonly string[], at: Micros): Promise<void>
  /** The secret with which keys are hashed, made on first use. */
  pepper(): Promise<string>
}

/** What a token is that somebody else has issued. */
export type TokenAnswer =
  | {
      readonly status: 'known'
      /** Whose it is, by its issuer's name for him. */
      readonly subject: string
      readonly scopes: readonly string[]
      /** The organizations that it may be used for; null for all. */
      readonly organizations: readonly string[] | null
    }
  | { readonly status: 'unknown' | 'expired' }

export interface TokenReader {
  /** @throws IssuerAway when the token may be good, but its issuer cannot be asked */
  read(text: string): Promise<TokenAnswer>
}
