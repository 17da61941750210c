/** What a webhook was not told: to be looked at, and told again. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Subscription } from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { uuidOf } from '../body/uuid.ts'
import { param } from '../caller.ts'
import { eventId } from '../events/message.ts'
import { type Parameters, pageQuery } from '../lists/query.ts'
import { invalidQuery, notFound, refuse } from '../problem.ts'
import { route } from '../route.ts'
import { deadLettersShown, replayShown } from './schema.ts'
import { shownDeadLetter } from './translate.ts'

const about = { resource: 'webhooks', entity: 'Dead Letter' } as const

type Webhook = {
  /** The path of a webhook. */
  readonly item: string
  readonly find: (request: FastifyRequest) => Promise<Subscription>
}

export function deadLetterRoutes(face: FastifyInstance, services: Services, of: Webhook): void {
  const all = `${of.item}/dead-letters`
  route(
    face,
    'GET',
    all,
    {
      ...about,
      summary: 'List what was given up, in the order of the ledger',
      query: [
        { name: 'limit', describe: 'Items of a page.' },
        { name: 'cursor', describe: 'Where the page begins: next_cursor.' },
      ],
      success: { status: 200, schema: deadLettersShown },
    },
    (request) => list(services, of, request),
  )
  const replays = { status: 202, schema: replayShown } as const
  route(
    face,
    'POST',
    `${all}/replay`,
    { ...about, summary: 'Tell everything again that was given up', success: replays },
    (request, reply) => replay(services, of, request, reply, null),
  )
  route(
    face,
    'POST',
    `${all}/:record_id/replay`,
    { ...about, summary: 'Tell again what one record meant', success: replays },
    (request, reply) => replay(services, of, request, reply, param(request, 'record_id')),
  )
}

async function list(services: Services, { find }: Webhook, request: FastifyRequest) {
  const { cursor, limit: asked } = request.query as Parameters
  const { limit } = pageQuery(asked === undefined ? {} : { limit: asked })
  const after = cursor === undefined ? null : placeOf(String(cursor))
  const { id } = await find(request)
  const letters = await services.outgoing.store.deadLetters(id, after, limit + 1)
  const page = letters.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(shownDeadLetter),
    limit,
    ...(letters.length > limit && last !== undefined ? { next_cursor: eventId(last) } : {}),
  }
}

/** A cursor is the id of the event after which a page begins. */
function placeOf(text: string): { readonly recordId: string; readonly part: number } {
  const [record = '', part = ''] = text.split('.', 2)
  const recordId = uuidOf(record)
  if (recordId === null || !/^\d{1,6}$/.test(part))
    refuse(invalidQuery('cursor', 'is none that was handed out here'))
  return { recordId, part: Number(part) }
}

async function replay(
  services: Services,
  { find }: Webhook,
  request: FastifyRequest,
  reply: FastifyReply,
  recordId: string | null,
) {
  const { store, wake } = services.outgoing
  const { id, bookId } = await find(request)
  const replayed = await store.askForReplay(id, recordId, services.now())
  if (replayed === 0 && recordId !== null) refuse(notFound('Dead Letter'))
  wake(bookId, id)
  return reply.code(202).send({ replayed })
}
