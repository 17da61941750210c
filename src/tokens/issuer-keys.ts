/**
 * The public keys of an issuer, kept here.
 *
 * They are fetched when the first token comes, again every few minutes while the old ones serve, and when a token names a key
 * that is not among them. While the issuer cannot be reached the keys that are known go on, though not for ever: one that was
 * taken back must not open doors for long.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { type FetchLimits, fetchJson } from './fetch-json.ts'

export type KeyLimits = FetchLimits & {
  /** How long keys serve before they are fetched again. */
  readonly freshMs: number
  /** How long they serve when they cannot be fetched again. */
  readonly staleMs: number
  /** How long after an attempt the next may follow, whatever tokens ask for. */
  readonly pauseMs: number
}

export type KeySource = {
  readonly issuer: string
  /** Where its keys are; null where its own description says so. */
  readonly keysUrl: string | null
  /** @throws Error with what is wrong with it */
  readonly checkUrl: (url: string) => string
}

export class IssuerKeys {
  readonly #source: KeySource
  readonly #limits: KeyLimits
  readonly #failed: (error: unknown) => void
  #keys: JWTVerifyGetKey | null = null
  #fetchedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #attempt: Promise<void> | null = null

  constructor(source: KeySource, limits: KeyLimits, failed: (error: unknown) => void) {
    this.#source = source
    this.#limits = limits
    this.#failed = failed
  }

  /** What finds a token's key; null where there are no keys to look among. */
  async current(): Promise<JWTVerifyGetKey | null> {
    const age = performance.now() - this.#fetchedAt
    if (age > this.#limits.staleMs) await this.#fetch()
    else if (age > this.#limits.freshMs) void this.#fetch()
    return performance.now() - this.#fetchedAt > this.#limits.staleMs ? null : this.#keys
  }

  /** Looks for keys that are newer than those known. Null when the issuer cannot be asked. */
  async renewed(): Promise<JWTVerifyGetKey | null> {
    await this.#fetch()
    return this.#fetchedAt >= this.#triedAt ? this.#keys : null
  }

  /** One attempt at a time, and none soon after another. Never fails: what is known stays. */
  #fetch(): Promise<void> {
    if (this.#attempt !== null) return this.#attempt
    const now = performance.now()
    if (now - this.#triedAt < this.#limits.pauseMs) return Promise.resolve()
    this.#triedAt = now
    this.#attempt = this.#load()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#attempt = null
      })
    return this.#attempt
  }

  async #load(): Promise<void> {
    const url = this.#source.keysUrl ?? (await this.#discover())
    this.#keys = createLocalJWKSet((await fetchJson(url, this.#limits)) as unknown as JSONWebKeySet)
    this.#fetchedAt = performance.now()
  }

  /** Where an issuer's description of itself says that its keys are. */
  async #discover(): Promise<string> {
    const { issuer, checkUrl } = this.#source
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const description = await fetchJson(url, this.#limits)
    if (description['issuer'] !== issuer) throw new Error(`${url} is of another issuer`)
    return checkUrl(String(description['jwks_uri']))
  }
}
