/** Ledgers: named folders of balances. All of them share one book. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createLedger, type Ledger } from '../../../directory/index.ts'
import { accept } from '../../../ledger/index.ts'
import { FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { answerFilter, answerListed, type Source } from '../filters/answer.ts'
import { ledgerFields } from '../filters/fields.ts'
import {
  conditionsOf,
  type FilterBody,
  FilterRequest,
  filtersIn,
  matchIn,
  pageIn,
  type Query,
} from '../filters/request.ts'
import { actorOf } from '../wire/authentication.ts'
import { freeForm } from '../wire/bind.ts'
import { uuidOfLedger } from '../wire/ids.ts'
import { notFound } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { BLANK, refuseFaults } from '../wire/validation.ts'
import {
  CreateLedger,
  type CreateLedgerBody,
  UpdateLedger,
  type UpdateLedgerBody,
} from './schema.ts'
import { ledgerText } from './translate.ts'

const tags = ['ledgers']
const malformed = { key: 'errors' } as const

export function ledgerRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/ledgers',
    { schema: { tags, summary: 'Create a ledger', body: CreateLedger }, config: { malformed } },
    (request, reply) => create(face, request, reply),
  )
  server.get('/ledgers', { schema: { tags, summary: 'List ledgers' } }, (request, reply) =>
    answerListed(reply, sourceOf(face), listIn(request.query as Query)),
  )
  server.get('/ledgers/:id', { schema: { tags, summary: 'Read a ledger' } }, (request, reply) =>
    read(face, request, reply),
  )
  server.post(
    '/ledgers/filter',
    {
      schema: { tags, summary: 'Filter ledgers', body: FilterRequest },
      config: { malformed: { code: 'GEN_VALIDATION_ERROR' } },
    },
    (request, reply) => answerFilter(reply, sourceOf(face), request.body as FilterBody),
  )
  server.put(
    '/ledgers/:id',
    { schema: { tags, summary: 'Rename a ledger', body: UpdateLedger }, config: { malformed } },
    (request, reply) => rename(face, request, reply),
  )
}

function sourceOf({ services, bookId }: Face): Source<Ledger> {
  const { store } = services.directory
  return {
    collection: ledgerFields,
    list: (query) => store.list('ledger', bookId, query),
    count: (query) => store.count('ledger', bookId, query),
    text: ledgerText,
  }
}

const missing = () => notFound('LGR_NOT_FOUND', 'Ledger not found')

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { name = '', meta_data } = request.body as CreateLedgerBody
  refuseFaults(name === '' ? { name: BLANK } : {})
  const { directory, home } = face.services
  const decision = await createLedger(
    directory,
    face.bookId,
    {
      organizationId: home.organizationId,
      name,
      nameKey: null,
      settings: null,
      statusCode: 'ACTIVE',
      statusDescription: null,
      metadata: freeForm(meta_data),
      shared: true,
    },
    actorOf(request),
  )
  if (!decision.accepted) throw directoryProblem(decision.refusal)
  return answer(reply, 201, ledgerText(decision.outcome))
}

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const id = uuidOfLedger(inPath(request, 'id'))
  const ledger =
    id === null ? null : await face.services.directory.store.get('ledger', face.bookId, id)
  if (ledger === null) throw missing()
  return answer(reply, 200, ledgerText(ledger))
}

async function rename(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { name = '' } = request.body as UpdateLedgerBody
  refuseFaults(name === '' ? { name: BLANK } : {})
  const id = uuidOfLedger(inPath(request, 'id'))
  if (id === null) throw missing()
  const { directory } = face.services
  const actor = actorOf(request)
  const decision = await directory.update('ledger', face.bookId, id, actor, async () =>
    accept({ name }),
  )
  if (decision.accepted) return answer(reply, 200, ledgerText(decision.outcome))
  throw decision.refusal.code === 'not_found' ? missing() : directoryProblem(decision.refusal)
}

/** The list that the query of a GET asks for. */
function listIn(query: Query): ListQuery {
  return {
    ...FIRST_PAGE,
    conditions: conditionsOf(filtersIn(query), ledgerFields),
    match: matchIn(query),
    order: 'desc',
    ...pageIn(query, {
      page: 10,
      pageMax: 100,
      beyondMax: 20,
      faults: ['Invalid limit value', 'Invalid offset value'],
    }),
  }
}
