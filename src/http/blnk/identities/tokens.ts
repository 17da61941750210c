/** Fields of identities that are kept encrypted, with a token for the eyes of everybody who may not read them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  clearTextOf,
  type Identity,
  retokenize,
  stalenessOf,
  type TokenField,
  type TokenRefusal,
  tokenizedIn,
  tokenizeFields,
} from '../../../directory/index.ts'
import { FIRST_PAGE } from '../../../reports/index.ts'
import type { Vault } from '../../../vault/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { REQUIRED } from '../wire/bind.ts'
import { uuidIn, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { missingIdentity, TOKEN_NAMES } from './translate.ts'

const tags = ['identities']

const fieldsOf = (title: string) =>
  Type.Object(
    {
      fields: Type.Optional(
        Type.Array(Type.String({ title: 'string', maxLength: 100 }), {
          maxItems: 100,
          title: 'string',
          [REQUIRED]: 'Fields',
        }),
      ),
    },
    { title },
  )

const TokenizeRequest = fieldsOf('TokenizeRequest')
const DetokenizeRequest = fieldsOf('DetokenizeRequest')
type FieldsBody = Static<typeof TokenizeRequest>

const RetokenizeRequest = Type.Object(
  {
    after: Type.Optional(
      Type.String({ description: 'Where to go on: `next` of the answer before' }),
    ),
  },
  { title: 'RetokenizeRequest' },
)

/** Identities that are looked at by one request to use the newest key. */
const PAGE = 200

export function tokenRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/identities/:id/tokenize/:field',
    { schema: { tags, summary: 'Keep a field encrypted' } },
    (request, reply) =>
      tokenize(face, request, reply, [inPath(request, 'field')], 'Field tokenized successfully'),
  )
  server.post(
    '/identities/:id/tokenize',
    { schema: { tags, summary: 'Keep fields encrypted', body: TokenizeRequest } },
    (request, reply) => {
      const { fields = [] } = request.body as FieldsBody
      if (fields.length === 0)
        throw new Problem('GEN_VALIDATION_ERROR', 'at least one field must be specified')
      return tokenize(face, request, reply, fields, 'Fields tokenized successfully')
    },
  )
  server.get(
    '/identities/:id/detokenize/:field',
    { schema: { tags, summary: 'Read a field that is kept encrypted' } },
    (request, reply) => detokenizeOne(face, request, reply),
  )
  server.post(
    '/identities/:id/detokenize',
    { schema: { tags, summary: 'Read fields that are kept encrypted', body: DetokenizeRequest } },
    (request, reply) => detokenizeMany(face, request, reply),
  )
  server.get(
    '/identities/:id/tokenized-fields',
    { schema: { tags, summary: 'Name the fields that are kept encrypted' } },
    async (request, reply) => {
      const fields = tokenizedIn(await find(face, request))
      return answer(reply, 200, { tokenized_fields: fields.map((field) => TOKEN_NAMES[field]) })
    },
  )
  server.post(
    '/identities/retokenize',
    {
      schema: { tags, summary: 'Encrypt with the newest key', body: RetokenizeRequest },
      config: { bodyOptional: true },
    },
    (request, reply) => renew(face, request, reply),
  )
}

/** @throws Problem where there is no key to encrypt with */
function vaultOf({ services: { vault } }: Face): Vault {
  if (vault !== null) return vault
  throw noKey()
}

function noKey(): Problem {
  return new Problem(
    'IDT_TOKENIZATION_DISABLED',
    'tokenization is disabled: BLNK_TOKENIZATION_SECRET or tokenization_secret in your blnk.json file, or --tokenization-keys, ' +
      'must be set to a 32-byte value',
  )
}

async function find({ services, bookId }: Face, request: FastifyRequest): Promise<Identity> {
  const wire = inPath(request, 'id')
  const id = uuidIn('idt', wire)
  const identity = id === null ? null : await services.directory.store.get('identity', bookId, id)
  if (identity === null) throw missingIdentity(wire)
  return identity
}

const FIELDS = new Map<string, TokenField>(
  (Object.keys(TOKEN_NAMES) as TokenField[]).map((field) => [TOKEN_NAMES[field], field]),
)

/** The field that a caller names; the case of the first letter does not matter. */
function fieldNamed(name: string): TokenField | undefined {
  return FIELDS.get(name.slice(0, 1).toUpperCase() + name.slice(1))
}

async function tokenize(
  face: Face,
  request: FastifyRequest,
  reply: FastifyReply,
  names: readonly string[],
  message: string,
) {
  const vault = vaultOf(face)
  const fields = names.map((name) => {
    const field = fieldNamed(name)
    if (field !== undefined) return field
    throw new Problem('IDT_FIELD_NOT_TOKENIZABLE', `field ${name} is not tokenizable`)
  })
  if (new Set(fields).size < fields.length) {
    const again = fields.find((field, index) => fields.indexOf(field) < index)
    throw alreadyTokenized(again ?? 'firstName')
  }
  const wire = inPath(request, 'id')
  const id = uuidIn('idt', wire)
  if (id === null) throw missingIdentity(wire)
  const { services, bookId } = face
  const { directory } = services
  const done = await tokenizeFields(directory, vault, bookId, id, fields, actorOf(request))
  if (done.accepted) return answer(reply, 200, { message })
  throw tokenProblem(done.refusal, wire)
}

export function tokenProblem(refusal: TokenRefusal, wire: string): Problem {
  if (refusal.code === 'no_key') return noKey()
  if (refusal.code === 'already_tokenized') return alreadyTokenized(refusal.field)
  return refusal.code === 'not_found' ? missingIdentity(wire) : directoryProblem(refusal)
}

function alreadyTokenized(field: TokenField): Problem {
  return new Problem(
    'IDT_FIELD_ALREADY_TOKENIZED',
    `field ${TOKEN_NAMES[field]} is already tokenized`,
  )
}

async function detokenizeOne(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const vault = vaultOf(face)
  const name = inPath(request, 'field')
  const identity = await find(face, request)
  const value = clear(vault, identity, name)
  note(request, identity, [name])
  return answer(reply, 200, { field: name, value })
}

async function detokenizeMany(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const vault = vaultOf(face)
  const { fields = [] } = request.body as FieldsBody
  const identity = await find(face, request)
  const names =
    fields.length > 0 ? fields : tokenizedIn(identity).map((field) => TOKEN_NAMES[field])
  const values = names.map((name) => [name, clear(vault, identity, name)] as const)
  note(request, identity, names)
  return answer(reply, 200, { fields: Object.fromEntries(values) })
}

function clear(vault: Vault, identity: Identity, name: string): string {
  const field = fieldNamed(name)
  if (field === undefined || !tokenizedIn(identity).includes(field))
    throw new Problem('IDT_FIELD_NOT_TOKENIZED', `field ${name} is not tokenized`)
  const text = clearTextOf(vault, identity, field)
  if (text !== null) return text
  throw new Problem(
    'GEN_CONFLICT',
    `field ${name} cannot be read with the keys that the server has`,
  )
}

/** Who read what is secret is logged; what it is, is not. */
function note(request: FastifyRequest, { id }: Identity, fields: readonly string[]): void {
  request.log.info({ identity: id, fields, key: actorOf(request) }, 'detokenized')
}

/** Goes through the identities page by page: the caller asks until there is no `next`. */
async function renew(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const vault = vaultOf(face)
  const { after = null } = (request.body ?? {}) as Static<typeof RetokenizeRequest>
  const place = after === null ? null : uuidIn('idt', after)
  if (after !== null && place === null) throw missingIdentity(after)
  const { services, bookId } = face
  const { directory } = services
  const rows = await directory.store.list('identity', bookId, {
    ...FIRST_PAGE,
    limit: PAGE,
    after: place,
  })
  const states = rows.map((row) => ({ id: row.id, state: stalenessOf(vault, row) }))
  const actor = actorOf(request)
  const stale = states.filter(({ state }) => state !== 'current')
  const renewed = await Promise.all(
    stale.map(({ id }) => retokenize(directory, vault, bookId, id, actor)),
  )
  const last = rows.length < PAGE ? undefined : rows.at(-1)
  return answer(reply, 200, {
    retokenized: renewed.filter(Boolean).length,
    unreadable: states
      .filter(({ state }) => state === 'unreadable')
      .map(({ id }) => wireId('idt', id)),
    next: last === undefined ? null : wireId('idt', last.id),
  })
}
