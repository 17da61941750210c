/** The stream of a ledger's events, for whoever listens. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { streamLimits } from '../../../limits.ts'
import { wants } from '../../../outbox/index.ts'
import { placeIn, streamEvents } from '../../event-stream.ts'
import type { Services } from '../../services.ts'
import { forbidden, tokenOf } from '../caller.ts'
import { LEDGER } from '../collection.ts'
import { invalidQuery, refuse } from '../problem.ts'
import { route } from '../route.ts'
import { placeOf } from '../tenant.ts'
import { NAMES_MAX, namesAsked } from './names.ts'
import { MIDAZ_WORDING } from './wordings.ts'

export async function eventRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  route(
    face,
    'GET',
    `${LEDGER}/events`,
    {
      resource: 'events',
      entity: 'Ledger',
      summary: 'Listen to the events of a ledger as they happen (server-sent events)',
      query: [
        {
          name: 'types',
          describe: 'Names of events, separated by commas; * stands for any ending',
        },
        {
          name: 'after',
          describe: 'The id of the event after which to begin, or the word beginning; else now',
        },
      ],
      success: { status: 200, type: 'text/event-stream', schema: Type.String() },
    },
    (request, reply) => listen(services, request, reply),
  )
}

async function listen(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const { types, after } = request.query as { readonly types?: unknown; readonly after?: unknown }
  const place = placeIn(request, after === undefined ? undefined : String(after))
  if (place === undefined) refuse(invalidQuery('after', 'is the id of no event'))
  const asked = types === undefined ? null : namesIn(String(types))
  const { ledgerId, moneyBookId } = await placeOf(services, request, 'Ledger')
  return streamEvents(
    services,
    reply,
    {
      bookId: moneyBookId,
      wording: MIDAZ_WORDING,
      after: place,
      wants: (message) => message.ledgerId === ledgerId && wants(asked, message.event),
      isAllowed: () => mayStill(services, request),
    },
    streamLimits,
  )
}

function namesIn(text: string): readonly string[] {
  const texts = text.split(',').filter(Boolean)
  if (texts.length > NAMES_MAX) refuse(invalidQuery('types', `has at most ${NAMES_MAX} names`))
  const asked = namesAsked(texts)
  return 'names' in asked
    ? asked.names
    : refuse(invalidQuery('types', `has the name of no event: ${asked.unknown.slice(0, 100)}`))
}

/** Whether the caller's token is still good for the stream. */
async function mayStill(services: Services, request: FastifyRequest): Promise<boolean> {
  const known = await services.authenticator.authenticate(tokenOf(request))
  return known.status === 'known' && forbidden(request, known.principal) === null
}
