/** What came of reconciliations; and lists, which Blnk does not have. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Reconciliation } from '../../../directory/index.ts'
import { equals, FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import {
  listedUpload,
  matchBody,
  placeIn,
  placeOf,
  reconciliationBody,
  recordBody,
  ruleBody,
} from './translate.ts'

const PAGE = 100
const PAGE_MAX = 1000

/** Blnk says no more of one that is not there. */
const missing = () => new Problem('RECON_NOT_FOUND', 'Reconciliation not found')

async function find(face: Face, request: FastifyRequest): Promise<Reconciliation> {
  const id = uuidIn('recon', inPath(request, 'id'))
  const { store } = face.services.directory
  const row = id === null ? null : await store.get('reconciliation', face.bookId, id)
  if (row === null) throw missing()
  return row
}

async function shown(face: Face, row: Reconciliation) {
  const { directory, reconciliation } = face.services
  const upload = await directory.store.get('upload', face.bookId, row.uploadId)
  const progress =
    row.completedAt === null ? await reconciliation.store.progress(face.bookId, row.id) : null
  return reconciliationBody(row, upload, progress)
}

export async function read(face: Face, request: FastifyRequest, reply: FastifyReply) {
  return answer(reply, 200, await shown(face, await find(face, request)))
}

export async function matches(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const row = await find(face, request)
  const query = request.query as Query
  const limit = limitIn(query)
  const text = parameter(query, 'after')
  const after = text === undefined ? FIRST : placeIn(text)
  if (after === null) throw badCursor()
  const { results } = face.services.reconciliation
  const found = await results.matches(face.bookId, row.id, row.uploadId, after, limit)
  const last = found.at(-1)
  return answer(reply, 200, {
    data: found.map(matchBody),
    next: last === undefined || found.length < limit ? null : placeOf(last),
  })
}

const FIRST = { number: 0, transactionId: '00000000-0000-0000-0000-000000000000' }

export async function unmatched(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const row = await find(face, request)
  const query = request.query as Query
  const limit = limitIn(query)
  const text = parameter(query, 'after') ?? '0'
  if (!/^\d{1,9}$/.test(text)) throw badCursor()
  const { results } = face.services.reconciliation
  const found = await results.unmatched(face.bookId, row.id, row.uploadId, Number(text), limit)
  const last = found.at(-1)
  return answer(reply, 200, {
    data: found.map(recordBody),
    next: last === undefined || found.length < limit ? null : String(last.number),
  })
}

/** Lists what was made last first. */
export async function list(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { store } = face.services.directory
  const query = pageIn(request, 'recon')
  const rows = await store.list('reconciliation', face.bookId, query)
  const data = await Promise.all(rows.map((row) => shown(face, row)))
  return answer(reply, 200, { data, next: nextOf(data, 'reconciliation_id', query) })
}

export async function listUploads(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { store } = face.services.directory
  const query = pageIn(request, 'upload')
  const rows = await store.list('upload', face.bookId, {
    ...query,
    within: [equals('status', 'ready')],
  })
  const data = rows.map(listedUpload)
  return answer(reply, 200, { data, next: nextOf(data, 'upload_id', query) })
}

export async function listRules(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { store } = face.services.directory
  const query = pageIn(request, 'rule')
  const rows = await store.list('matching_rule', face.bookId, query)
  const data = rows.map(ruleBody)
  return answer(reply, 200, { data, next: nextOf(data, 'rule_id', query) })
}

function pageIn(request: FastifyRequest, prefix: 'recon' | 'upload' | 'rule'): ListQuery {
  const query = request.query as Query
  const text = parameter(query, 'after')
  const instant = text === undefined || prefix !== 'upload' ? null : uuidIn('instant', text)
  const after = text === undefined ? null : (uuidIn(prefix, text) ?? instant)
  if (text !== undefined && after === null) throw badCursor()
  return { ...FIRST_PAGE, order: 'desc', limit: limitIn(query), after }
}

function limitIn(query: Query): number {
  const text = parameter(query, 'limit') ?? String(PAGE)
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Problem('GEN_VALIDATION_ERROR', 'Invalid limit value')
  return Math.min(Number(text), PAGE_MAX)
}

function nextOf<Name extends string>(
  data: readonly { readonly [N in Name]: string }[],
  name: Name,
  { limit }: ListQuery,
): string | null {
  return data.length < limit ? null : (data.at(-1)?.[name] ?? null)
}

function badCursor(): Problem {
  return new Problem('GEN_VALIDATION_ERROR', 'Invalid after value')
}
