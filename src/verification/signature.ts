/** Whether a checkpoint was signed with the key that it names. */
import { createPublicKey, verify } from 'node:crypto'
import { attestationText, type Checkpoint } from '../ledger/index.ts'

export function isSigned(checkpoint: Checkpoint): boolean {
  const { publicKey, signature } = checkpoint
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    })
    const bytes = Buffer.from(signature, 'base64url')
    // Another spelling of the same bytes would be another text in the same place.
    const isPlain = bytes.toString('base64url') === signature
    return isPlain && verify(null, Buffer.from(attestationText(checkpoint)), key, bytes)
  } catch {
    // What is no key has signed nothing, and what is no time was not signed.
    return false
  }
}
