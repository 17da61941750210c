/** What the routes of Blnk's face share. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { stringifyExact } from '../exact-json.ts'
import type { Services } from '../services.ts'
import { JSON_TYPE } from './wire/headers.ts'
import type { Indicators } from './wire/indicators.ts'
import type { ProblemOptions } from './wire/problem.ts'
import type { Scales } from './wire/scales.ts'

export type Face = {
  readonly services: Services
  /** The book that all ledgers of Blnk share. */
  readonly bookId: number
  readonly scales: Scales
  readonly indicators: Indicators
}

/** How a route tells of a body that cannot be read. */
export type Malformed = {
  readonly key?: ProblemOptions['key']
  readonly code?: 'GEN_MALFORMED_REQUEST' | 'GEN_VALIDATION_ERROR'
  /** Said instead of what is wrong. */
  readonly text?: string
  /** Said before what is wrong. */
  readonly prefix?: string
  /** The content type, which is not JSON on some routes although the body is. */
  readonly type?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly malformed?: Malformed
    /** Whether a body may be missing. */
    readonly bodyOptional?: boolean
  }
}

/** Routes of one resource. */
export type Routes = (server: FastifyInstance, face: Face) => void

/** Sends JSON: text as it is, anything else with exact numbers. */
export function answer(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', JSON_TYPE)
    .send(typeof body === 'string' ? body : stringifyExact(body))
}

/** Sends a list whose items are JSON text already. */
export function answerList(reply: FastifyReply, items: readonly string[]): FastifyReply {
  return answer(reply, 200, `[${items.join(',')}]`)
}

/** Sends what a filter found: a list, or the list with the count of all. */
export function answerFound(
  reply: FastifyReply,
  items: readonly string[],
  count: number | null,
): FastifyReply {
  if (count === null) return answerList(reply, items)
  return answer(reply, 200, `{"data":[${items.join(',')}],"total_count":${count}}`)
}

/** A parameter of the path. */
export function inPath(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string | undefined>>)[name] ?? ''
}
