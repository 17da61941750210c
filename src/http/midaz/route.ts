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
  | 'balances'
  | 'operations'
  | 'transactions'
  | 'settings'

export type QueryParameter = { readonly name: string; readonly describe: string }

export type RouteFacts = {
  readonly resource: Resource
  /** What the route is about, as errors name it. */
  readonly entity: string
  readonly summary: string
  readonly body?: TSchema
  readonly query?: readonly QueryParameter[]
  /** The answer when all is well: nothing where there is no schema. */
  readonly success: { readonly status: number; readonly schema?: TSchema }
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export function route(
  face: FastifyInstance,
  method: Method,
  url: string,
  facts: RouteFacts,
  handler: Handler,
): void {
  face.route({ method, url, config: { midaz: facts }, handler })
}

/** The checked body of a request. */
export function bodyOf<Body>(request: FastifyRequest): Body {
  return request.body as Body
}
