import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type RouteFacts, route } from '../route.ts'

/**
 * Two ways to count: HEAD answers in a header, as Midaz does; GET answers in a body, as the SDK for Go expects, under
 * the name that it looks for.
 */
export function countRoutes(
  face: FastifyInstance,
  path: string,
  facts: Pick<RouteFacts, 'resource' | 'entity' | 'query'>,
  member: string,
  count: (request: FastifyRequest) => Promise<number>,
): void {
  const url = `${path}/metrics/count`
  const summary = `Count ${facts.resource}`
  route(
    face,
    'HEAD',
    url,
    { ...facts, summary, success: { status: 204 } },
    async (request, reply) => {
      const total = await count(request)
      return reply.code(204).header('x-total-count', String(total)).send()
    },
  )
  route(
    face,
    'GET',
    url,
    { ...facts, summary, success: { status: 200 } },
    async (request, reply) => {
      const total = await count(request)
      return reply.header('x-total-count', String(total)).send({ [member]: total, count: total })
    },
  )
}
