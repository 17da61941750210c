/** The stream of events: what the webhook is told, for whoever listens. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { streamLimits } from '../../../limits.ts'
import { wants } from '../../../outbox/index.ts'
import { placeIn, streamEvents } from '../../event-stream.ts'
import type { Face } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { mayStill } from '../wire/authentication.ts'
import { Problem } from '../wire/problem.ts'
import { WEBHOOK_WORDING } from './wordings.ts'

/** Names of events that one listener may ask for. */
const TYPES_MAX = 50

export function eventRoutes(server: FastifyInstance, face: Face): void {
  server.get(
    '/events',
    {
      schema: {
        tags: ['events'],
        summary: 'Listen to events as they happen',
        response: { 200: { content: { 'text/event-stream': { schema: { type: 'string' } } } } },
      },
    },
    (request, reply) => listen(face, request, reply),
  )
}

async function listen(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const query = request.query as Query
  const after = placeIn(request, parameter(query, 'after'))
  if (after === undefined)
    throw new Problem('GEN_VALIDATION_ERROR', 'Last-Event-ID is no place in the log')
  const types = parameter(query, 'types')?.split(',').filter(Boolean) ?? null
  if (types !== null && types.length > TYPES_MAX)
    throw new Problem('GEN_VALIDATION_ERROR', `types: at most ${TYPES_MAX}`)
  return streamEvents(
    face.services,
    reply,
    {
      bookId: face.bookId,
      wording: WEBHOOK_WORDING,
      after,
      wants: ({ event }) => wants(types, event),
      isAllowed: () => mayStill(request, face.services),
    },
    streamLimits,
  )
}
