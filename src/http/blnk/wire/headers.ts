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

export function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(ALWAYS)
  reply.header('x-rate-limit-request-remote-addr', request.ip)
  if (request.headers['x-forwarded-proto'] === 'https')
    reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
}

/**
 * Tells a client what is left to it.
 *
 * @throws Problem when nothing is
 */
export function heed(allowance: Allowance, reply: FastifyReply): void {
  const { isExceeded, most, remaining, seconds, perSecond } = allowance
  reply.header('ratelimit-limit', String(most))
  reply.header('ratelimit-remaining', String(remaining))
  reply.header('ratelimit-reset', String(seconds))
  reply.header('x-rate-limit-limit', perSecond.toFixed(2))
  if (!isExceeded) return
  reply.header('retry-after', String(seconds))
  throw new Problem('GEN_RATE_LIMITED', 'You have reached maximum request limit.')
}

export const JSON_TYPE = 'application/json; charset=utf-8'
