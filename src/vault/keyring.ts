/**
 * Encrypts texts, each for its place, with AES-256-GCM. The first key encrypts; all of them decrypt, so that a key can be
 * replaced without a moment at which something cannot be read. What is encrypted begins with a version and the id of its
 * key, which is made from the key itself: nobody can mix them up.
 *
 * What Blnk encrypted is read too: it has no version, no id and no place.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { sealedIn, writeToken } from './token.ts'

const KEY_BYTES = 32
const VERSION = 1
const ID_BYTES = 4
const IV_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + ID_BYTES

export type Vault = {
  /** A token for a text, which can be read at this place and at no other. */
  tokenize(place: string, text: string): string
  /** The text of a token, or null when it is not for this place, was changed, or its key is not here. */
  detokenize(place: string, token: string): string | null
  /** Whether a token was made with the key that encrypts now. */
  isCurrent(token: string): boolean
}

type Key = { readonly id: Buffer; readonly bytes: Buffer }

/** Reads a key: 32 bytes as text, as base64 or as hexadecimal digits. Null for what is none. */
export function keyOf(text: string): Buffer | null {
  const candidates = [
    Buffer.from(text, 'utf8'),
    ...(/^[0-9a-f]{64}$/i.test(text) ? [Buffer.from(text, 'hex')] : []),
    ...(/^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? [Buffer.from(text, 'base64')] : []),
  ]
  return candidates.find(({ length }) => length === KEY_BYTES) ?? null
}

/** A vault with these keys, the one that encrypts first; null without any. */
export function makeVault(keys: readonly Buffer[]): Vault | null {
  const ring = keys.map((bytes) => ({ id: idOf(bytes), bytes }))
  const [current] = ring
  if (current === undefined) return null
  return {
    tokenize: (place, text) => writeToken(text, seal(current, place, text)),
    detokenize: (place, token) => {
      const sealed = sealedIn(token)
      return sealed === null ? null : open(ring, place, Buffer.from(sealed, 'base64'))
    },
    isCurrent: (token) => {
      const sealed = sealedIn(token)
      return sealed !== null && keyFor(ring, Buffer.from(sealed, 'base64')) === current
    },
  }
}

function idOf(bytes: Buffer): Buffer {
  return createHash('sha256').update('diptych key id').update(bytes).digest().subarray(0, ID_BYTES)
}

function seal({ id, bytes }: Key, place: string, text: string): string {
  const iv = randomBytes(IV_BYTES)
  const head = Buffer.from([VERSION, ...id])
  const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(Buffer.from(place))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([head, iv, body, cipher.getAuthTag()]).toString('base64')
}

/** The key whose id stands in front; undefined for what was not encrypted here. */
function keyFor(ring: readonly Key[], sealed: Buffer): Key | undefined {
  if (sealed[0] !== VERSION) return undefined
  return ring.find(({ id }) => id.equals(sealed.subarray(1, HEAD_BYTES)))
}

function open(ring: readonly Key[], place: string, sealed: Buffer): string | null {
  const key = keyFor(ring, sealed)
  const own = key === undefined ? null : decrypt(key, sealed.subarray(HEAD_BYTES), place)
  if (own !== null) return own
  for (const one of ring) {
    const text = decrypt(one, sealed, null)
    if (text !== null) return text
  }
  return null
}

function decrypt({ bytes }: Key, sealed: Buffer, place: string | null): string | null {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', bytes, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  }).setAuthTag(sealed.subarray(end))
  if (place !== null) decipher.setAAD(Buffer.from(place))
  try {
    const body = decipher.update(sealed.subarray(IV_BYTES, end))
    return Buffer.concat([body, decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
