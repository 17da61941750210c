/** Keys by which a caller makes sure that a request counts once. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { IdempotencyKey } from '../../../ledger/index.ts'
import { formatDecimal } from '../../../ledger/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { stringifyExact } from '../../exact-json.ts'
import type { Services } from '../../services.ts'
import { amountOf, decimalText } from '../body/money.ts'

export type RequestKey = IdempotencyKey

const TTL_SECONDS = 300
/** A key is kept for a year at most. */
const TTL_MAX_SECONDS = 366 * 86_400

/** Keys longer than this are kept by their hash. */
const KEY_MAX = 128

/**
 * The key of a request, or null when it has none. Its scope is the ledger; the same key with another body, or on another
 * route, is another request.
 */
export function keyOf(
  services: Services,
  request: FastifyRequest,
  route: string,
  ledgerId: string,
  body: unknown,
): RequestKey | null {
  const given = request.headers['x-idempotency']
  const key = typeof given === 'string' ? given : ''
  if (key === '' && !services.midazImplicitIdempotency) return null
  const fingerprint = fingerprintOf(route, body)
  const name = key === '' ? `=${fingerprint}` : key.length > KEY_MAX ? `#${sha256(key)}` : `:${key}`
  const seconds = ttlOf(request.headers['x-ttl'])
  return {
    key: `midaz:${ledgerId}${name}`,
    fingerprint,
    expiresAt: services.now() + seconds * 1_000_000,
  }
}

/** Seconds that a key is kept: what is no positive whole number means 300. */
function ttlOf(header: string | string[] | undefined): number {
  const text = typeof header === 'string' && /^\d{1,9}$/.test(header) ? header : '0'
  const seconds = Number(text)
  return seconds === 0 ? TTL_SECONDS : Math.min(seconds, TTL_MAX_SECONDS)
}

/** Tells whether two requests ask for the same, whatever the order of their fields and the spelling of amounts. */
function fingerprintOf(route: string, body: unknown): string {
  return sha256(`${route}\n${stringifyExact(canonical(body as JsonValue, ''))}`)
}

function canonical(value: JsonValue, name: string): unknown {
  if (name === 'value') {
    const amount = decimalText(value) === null ? 'none' : amountOf(value, 0)
    return typeof amount === 'bigint' ? formatDecimal(amount) : value
  }
  if (Array.isArray(value)) return value.map((item) => canonical(item, ''))
  if (value === null || typeof value !== 'object') return value
  const fields = value as { readonly [key: string]: JsonValue }
  return Object.fromEntries(
    Object.keys(fields)
      .filter((key) => fields[key] !== null)
      .sort()
      .map((key) => [key, canonical(fields[key] ?? null, key)]),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
