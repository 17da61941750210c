/** Identities: the persons and organizations that hold balances. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  changeIdentity,
  createIdentity,
  type Identity,
  removeIdentity,
} from '../../../directory/index.ts'
import { FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { answerFilter, answerListed, type Source } from '../filters/answer.ts'
import { identityFields } from '../filters/fields.ts'
import { countIndexed, listIndexed } from '../filters/indexed.ts'
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
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { IdentityBody, type IdentityFields } from './schema.ts'
import { tokenProblem, tokenRoutes } from './tokens.ts'
import { changeIn, identityText, missingIdentity, NOBODY } from './translate.ts'

const tags = ['identities']

/** Blnk lists all of them at once; a list without a limit is as long as this. */
const PAGE_WITHOUT_FILTERS = 1000

export function identityRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/identities',
    { schema: { tags, summary: 'Create an identity', body: IdentityBody } },
    (request, reply) => create(face, request, reply),
  )
  server.get('/identities', { schema: { tags, summary: 'List identities' } }, (request, reply) =>
    answerListed(reply, sourceOf(face), listIn(request.query as Query)),
  )
  server.get(
    '/identities/:id',
    { schema: { tags, summary: 'Read an identity' } },
    (request, reply) => read(face, request, reply),
  )
  server.post(
    '/identities/filter',
    {
      schema: { tags, summary: 'Filter identities', body: FilterRequest },
      config: { malformed: { code: 'GEN_VALIDATION_ERROR' } },
    },
    (request, reply) => answerFilter(reply, sourceOf(face), request.body as FilterBody),
  )
  server.put(
    '/identities/:id',
    { schema: { tags, summary: 'Change an identity', body: IdentityBody } },
    (request, reply) => update(face, request, reply),
  )
  server.delete(
    '/identities/:id',
    { schema: { tags, summary: 'Delete an identity that holds nothing' } },
    (request, reply) => remove(face, request, reply),
  )
  tokenRoutes(server, face)
}

function sourceOf(face: Face): Source<Identity> {
  const { bookId } = face
  const { store } = face.services.directory
  return {
    collection: identityFields,
    list: (query) =>
      listIndexed(face, 'identities', query, {
        byId: (ids) => store.getAll('identity', bookId, ids),
        list: () => store.list('identity', bookId, query),
      }),
    count: (query) =>
      countIndexed(face, 'identities', query, () => store.count('identity', bookId, query)),
    text: identityText,
  }
}

function listIn(query: Query): ListQuery {
  const conditions = conditionsOf(filtersIn(query), identityFields)
  const page = conditions.length === 0 ? PAGE_WITHOUT_FILTERS : 20
  return {
    ...FIRST_PAGE,
    conditions,
    match: matchIn(query),
    sortBy: 'createdAt',
    order: 'desc',
    ...pageIn(query, { page, pageMax: PAGE_WITHOUT_FILTERS, beyondMax: page, faults: null }),
  }
}

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as IdentityFields
  const { metadata = null, ...fields } = changeIn(body)
  const order = { ...NOBODY, ...fields, metadata, id: ownId(body.identity_id) }
  const { directory } = face.services
  const decision = await createIdentity(directory, face.bookId, order, actorOf(request))
  if (decision.accepted) return answer(reply, 201, identityText(decision.outcome))
  if (decision.refusal.code !== 'in_use') throw directoryProblem(decision.refusal)
  throw new Problem('IDT_VALIDATION_ERROR', `Identity already exists: ${body.identity_id}`)
}

/** The UUID of an id that the caller chose, or null where he did not. */
function ownId(wire: string | undefined): string | null {
  if (wire === undefined || wire === '') return null
  if (!wire.startsWith('idt_'))
    throw new Problem('IDT_VALIDATION_ERROR', "identity_id must start with the 'idt_' prefix")
  const uuid = uuidIn('idt', wire.toLowerCase())
  if (uuid !== null) return uuid
  throw new Problem(
    'IDT_VALIDATION_ERROR',
    "identity_id suffix after 'idt_' must be a valid UUID",
    { details: {} },
  )
}

async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('idt', wire)
  const { store } = face.services.directory
  const identity = id === null ? null : await store.get('identity', face.bookId, id)
  if (identity === null) throw missingIdentity(wire)
  return answer(reply, 200, identityText(identity))
}

async function update(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const change = changeIn(request.body as IdentityFields)
  if (Object.keys(change).length === 0)
    throw new Problem('GEN_BAD_REQUEST', 'No fields provided for update')
  const id = uuidIn('idt', wire)
  if (id === null) throw missingIdentity(wire)
  const { directory } = face.services
  const actor = actorOf(request)
  const { vault } = face.services
  const decision = await changeIdentity(directory, vault, face.bookId, id, change, actor)
  if (decision.accepted) return answer(reply, 200, { message: 'Identity updated successfully' })
  throw tokenProblem(decision.refusal, wire)
}

async function remove(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('idt', wire)
  if (id === null) throw missingIdentity(wire)
  const { directory } = face.services
  const decision = await removeIdentity(directory, face.bookId, id, actorOf(request))
  if (decision.accepted) return answer(reply, 200, { message: 'Identity deleted successfully' })
  const { refusal } = decision
  if (refusal.code === 'not_found') throw missingIdentity(wire)
  if (refusal.code === 'in_use')
    throw new Problem('GEN_CONFLICT', `Identity ${wire} still holds balances`)
  throw directoryProblem(refusal)
}
