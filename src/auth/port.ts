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
  readonly createdAt: Micros
  readonly expiresAt: Micros | null
  readonly revokedAt: Micros | null
  readonly lastUsedAt: Micros | null
}

export interface KeyStore {
  insert(key: ApiKey): Promise<void>
  byHash(hash: string): Promise<ApiKey | null>
  list(): Promise<readonly ApiKey[]>
  /** Revokes a key; false when there is none with that id. */
  revoke(id: string, at: Micros): Promise<boolean>
  /** Whether any key was ever made: from then on every request needs one. */
  any(): Promise<boolean>
  markUsed(ids: readonly string[], at: Micros): Promise<void>
  /** The secret with which keys are hashed, made on first use. */
  pepper(): Promise<string>
}
