/** What Blnk says in the headers of every answer. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from '../../security-headers.ts'

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

export const JSON_TYPE = 'application/json; charset=utf-8'
