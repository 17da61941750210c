/** API keys: each belongs to an owner, who may make others that allow no more than his own. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mayGrant, type Principal } from '../../../auth/index.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { answer, answerList, type Face, inPath } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { isZeroTime, readTime } from '../wire/time.ts'
import { CreateApiKey, type CreateApiKeyBody } from './schema.ts'
import { apiKeyText } from './translate.ts'

const tags = ['api-keys']

/** Keys that are listed at once; the others are asked for with `before`, the id of the last one. */
const PAGE_MAX = 1000

export function apiKeyRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/api-keys',
    { schema: { tags, summary: 'Make a key', body: CreateApiKey } },
    (request, reply) => create(face, request, reply),
  )
  server.get(
    '/api-keys',
    { schema: { tags, summary: 'List the keys of an owner' } },
    (request, reply) => list(face, request, reply),
  )
  server.delete('/api-keys/:id', { schema: { tags, summary: 'Revoke a key' } }, (request, reply) =>
    revoke(face, request, reply),
  )
}

/** Where nobody needs a key, nobody has one whose rights could be handed on. */
function principalOf(request: FastifyRequest): Principal {
  const { blnkPrincipal } = request
  if (blnkPrincipal !== null && blnkPrincipal.id !== null) return blnkPrincipal
  throw new Problem('AUTH_MISSING_PRINCIPAL', 'authenticated API key principal missing')
}

/** Whose keys a request is about: a key with an owner works with his keys alone. */
function ownerIn(request: FastifyRequest, { owner }: Principal): string {
  const asked = parameter(request.query as Query, 'owner') ?? ''
  if (asked.includes('\0')) throw new Problem('GEN_BAD_REQUEST', 'owner is no text')
  if (owner === null && asked === '')
    throw new Problem('APIKEY_OWNER_REQUIRED', 'owner is required')
  if (owner === null) return asked
  if (asked !== '' && asked !== owner) throw crossOwner()
  return owner
}

function crossOwner(): Problem {
  return new Problem('AUTH_CROSS_OWNER_ACCESS', 'cannot manage API keys for another owner')
}

async function create(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { name = '', scopes = [], owner = '', expires_at = '' } = request.body as CreateApiKeyBody
  const expiresAt = readTime(expires_at)
  if (expiresAt === null) throw new MalformedBody(unreadable(expires_at))
  if (isZeroTime(expiresAt))
    throw new MalformedBody(
      "Key: 'CreateAPIKeyRequest.ExpiresAt' Error:Field validation for 'ExpiresAt' failed on the 'required' tag",
    )
  const principal = principalOf(request)
  if (principal.owner !== null && principal.owner !== owner) throw crossOwner()
  if (!scopes.every((scope) => mayGrant(principal.scopes, scope)))
    throw new Problem('AUTH_SCOPE_ESCALATION', 'cannot grant scopes broader than caller')
  const { authenticator, home } = face.services
  const { key, text } = await authenticator.createKey({
    name,
    scopes,
    // A key that is made here opens what is reached from here.
    organizations: [home.organizationId],
    owner,
    expiresAt,
  })
  return answer(reply, 201, apiKeyText(key, text))
}

function unreadable(text: string): string {
  const shown = JSON.stringify(text.slice(0, 40))
  return `parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`
}

async function list(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const owner = ownerIn(request, principalOf(request))
  const before = parameter(request.query as Query, 'before')
  const place = before === undefined ? null : uuidIn('api_key', before)
  if (before !== undefined && place === null) return answerList(reply, [])
  const keys = await face.services.authenticator.listKeys(owner, PAGE_MAX, place)
  return answerList(
    reply,
    keys.map((key) => apiKeyText(key)),
  )
}

async function revoke(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const owner = ownerIn(request, principalOf(request))
  const id = uuidIn('api_key', inPath(request, 'id'))
  const revoked = id !== null && (await face.services.authenticator.revokeKey(id, owner))
  if (!revoked) throw new Problem('APIKEY_NOT_FOUND', 'API key not found')
  return reply.code(204).send()
}
