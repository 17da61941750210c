/** Tokens that an issuer of the settings has signed: JWTs, checked against its public keys. */
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { IssuerAway, type TokenAnswer, type TokenReader } from '../auth/index.ts'
import type { Micros } from '../ledger/index.ts'
import { IssuerKeys, type KeyLimits, type KeySource } from './issuer-keys.ts'

/**
 * Algorithms with a public and a private key. There are no others: a secret that is shared would let whoever can check tokens
 * make them, and a public key could be taken for a secret.
 */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

export type Algorithm = (typeof ALGORITHMS)[number]

export type IssuerSettings = KeySource & {
  readonly audience: string
  readonly algorithms: readonly Algorithm[]
  readonly scopesClaim: string
  readonly organizationsClaim: string
  /** How far the issuer's clock may be from ours. */
  readonly skewSeconds: number
}

/** Characters of a subject: it stands in the event log with everything that it does. */
const SUBJECT_MAX = 255

const UNKNOWN = { status: 'unknown' } as const

export class IssuerTokens implements TokenReader {
  readonly #settings: IssuerSettings
  readonly #keys: IssuerKeys
  readonly #now: () => Micros

  constructor(
    settings: IssuerSettings,
    limits: KeyLimits,
    now: () => Micros,
    failed: (error: unknown) => void,
  ) {
    this.#settings = settings
    this.#keys = new IssuerKeys(settings, limits, failed)
    this.#now = now
  }

  async read(text: string): Promise<TokenAnswer> {
    // What does not even claim to be of the issuer is no reason to ask it for keys.
    if (issuerOf(text) !== this.#settings.issuer) return UNKNOWN
    const keys = await this.#keys.current()
    if (keys === null) throw new IssuerAway()
    const answer = await this.#check(text, keys)
    if (answer !== 'no such key') return answer
    const newer = await this.#keys.renewed()
    if (newer === null) throw new IssuerAway()
    const again = await this.#check(text, newer)
    return again === 'no such key' ? UNKNOWN : again
  }

  async #check(text: string, keys: JWTVerifyGetKey): Promise<TokenAnswer | 'no such key'> {
    const { issuer, audience, algorithms, skewSeconds } = this.#settings
    try {
      const { payload } = await jwtVerify(text, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: skewSeconds,
        currentDate: new Date(this.#now() / 1000),
        requiredClaims: ['exp', 'sub'],
      })
      return this.#answerOf(payload)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'no such key'
      if (error instanceof errors.JWTExpired) return { status: 'expired' }
      if (error instanceof errors.JOSEError) return UNKNOWN
      throw error
    }
  }

  #answerOf(payload: JWTPayload): TokenAnswer {
    const { scopesClaim, organizationsClaim } = this.#settings
    const { sub: subject } = payload
    if (typeof subject !== 'string' || subject === '' || subject.length > SUBJECT_MAX)
      return UNKNOWN
    const organizations = wordsOf(payload[organizationsClaim])
    return {
      status: 'known',
      subject,
      scopes: wordsOf(payload[scopesClaim]),
      organizations: organizations.includes('*') ? null : organizations.flatMap(idOf),
    }
  }
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The id of an organization in its usual form; what is none names no organization of ours. */
function idOf(word: string): readonly string[] {
  const id = word.toLowerCase()
  return ID.test(id) ? [id] : []
}

function issuerOf(text: string): string | undefined {
  try {
    return decodeJwt(text).iss
  } catch {
    return undefined
  }
}

/** A list, or text with spaces between the words, as scopes are written. */
function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter(Boolean)
  if (!Array.isArray(claim)) return []
  return claim.filter((word): word is string => typeof word === 'string')
}
