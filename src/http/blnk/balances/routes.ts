/** Balances: positions in one currency. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assignIdentity, findIndicator } from '../../../directory/index.ts'
import type { BalanceView } from '../../../reports/index.ts'
import { FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { answerFilter, answerListed, type Source } from '../filters/answer.ts'
import { balanceFields } from '../filters/fields.ts'
import { countIndexed, listIndexed } from '../filters/indexed.ts'
import {
  conditionsOf,
  type FilterBody,
  FilterRequest,
  filtersIn,
  matchIn,
  pageIn,
  parameter,
  type Query,
} from '../filters/request.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidIn } from '../wire/ids.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { readAt, takeSnapshots } from './at.ts'
import { createBalance } from './create.ts'
import { findBalanceView, findLot } from './find.ts'
import { CreateBalance, UpdateBalanceIdentity, type UpdateBalanceIdentityBody } from './schema.ts'
import { balanceText } from './translate.ts'

const tags = ['balances']

export function balanceRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/balances',
    { schema: { tags, summary: 'Create a balance', body: CreateBalance } },
    (request, reply) => createBalance(face, request, reply),
  )
  server.get('/balances', { schema: { tags, summary: 'List balances' } }, (request, reply) =>
    answerListed(reply, sourceOf(face), listIn(request.query as Query)),
  )
  server.get('/balances/:id', { schema: { tags, summary: 'Read a balance' } }, (request, reply) =>
    read(face, request, reply),
  )
  server.get(
    '/balances/indicator/:indicator/currency/:currency',
    { schema: { tags, summary: 'Read the balance of an indicator' } },
    (request, reply) => readIndicator(face, request, reply),
  )
  server.post(
    '/balances/filter',
    {
      schema: { tags, summary: 'Filter balances', body: FilterRequest },
      config: { malformed: { code: 'GEN_VALIDATION_ERROR' } },
    },
    (request, reply) => answerFilter(reply, sourceOf(face), request.body as FilterBody),
  )
  server.get(
    '/balances/:id/at',
    { schema: { tags, summary: 'Read what a balance stood at' } },
    (request, reply) => readAt(face, request, reply),
  )
  server.post(
    '/balances-snapshots',
    { schema: { tags, summary: 'Take snapshots of balances, which nothing needs' } },
    (request, reply) => takeSnapshots(request, reply),
  )
  server.put(
    '/balances/:id/identity',
    { schema: { tags, summary: 'Attach an identity to a balance', body: UpdateBalanceIdentity } },
    (request, reply) => updateIdentity(face, request, reply),
  )
}

function sourceOf(face: Face): Source<BalanceView> {
  const { services, scales, bookId } = face
  return {
    collection: balanceFields,
    list: async (query) => {
      const rows = await listIndexed(face, 'balances', query, {
        byId: (ids) => services.reports.balances(bookId, ids),
        list: () => services.reports.listBalances(bookId, query),
      })
      await scales.learn(rows.map((row) => row.terms.assetCode))
      return rows
    },
    count: (query) =>
      countIndexed(face, 'balances', query, () => services.reports.countBalances(bookId, query)),
    text: (row) => balanceText(row, scales, { in: 'list' }),
  }
}

function listIn(query: Query): ListQuery {
  return {
    ...FIRST_PAGE,
    conditions: conditionsOf(filtersIn(query), balanceFields),
    match: matchIn(query),
    order: 'desc',
    ...pageIn(query, {
      page: 10,
      pageMax: 1000,
      beyondMax: 1000,
      faults: ['invalid limit value', 'invalid offset value'],
    }),
  }
}

function missing(wire: string): Problem {
  return notFound('BAL_NOT_FOUND', `Balance with ID '${wire}' not found`)
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const view = await findBalanceView(face, wire)
  if (view === null) throw missing(wire)
  const query = request.query as Query
  const include = [query['include'] ?? []].flat()
  const { store } = face.services.directory
  const { identityId, ledgerId } = view.terms
  const wantsIdentity = include.includes('identity') && identityId !== null
  return answer(
    reply,
    200,
    balanceText(view, face.scales, {
      in: 'answer',
      queued: TRUE.has(parameter(query, 'with_queued') ?? ''),
      identity: wantsIdentity ? await store.get('identity', face.bookId, identityId) : null,
      ledger: include.includes('ledger') ? await store.get('ledger', face.bookId, ledgerId) : null,
    }),
  )
}

async function readIndicator(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const indicator = inPath(request, 'indicator')
  const currency = inPath(request, 'currency')
  const nul = `${indicator}${currency}`.includes('\0')
  const { store } = face.services.directory
  const found = nul ? null : await findIndicator(store, face.bookId, indicator, currency)
  const view =
    found === null
      ? nul
        ? null
        : await findLot(face, indicator, currency)
      : await face.services.balances.load(face.bookId, found.balance.id)
  if (view === null)
    throw new Problem('BAL_NOT_FOUND', `balance with indicator '${indicator}' not found`)
  await face.scales.learn([currency])
  // Blnk leaves the metadata out here.
  const shown = { ...view, accountMetadata: null }
  return answer(reply, 200, balanceText(shown, face.scales, { in: 'answer' }))
}

/** No entity has this id, so that what it is asked for is not found. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * Attaches an identity to a balance. That the identity is missing is said first; all failures are answered 400. What the
 * balance's history says stays as it is.
 */
async function updateIdentity(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const { identity_id = '' } = request.body as UpdateBalanceIdentityBody
  const decision = await assignIdentity(
    face.services.directory,
    face.bookId,
    uuidIn('bln', wire) ?? NOBODY,
    uuidIn('idt', identity_id) ?? NOBODY,
    actorOf(request),
  )
  if (decision.accepted)
    return answer(reply, 200, { message: 'Balance identity updated successfully' })
  const { refusal } = decision
  switch (refusal.code) {
    case 'reference_not_found':
      throw unfit(`Identity with ID '${identity_id}' not found`)
    case 'not_found':
      throw unfit(`Balance with ID '${wire}' not found`)
    default:
      throw directoryProblem(refusal)
  }
}

/** The page that describes this route answers 400 where the code means 404 elsewhere. */
function unfit(text: string): Problem {
  return new Problem('BAL_NOT_FOUND', text, { status: 400, details: {} })
}
