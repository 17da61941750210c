/** Signatures, by which a subscriber knows that a request is from its server and was not changed. */
import { createHmac, randomBytes } from 'node:crypto'
import type { Micros } from '../ledger/index.ts'

export function seconds(at: Micros): string {
  return String(Math.floor(at / 1_000_000))
}

/** HMAC-SHA256 of `<unix seconds>.<body>` in hexadecimal. */
export function hexSignature(secret: string, at: Micros, body: string): string {
  return createHmac('sha256', secret)
    .update(`${seconds(at)}.${body}`)
    .digest('hex')
}

const PREFIX = 'whsec_'

/** A new secret of 32 random bytes, as Standard Webhooks writes them. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

const SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/

/** Whether a text is a secret of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!SECRET.test(text)) return false
  const { length } = Buffer.from(text.slice(PREFIX.length), 'base64')
  return length >= 24 && length <= 64
}

/** The headers of Standard Webhooks: an id that repeats with each attempt, the time, and a signature for each secret. */
export function standardHeaders(
  secrets: readonly string[],
  id: string,
  at: Micros,
  body: string,
): Readonly<Record<string, string>> {
  const content = `${id}.${seconds(at)}.${body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds(at),
    'webhook-signature': signatures.join(' '),
  }
}
