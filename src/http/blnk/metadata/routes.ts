/** Metadata of whatever an id names: what is sent is merged into what is there. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Actor } from '../../../directory/index.ts'
import { accept, type Json, type JsonObject } from '../../../ledger/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { freeForm, REQUIRED } from '../wire/bind.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'

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

/** Merges into the row behind an id; null when there is none. */
type Merge = (face: Face, id: string, added: JsonObject, actor: Actor) => Promise<JsonObject | null>

const merges: Readonly<Record<string, Merge>> = {
  ldg: (face, id, added, actor) => mergeInto(face, 'ledger', id, added, actor),
  idt: (face, id, added, actor) => mergeInto(face, 'identity', id, added, actor),
}

async function merge(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const { meta_data } = request.body as Static<typeof MetadataRequest>
  const added = freeForm(meta_data) ?? {}
  const prefix = /^(ldg|bln|idt|txn|bulk)_/.exec(wire)?.[1] ?? ''
  const into = Object.hasOwn(merges, prefix) ? merges[prefix] : undefined
  if (into === undefined)
    throw new Problem('META_INVALID_ENTITY_ID', `invalid entity ID format: ${wire}`)
  const id = uuidIn(prefix as 'ldg', wire)
  const merged = id === null ? null : await into(face, id, added, actorOf(request))
  if (merged === null) throw new Problem('META_ENTITY_NOT_FOUND', 'entity not found')
  return answer(reply, 200, { meta_data: merged })
}

async function mergeInto(
  face: Face,
  entity: 'ledger' | 'identity' | 'account',
  id: string,
  added: JsonObject,
  actor: Actor,
): Promise<JsonObject | null> {
  const { directory } = face.services
  const decision = await directory.update(entity, face.bookId, id, actor, async (row) =>
    accept({ metadata: { ...row.metadata, ...added } as { readonly [key: string]: Json } }),
  )
  if (decision.accepted) return decision.outcome.metadata
  if (decision.refusal.code === 'not_found') return null
  throw directoryProblem(decision.refusal)
}
