import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../../services.ts'
import { type Parameters, pageQuery, parameter } from '../lists/query.ts'
import { findTransaction, transactionPlace } from './find.ts'
import { shownTransaction, surroundingsOf } from './read.ts'
import { transactionText } from './write.ts'

/** A transaction with all of its operations, or with as many as the query asks for. */
export async function getTransaction(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  // The real server has a cache before its database; here there is none to be hit.
  reply.header('x-cache-hit', 'false')
  const place = await transactionPlace(services, request)
  const view = await findTransaction(services, place, request)
  const surroundings = await surroundingsOf(services, place.bookId, [view])
  const { profile } = request.midaz
  const shown = shownTransaction(view, surroundings, place, profile)
  const all = shown.operations ?? []
  const ordered = query.order === 'desc' ? all.toReversed() : all
  const operations =
    parameter(parameters, 'limit') === null ? ordered : ordered.slice(0, query.limit)
  return reply
    .type('application/json; charset=utf-8')
    .send(transactionText({ ...shown, operations }, profile))
}
