/** Metadata of whatever an id names: what is sent is merged into what is there. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type Actor, markTransactions } from '../../../directory/index.ts'
import { accept, type JsonObject } from '../../../ledger/index.ts'
import { findBalanceView } from '../balances/find.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { freeForm, REQUIRED } from '../wire/bind.ts'
import { uuidIn, uuidOfTransaction } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { asksForRecount, recount, withRecount } from './recount.ts'

export const MetadataRequest = Type.Object(
  {
    meta_data: Type.Optional(
      Type.Unsafe<Record<string, unknown>>({
        type: 'object',
        additionalProperties: true,
        [REQUIRED]: 'Metadata',
      }),
    ),
  },
  { title: 'MetadataRequest' },
)

export function metadataRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/:id/metadata',
    { schema: { tags: ['metadata'], summary: 'Add to the metadata', body: MetadataRequest } },
    (request, reply) => merge(face, request, reply),
  )
}

/** Merges into what an id names, and says what to answer; null when there is no such thing. */
type Merge = (
  face: Face,
  wire: string,
  added: JsonObject,
  actor: Actor,
) => Promise<JsonObject | null>

const merges: Readonly<Record<string, Merge>> = {
  ldg: (face, wire, added, actor) => mergeInto(face, 'ledger', uuidIn('ldg', wire), added, actor),
  idt: (face, wire, added, actor) => mergeInto(face, 'identity', uuidIn('idt', wire), added, actor),
  bln: mergeIntoBalance,
  txn: mergeIntoTransactions,
  bulk: mergeIntoTransactions,
}

async function merge(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const { meta_data } = request.body as Static<typeof MetadataRequest>
  const added = freeForm(meta_data) ?? {}
  const prefix = /^(ldg|bln|idt|txn|bulk)_/.exec(wire)?.[1] ?? ''
  const into = Object.hasOwn(merges, prefix) ? merges[prefix] : undefined
  if (into === undefined)
    throw new Problem('META_INVALID_ENTITY_ID', `invalid entity ID format: ${wire}`)
  const merged = await into(face, wire, added, actorOf(request))
  if (merged === null) throw new Problem('META_ENTITY_NOT_FOUND', 'entity not found')
  return answer(reply, 200, { meta_data: merged })
}

async function mergeInto(
  face: Face,
  entity: 'ledger' | 'identity',
  id: string | null,
  added: JsonObject,
  actor: Actor,
): Promise<JsonObject | null> {
  if (id === null) return null
  const { directory } = face.services
  const decision = await directory.update(entity, face.bookId, id, actor, async (row) =>
    accept({ metadata: { ...row.metadata, ...added } }),
  )
  if (decision.accepted) return decision.outcome.metadata
  if (decision.refusal.code === 'not_found') return null
  throw directoryProblem(decision.refusal)
}

/** The metadata of a balance is that of its account. */
async function mergeIntoBalance(
  face: Face,
  wire: string,
  added: JsonObject,
  actor: Actor,
): Promise<JsonObject | null> {
  const view = await findBalanceView(face, wire)
  if (view === null) return null
  const recounted = asksForRecount(added) ? await recount(face, view) : null
  let merged: JsonObject = {}
  const { directory } = face.services
  const { accountId } = view.terms
  const decision = await directory.update('account', face.bookId, accountId, actor, async (row) => {
    merged = { ...row.metadata, ...added }
    return accept({ metadata: recounted === null ? merged : withRecount(merged, recounted) })
  })
  if (decision.accepted) return merged
  throw directoryProblem(decision.refusal)
}

/** Merges into a transaction and into all that came of it, or into everything of a bulk. */
async function mergeIntoTransactions(
  face: Face,
  wire: string,
  added: JsonObject,
  actor: Actor,
): Promise<JsonObject | null> {
  const id = uuidOfTransaction(wire)
  const family = id === null ? [] : await face.services.reports.family(face.bookId, id)
  if (family.length === 0) return null
  const marks = family.map((row) => ({ id: row.id, recorded: row, added }))
  const decision = await markTransactions(face.services.directory, face.bookId, marks, actor)
  if (decision.accepted) return added
  throw directoryProblem(decision.refusal)
}
