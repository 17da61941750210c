/** Keys that checkpoints are signed with: Ed25519, in PEM files outside of the database. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { type Attestation, attestationText, type Checkpoint } from '../ledger/index.ts'

/** A file does not hold a key that can be used. */
export class UnfitKey extends Error {
  override readonly name = 'UnfitKey'
}

export type Signer = (attestation: Attestation) => Checkpoint

/** Makes a pair of keys, each as the text of a PEM file. */
export function makeKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

/** @throws UnfitKey when the text is not that of a private key of Ed25519 */
export function signerOf(pem: string): Signer {
  const key = read(() => createPrivateKey(pem), 'private')
  const publicKey = bytesOf(createPublicKey(key))
  return (attestation) => ({
    ...attestation,
    publicKey,
    signature: sign(null, Buffer.from(attestationText(attestation)), key).toString('base64url'),
  })
}

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g

/**
 * The public keys in a text, one PEM block after the other: as many as there have been.
 *
 * @throws UnfitKey when there is none, or another kind of key
 */
export function publicKeysIn(pem: string): ReadonlySet<string> {
  const keys = (pem.match(BLOCK) ?? []).map((block) =>
    bytesOf(read(() => createPublicKey(block), 'public')),
  )
  if (keys.length === 0) throw new UnfitKey('holds no public key (PEM)')
  return new Set(keys)
}

function read(make: () => KeyObject, kind: string): KeyObject {
  let key: KeyObject | null = null
  try {
    key = make()
  } catch {
    // What the library says of it may repeat what is in the file.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new UnfitKey(`holds no ${kind} Ed25519 key (PEM)`)
  return key
}

function bytesOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x ?? ''
}
