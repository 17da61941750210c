/**
 * Which names of metadata are indexed. Every name is, so asking for one changes nothing but this list, which is one for
 * the whole server: who may see some organizations only may not see it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MetadataIndex } from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { type Parameters, parameter } from '../lists/query.ts'
import { usesOf } from '../lists/uses.ts'
import { type Problem, refuse } from '../problem.ts'
import { bodyOf, route } from '../route.ts'
import {
  ENTITIES,
  type MetadataIndexCreate,
  metadataIndexCreate,
  metadataIndexShown,
} from './schema.ts'

const ALL = '/settings/metadata-indexes'
const OF_ENTITY = `${ALL}/entities/:entity_name`

/** Indexes of one entity, as many as the real server's database takes. */
const INDEXES_MAX = 63

const about = { resource: 'settings', entity: 'MetadataIndex' } as const

export async function metadataIndexRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { metadataIndexes } = services.directory.store
  const query = [{ name: 'entity_name', describe: `One of ${ENTITIES.join(', ')}.` }]
  route(
    face,
    'GET',
    ALL,
    { ...about, summary: 'List metadata indexes', query, success: { status: 200 } },
    async (request) => {
      mayManage(request)
      const asked = parameter(request.query as Parameters, 'entity_name')
      const entity = asked === null ? null : entityOf(asked)
      const found = await metadataIndexes.list(entity)
      return found.map((index) => ({
        ...shownIndex(index),
        stats: { accesses: usesOf(services, index.entity, index.key), statsSince: index.createdAt },
      }))
    },
  )
  const success = { status: 201, schema: metadataIndexShown }
  route(
    face,
    'POST',
    OF_ENTITY,
    { ...about, summary: 'Index a name of metadata', body: metadataIndexCreate, success },
    async (request, reply) => reply.code(201).send(await create(services, request)),
  )
  route(
    face,
    'DELETE',
    `${OF_ENTITY}/key/:index_key`,
    { ...about, summary: 'Give up a metadata index', success: { status: 204 } },
    async (request, reply) => {
      mayManage(request)
      const entity = entityOf(param(request, 'entity_name'))
      if (!(await metadataIndexes.remove(entity, textOf(param(request, 'index_key')))))
        refuse(missing)
      return reply.code(204).send()
    },
  )
}

const missing: Problem = { code: '0133', detail: 'There is no such index.' }

async function create(services: Services, request: FastifyRequest): Promise<object> {
  mayManage(request)
  const entity = entityOf(param(request, 'entity_name'))
  const body = bodyOf<MetadataIndexCreate>(request)
  const order = {
    entity,
    key: body.metadataKey,
    isUnique: body.unique ?? false,
    isSparse: body.sparse ?? true,
  }
  const { metadataIndexes } = services.directory.store
  const index = await metadataIndexes.create(order, services.now(), INDEXES_MAX)
  if (index === null)
    refuse({ code: '0135', detail: `There are ${INDEXES_MAX} indexes of ${entity} already.` })
  if (index.isUnique !== order.isUnique || index.isSparse !== order.isSparse)
    refuse({ code: '0132', detail: 'There is an index of this name with other options.' })
  return shownIndex(index)
}

function shownIndex({ entity, key, isUnique, isSparse }: MetadataIndex) {
  return {
    indexName: `metadata.${key}_1`,
    entityName: entity,
    metadataKey: key,
    unique: isUnique,
    sparse: isSparse,
  }
}

/** @throws Refused when the caller does not see every organization */
function mayManage({ midaz }: FastifyRequest): void {
  if (midaz.principal.organizations !== null)
    refuse({
      code: '0043',
      detail: 'Metadata indexes belong to all organizations; the token is for some.',
      entity: null,
    })
}

function entityOf(name: string): string {
  if (!ENTITIES.includes(name))
    refuse({ code: '0138', detail: `The entity is one of ${ENTITIES.join(', ')}.` })
  return name
}

/** No name has a NUL character, and the database takes none. */
function textOf(name: string): string {
  return name.includes('\0') ? '' : name
}
