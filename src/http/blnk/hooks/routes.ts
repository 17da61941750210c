/** Hooks: addresses that are told of each transaction, before and after, in the order in which they were committed. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { type NewSubscription, type Subscription, subscribe } from '../../../directory/index.ts'
import { accept, refuse } from '../../../ledger/index.ts'
import type { Progress } from '../../../outbox/index.ts'
import { type Condition, FIRST_PAGE } from '../../../reports/index.ts'
import { HOOK_WORDINGS } from '../events/wordings.ts'
import { answer, answerList, type Face, inPath } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidIn, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { timeOfRow, timeText, ZERO_TIME } from '../wire/time.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { answerHookError, unfitHook, unknownFor, unknownHook } from './problem.ts'
import { Hook, type HookBody } from './schema.ts'

/** What a hook without a type is told in: nothing, for nobody speaks it. */
const UNTYPED = 'blnk.none'

const ALL = [...Object.values(HOOK_WORDINGS), UNTYPED]

const DEFAULT_SECONDS = 30
const DEFAULT_RETRIES = 3
const RETRIES_MAX = 10

/** Hooks that are listed at once; there can be no more. */
const LIST_MAX = 300

export function hookRoutes(server: FastifyInstance, face: Face): void {
  const options = (summary: string): RouteShorthandOptions => ({
    schema: { tags: ['hooks'], summary },
    errorHandler: answerHookError,
    onRequest: async (request) => refuseStranger(request),
  })
  const withBody = (summary: string) => ({
    ...options(summary),
    schema: { tags: ['hooks'], summary, body: Hook },
  })
  server.post('/hooks', withBody('Register a hook'), (request, reply) =>
    create(face, request, reply),
  )
  server.get('/hooks', options('List hooks'), (request, reply) => list(face, request, reply))
  server.get('/hooks/:id', options('Read a hook'), (request, reply) => read(face, request, reply))
  server.put('/hooks/:id', withBody('Replace a hook'), (request, reply) =>
    replace(face, request, reply),
  )
  server.delete('/hooks/:id', options('Delete a hook'), (request, reply) =>
    remove(face, request, reply),
  )
  deadLetterRoutes(server, face, options, find)
}

/** Hooks are the operator's: where nobody needs a key, nobody is known to have one of his. */
function refuseStranger({ blnkPrincipal }: FastifyRequest): void {
  if (blnkPrincipal !== null && blnkPrincipal.id !== null && blnkPrincipal.owner === null) return
  throw new Problem('AUTH_MASTER_KEY_REQUIRED', 'hook management requires master key')
}

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as HookBody
  const { timeout = 0, retry_count = 0 } = body
  const retries = retry_count < 0 ? DEFAULT_RETRIES : Math.min(retry_count, RETRIES_MAX)
  const order = orderOf({
    ...body,
    timeout: timeout <= 0 ? DEFAULT_SECONDS : timeout,
    retry_count: retries,
  })
  if (order.wording === UNTYPED || order.url === '') throw unfitHook()
  const { directory } = face.services
  const made = await subscribe(directory, face.bookId, order, actorOf(request))
  if (!made.accepted) throw directoryProblem(made.refusal)
  return answer(reply, 201, hookText(made.outcome, null))
}

/** What a body asks for, just as it says: what is left out is nothing. */
function orderOf(body: HookBody): NewSubscription {
  const { name = '', url = '', type = '', active = false, timeout = 0, retry_count = 0 } = body
  const wordings: Readonly<Record<string, string>> = HOOK_WORDINGS
  return {
    name,
    url,
    wording: Object.hasOwn(wordings, type) ? (wordings[type] ?? UNTYPED) : UNTYPED,
    events: null,
    active,
    timeoutMs: timeout * 1000,
    attemptsMax: retry_count + 1,
    batchMax: 1,
  }
}

async function list(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const type = parameter(request.query as Query, 'type')
  const { wording } = orderOf({ type: type ?? '' })
  if (type !== undefined && type !== '' && wording === UNTYPED) return answerList(reply, [])
  const wordings = type === undefined || type === '' ? ALL : [wording]
  const isHook: Condition = { field: 'wording', operator: 'in', values: wordings }
  const hooks = await face.services.directory.store.list('subscription', face.bookId, {
    ...FIRST_PAGE,
    within: [isHook],
    limit: LIST_MAX,
  })
  const progress = await progressOf(face, hooks)
  return answerList(
    reply,
    hooks.map((hook) => hookText(hook, progress.get(hook.id) ?? null)),
  )
}

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const hook = await find(face, request)
  if (hook === null) throw unknownHook()
  const progress = await progressOf(face, [hook])
  return answer(reply, 200, hookText(hook, progress.get(hook.id) ?? null))
}

async function find(face: Face, request: FastifyRequest): Promise<Subscription | null> {
  const id = uuidIn('hook', inPath(request, 'id'))
  if (id === null) return null
  const found = await face.services.directory.store.get('subscription', face.bookId, id)
  return found !== null && ALL.includes(found.wording) ? found : null
}

async function replace(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const id = uuidIn('hook', inPath(request, 'id'))
  if (id === null) throw unknownFor('update')
  const order = orderOf(request.body as HookBody)
  const { directory } = face.services
  const actor = actorOf(request)
  const changed = await directory.update('subscription', face.bookId, id, actor, async (row) =>
    ALL.includes(row.wording)
      ? accept(order)
      : refuse({ code: 'not_found', entity: 'subscription', id }),
  )
  if (!changed.accepted)
    throw changed.refusal.code === 'not_found'
      ? unknownFor('update')
      : directoryProblem(changed.refusal)
  const progress = await progressOf(face, [changed.outcome])
  return answer(reply, 200, hookText(changed.outcome, progress.get(id) ?? null))
}

async function remove(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const hook = await find(face, request)
  if (hook === null) throw unknownFor('delete')
  const { directory } = face.services
  const removed = await directory.remove('subscription', face.bookId, hook.id, actorOf(request))
  if (!removed.accepted)
    throw removed.refusal.code === 'not_found'
      ? unknownFor('delete')
      : directoryProblem(removed.refusal)
  return answer(reply, 200, { message: 'hook deleted successfully' })
}

async function progressOf(
  { services }: Face,
  hooks: readonly Subscription[],
): Promise<ReadonlyMap<string, Progress>> {
  const rows = await services.outgoing.store.progressOf(hooks.map(({ id }) => id))
  return new Map(rows.map((row) => [row.subscriptionId, row]))
}

function hookText(hook: Subscription, progress: Progress | null): string {
  const text = JSON.stringify
  const [type = ''] = Object.entries(HOOK_WORDINGS).find(([, one]) => one === hook.wording) ?? []
  const last = progress?.last ?? null
  return (
    `{"id":"${wireId('hook', hook.id)}","name":${text(hook.name)},"url":${text(hook.url)},` +
    `"type":"${type}","active":${hook.active},"timeout":${hook.timeoutMs / 1000},` +
    `"retry_count":${(hook.attemptsMax ?? 1) - 1},"created_at":"${timeOfRow(hook.createdAt)}",` +
    `"last_run":"${last === null ? ZERO_TIME : timeText(last.at)}",` +
    `"last_success":${last !== null && last.error === null}}`
  )
}
