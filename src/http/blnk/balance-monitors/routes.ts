/** Balance monitors: conditions on balances, told of by the webhook as often as a transaction leaves them true. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  changeMonitor,
  createMonitor,
  type DirectoryRefusal,
  type Monitor,
} from '../../../directory/index.ts'
import { equals, FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { answer, answerList, type Face, inPath } from '../face.ts'
import { pageIn, type Query } from '../filters/request.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { orderOf, unknownBalance } from './order.ts'
import { type MonitorBody, MonitorCondition } from './schema.ts'
import { monitorText } from './translate.ts'

const tags = ['balance monitors']

/** Blnk lists all of them at once; a list without a limit is as long as this. */
const PAGE_WITHOUT_LIMIT = 1000

export function monitorRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/balance-monitors',
    { schema: { tags, summary: 'Watch a balance', body: MonitorCondition } },
    (request, reply) => create(face, request, reply),
  )
  server.get(
    '/balance-monitors',
    { schema: { tags, summary: 'List monitors' } },
    async (request, reply) => answerList(reply, await listed(face, request, {})),
  )
  server.get(
    '/balance-monitors/:id',
    { schema: { tags, summary: 'Read a monitor' } },
    (request, reply) => read(face, request, reply),
  )
  server.get(
    '/balance-monitors/balances/:id',
    { schema: { tags, summary: 'List the monitors of a balance' } },
    (request, reply) => ofBalance(face, request, reply),
  )
  server.put(
    '/balance-monitors/:id',
    { schema: { tags, summary: 'Change a monitor', body: MonitorCondition } },
    (request, reply) => change(face, request, reply),
  )
  server.delete(
    '/balance-monitors/:id',
    { schema: { tags, summary: 'Delete a monitor' } },
    (request, reply) => remove(face, request, reply),
  )
}

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const order = orderOf(request.body as MonitorBody)
  const { directory } = face.services
  const made = await createMonitor(directory, face.bookId, order, actorOf(request))
  if (!made.accepted) throw problemOf(made.refusal, '')
  return answer(reply, 201, monitorText(made.outcome))
}

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('mon', wire)
  const { store } = face.services.directory
  const monitor = id === null ? null : await store.get('monitor', face.bookId, id)
  if (monitor === null) throw missing(wire, {})
  return answer(reply, 200, monitorText(monitor))
}

/** A balance without monitors is answered null, as by Blnk. */
async function ofBalance(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const balanceId = uuidIn('bln', inPath(request, 'id'))
  const within = balanceId === null ? null : [equals('balanceId', balanceId)]
  const texts = within === null ? [] : await listed(face, request, { within })
  return texts.length === 0 ? answer(reply, 200, 'null') : answerList(reply, texts)
}

async function listed(
  face: Face,
  request: FastifyRequest,
  query: Partial<ListQuery>,
): Promise<readonly string[]> {
  const page = { page: PAGE_WITHOUT_LIMIT, pageMax: PAGE_WITHOUT_LIMIT }
  const monitors: readonly Monitor[] = await face.services.directory.store.list(
    'monitor',
    face.bookId,
    {
      ...FIRST_PAGE,
      ...query,
      ...pageIn(request.query as Query, { ...page, beyondMax: PAGE_WITHOUT_LIMIT, faults: null }),
    },
  )
  return monitors.map(monitorText)
}

async function change(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const order = orderOf(request.body as MonitorBody)
  const id = uuidIn('mon', wire)
  if (id === null) throw missing(wire)
  const { directory } = face.services
  const changed = await changeMonitor(directory, face.bookId, id, order, actorOf(request))
  if (!changed.accepted) throw problemOf(changed.refusal, wire)
  return answer(reply, 200, { message: 'BalanceMonitor updated successfully' })
}

async function remove(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('mon', wire)
  if (id === null) throw missing(wire, {})
  const { directory } = face.services
  const removed = await directory.remove('monitor', face.bookId, id, actorOf(request))
  if (!removed.accepted) {
    if (removed.refusal.code === 'not_found') throw missing(wire, {})
    throw directoryProblem(removed.refusal)
  }
  return answer(reply, 200, { message: 'BalanceMonitor deleted successfully' })
}

function missing(wire: string, details?: Record<string, never>): Problem {
  const text = `Monitor with ID '${wire}' not found`
  return new Problem('BAL_MONITOR_NOT_FOUND', text, details === undefined ? {} : { details })
}

function problemOf(refusal: DirectoryRefusal, wire: string): Problem {
  if (refusal.code === 'not_found') return missing(wire)
  return refusal.code === 'reference_not_found' ? unknownBalance() : directoryProblem(refusal)
}
