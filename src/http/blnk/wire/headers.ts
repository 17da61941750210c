/** What Blnk says in the headers of every answer. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Allowance } from '../../rate-limit.ts'
import { securityHeaders } from '../../security-headers.ts'
import { Problem } from './problem.ts'

const ALWAYS = {
  ...securityHeaders,
  // Blnk's default limits, which nobody reaches; clients that pace themselves by these headers need them.
  'ratelimit-limit': '5000000',
  'ratelimit-remaining': '4999999',
  'ratelimit-reset': '1',
  'x-rate-limit-duration': '1',
  'x-rate-limit-limit': '5000000.00',
} as const

const ENTRIES = Object.entries(ALWAYS)

export function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of ENTRIES) reply.raw.setHeader(name, value)
  reply.raw.setHeader('x-rate-limit-request-remote-addr', request.ip)
  if (request.headers['x-forwarded-proto'] === 'https')
    reply.raw.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains')
}

/**
 * Tells a client what is left to it.
 *
 * @throws Problem when nothing is
 */
export function heed(allowance: Allowance, reply: FastifyReply): void {
  const { isExceeded, most, remaining, seconds, perSecond } = allowance
  reply.raw.setHeader('ratelimit-limit', String(most))
  reply.raw.setHeader('ratelimit-remaining', String(remaining))
  reply.raw.setHeader('ratelimit-reset', String(seconds))
  reply.raw.setHeader('x-rate-limit-limit', perSecond.toFixed(2))
  if (!isExceeded) return
  reply.header('retry-after', String(seconds))
  throw new Problem('GEN_RATE_LIMITED', 'You have reached maximum request limit.')
}

export const JSON_TYPE = 'application/json; charset=utf-8'
