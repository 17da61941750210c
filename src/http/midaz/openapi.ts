/** The document of the face, made from the very facts that its routes are declared with (OpenAPI 3.1). */
import type { FastifyInstance } from 'fastify'
import { PROFILE_HEADER } from './profile.ts'
import type { QueryParameter, RouteFacts } from './route.ts'

type Declared = { readonly method: string; readonly url: string; readonly facts: RouteFacts }

type Json = { readonly [key: string]: unknown }

/** Gathers the routes that are declared on the face from now on. */
export function gatherRoutes(face: FastifyInstance): readonly Declared[] {
  const declared: Declared[] = []
  face.addHook('onRoute', ({ method, url, config }) => {
    const facts = config?.midaz
    if (facts === undefined || typeof method !== 'string') return
    // The router answers HEAD for every GET; only counts are asked for with it.
    if (method === 'HEAD' && !url.endsWith('/metrics/count')) return
    declared.push({ method, url, facts })
  })
  return declared
}

export function documentOf(routes: readonly Declared[], version: string): Json {
  const byPath = Map.groupBy(routes, ({ url }) => url.replace(/:([a-z_]+)/g, '{$1}'))
  const paths = [...byPath].map(([path, group]) => [
    path,
    Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operation(route)])),
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Midaz API of Diptych',
      version,
      description:
        `Midaz's API over the ledger. The header ${PROFILE_HEADER} chooses the generation: seed (integers and scale), ` +
        'v3 (decimal text) or v4 (decimal text, problem details).',
    },
    security: [{ bearer: [] }],
    paths: Object.fromEntries(paths) as Json,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: PROBLEM },
    },
  }
}

const PROBLEM = {
  type: 'object',
  required: ['code', 'title', 'message'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: ['string', 'integer'] },
    message: { type: 'string' },
    entityType: { type: 'string' },
    fields: { type: 'object' },
    errors: { type: 'array', items: { type: 'object' } },
  },
}

function operation({ method, url, facts }: Declared): Json {
  const { body, success, query = [] } = facts
  const shown =
    success.schema === undefined
      ? {}
      : { content: { [success.type ?? 'application/json']: { schema: plain(success.schema) } } }
  return {
    tags: [facts.resource],
    summary: facts.summary,
    parameters: [
      ...[...url.matchAll(/:([a-z_]+)/g)].map(([, name = '']) => pathParameter(name)),
      ...query.map(queryParameter),
      ...(method === 'POST' && facts.resource === 'transactions' ? KEYS : []),
      PROFILE,
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } },
        }),
    ...(facts.text === undefined
      ? {}
      : { requestBody: { required: true, content: asText(facts.text) } }),
    responses: {
      [success.status]: { description: 'Done', ...shown },
      default: {
        description: 'Why it was not done',
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Problem' } },
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function pathParameter(name: string): Json {
  const isId = name.endsWith('_id')
  return {
    name,
    in: 'path',
    required: true,
    schema: isId ? { type: 'string', format: 'uuid' } : { type: 'string' },
  }
}

function queryParameter({ name, describe }: QueryParameter): Json {
  return { name, in: 'query', description: describe, schema: { type: 'string' } }
}

const PROFILE: Json = {
  name: 'X-Midaz-Profile',
  in: 'header',
  schema: { type: 'string', enum: ['seed', 'v3', 'v4'] },
}

const KEYS: readonly Json[] = [
  {
    name: 'X-Idempotency',
    in: 'header',
    description: 'A key of your own: the same request with the same key counts once.',
    schema: { type: 'string' },
  },
  {
    name: 'X-TTL',
    in: 'header',
    description: 'Seconds that the key is kept; 300 unless told.',
    schema: { type: 'string' },
  },
]

/** A schema without the words that only the check of bodies knows. Where null is allowed, it says so. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(([key]) => !key.startsWith('x-'))
  const cleaned: Record<string, unknown> = Object.fromEntries(
    entries.map(([key, value]) => [key, plain(value)]),
  )
  const { type } = cleaned
  if ('x-null' in schema && type !== undefined) return { ...cleaned, type: [type, 'null'].flat() }
  return cleaned
}

/** The ways in which a text may come. */
function asText(name: string) {
  const inObject = (schema: object) => ({
    schema: { type: 'object', properties: { [name]: schema } },
  })
  return {
    'multipart/form-data': inObject({ type: 'string', format: 'binary' }),
    'text/plain': { schema: { type: 'string' } },
    'application/json': inObject({ type: 'string' }),
  }
}
