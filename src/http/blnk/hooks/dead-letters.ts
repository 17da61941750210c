/**
 * What the webhook or a hook was not told in spite of all attempts: to be looked at, and told again. Blnk has no such routes;
 * there, what was not taken is gone.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import type { Subscription } from '../../../directory/index.ts'
import type { DeadLetter } from '../../../outbox/index.ts'
import { equals, FIRST_PAGE } from '../../../reports/index.ts'
import { WEBHOOK_WORDING } from '../events/wordings.ts'
import { answer, type Face, inPath } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { Problem } from '../wire/problem.ts'
import { timeText } from '../wire/time.ts'
import { unknownHook } from './problem.ts'

/** The webhook of the settings, where the id of a hook stands. */
const WEBHOOK = 'webhook'

const PAGE = 100

type Find = (face: Face, request: FastifyRequest) => Promise<Subscription | null>

export function deadLetterRoutes(
  server: FastifyInstance,
  face: Face,
  options: (summary: string) => RouteShorthandOptions,
  findHook: Find,
): void {
  const find = async (request: FastifyRequest): Promise<Subscription> => {
    const isWebhook = inPath(request, 'id') === WEBHOOK
    return (await (isWebhook ? findWebhook(face) : findHook(face, request))) ?? missing()
  }
  server.get(
    '/hooks/:id/dead-letters',
    options('List what a hook, or the webhook, was not told'),
    async (request, reply) => list(face, await find(request), request, reply),
  )
  server.post(
    '/hooks/:id/dead-letters/replay',
    options('Tell a hook, or the webhook, again what it was not told'),
    async (request, reply) => replay(face, await find(request), reply),
  )
}

function missing(): never {
  throw unknownHook()
}

async function findWebhook({ services, bookId }: Face): Promise<Subscription | null> {
  const [webhook] = await services.directory.store.list('subscription', bookId, {
    ...FIRST_PAGE,
    within: [equals('wording', WEBHOOK_WORDING)],
    limit: 1,
  })
  return webhook ?? null
}

/** A page in the order of the book; `next` is where the following one begins. */
async function list(
  { services }: Face,
  { id }: Subscription,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const after = placeIn(parameter(request.query as Query, 'after'))
  const letters = await services.outgoing.store.deadLetters(id, after, PAGE + 1)
  const page = letters.slice(0, PAGE)
  const last = page.at(-1)
  const next = letters.length > PAGE && last !== undefined ? placeOf(last) : null
  return answer(reply, 200, { dead_letters: page.map(shown), next })
}

function shown(letter: DeadLetter) {
  const { event, attempts, status, error, failedAt, replayAt } = letter
  return {
    id: placeOf(letter),
    event,
    attempts,
    last_status: status,
    last_error: error,
    failed_at: timeText(failedAt),
    replay_requested_at: replayAt === null ? null : timeText(replayAt),
  }
}

function placeOf({ recordId, part }: Pick<DeadLetter, 'recordId' | 'part'>): string {
  return `${recordId}.${part}`
}

const PLACE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,6})$/

function placeIn(text: string | undefined): Pick<DeadLetter, 'recordId' | 'part'> | null {
  if (text === undefined) return null
  const [, recordId, part] = PLACE.exec(text) ?? []
  if (recordId === undefined)
    throw new Problem('GEN_VALIDATION_ERROR', 'after is no place that was handed out here')
  return { recordId, part: Number(part) }
}

async function replay({ services }: Face, { id, bookId }: Subscription, reply: FastifyReply) {
  const { store, wake } = services.outgoing
  const replayed = await store.askForReplay(id, null, services.now())
  wake(bookId, id)
  return answer(reply, 202, { replayed })
}
