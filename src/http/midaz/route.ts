/** How routes are declared: one list of facts serves the router, authorization, the check of bodies, and the document. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'

/** Names of what permissions are given for. */
export type Resource =
  | 'organizations'
  | 'ledgers'
  | 'assets'
  | 'portfolios'
  | 'segments'
  | 'accounts'
  | 'account-types'
  | 'operation-routes'
  | 'transaction-routes'
  | 'balances'
  | 'operations'
  | 'transactions'
  | 'asset-rates'
  | 'settings'
  | 'events'
  | 'webhooks'

export type QueryParameter = { readonly name: string; readonly describe: string }

export type RouteFacts = {
  readonly resource: Resource
  /** What the route is about, as errors name it. */
  readonly entity: string
  readonly summary: string
  readonly body?: TSchema
  /** The name under which a text comes that the route reads by itself: as a file of a form, as text, or in JSON. */
  readonly text?: string
  /** Bytes that a body may have, where that is less than what the server takes. */
  readonly bodyMax?: number
  readonly query?: readonly QueryParameter[]
  /** The answer when all is well: nothing where there is no schema, and JSON where no other type is named. */
  readonly success: { readonly status: number; readonly schema?: TSchema; readonly type?: string }
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Answers with a value, with JSON that is text already, or with the reply itself. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export const JSON_TYPE = 'application/json; charset=utf-8'

export function route(
  face: FastifyInstance,
  method: Method,
  url: string,
  facts: RouteFacts,
  handler: Handler,
): void {
  face.route({
    method,
    url,
    config: { midaz: facts },
    handler: async (request, reply) => {
      const answer = await handler(request, reply)
      return typeof answer === 'string' ? reply.type(JSON_TYPE).send(answer) : answer
    },
  })
}

/** The checked body of a request. */
export function bodyOf<Body>(request: FastifyRequest): Body {
  return request.body as Body
}
