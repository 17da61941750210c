import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  createOrganization,
  deleteOrganization,
  type Organization,
} from '../../../directory/index.ts'
import { accept } from '../../../ledger/index.ts'
import { type Condition, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param, sees } from '../caller.ts'
import { givenText } from '../given.ts'
import { countRoutes } from '../lists/count.ts'
import { pageEnvelope } from '../lists/envelope.ts'
import { pageParameters } from '../lists/parameters.ts'
import { conditionsOf, type Parameters, pageQuery, within } from '../lists/query.ts'
import { noteUse } from '../lists/uses.ts'
import { invalidQuery, notFound, type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, type RouteFacts, route } from '../route.ts'
import { bookOf, findOrganization } from '../tenant.ts'
import {
  type OrganizationCreate,
  type OrganizationUpdate,
  organizationCreate,
  organizationFilters,
  organizationShown,
  organizationUpdate,
} from './schema.ts'
import { changedOrganization, newOrganization, shownOrganization } from './translate.ts'

const ENTITY = 'Organization'
const COLLECTION = '/organizations'
const ITEM = '/organizations/:organization_id'

const about = { resource: 'organizations', entity: ENTITY } as const
const shows: RouteFacts['success'] = { status: 200, schema: organizationShown }

export async function organizationRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  route(
    face,
    'POST',
    COLLECTION,
    {
      ...about,
      summary: 'Make an organization',
      body: organizationCreate,
      success: { status: 201, schema: organizationShown },
    },
    (request, reply) => create(services, request, reply),
  )
  route(
    face,
    'GET',
    COLLECTION,
    {
      ...about,
      summary: 'List organizations',
      query: pageParameters(organizationFilters),
      success: { status: 200 },
    },
    (request) => list(services, request),
  )
  countRoutes(face, COLLECTION, about, 'organizationsCount', (request) =>
    services.directory.store.countOrganizations({ ...FIRST_PAGE, within: visible(request) }),
  )
  route(
    face,
    'GET',
    ITEM,
    { ...about, summary: 'Get an organization', success: shows },
    async (request) => {
      const row = await findOrganization(services, request)
      return shownOrganization(row ?? refuse(notFound(ENTITY)))
    },
  )
  route(
    face,
    'PATCH',
    ITEM,
    {
      ...about,
      summary: 'Change an organization',
      body: organizationUpdate,
      success: shows,
    },
    async (request) => shownOrganization(await change(services, request)),
  )
  route(
    face,
    'DELETE',
    ITEM,
    { ...about, summary: 'Delete an organization with its ledgers', success: { status: 204 } },
    (request, reply) => remove(services, request, reply),
  )
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

/** A caller that is limited to some organizations sees those alone. */
function visible(request: FastifyRequest): readonly Condition[] {
  const { organizations } = request.midaz.principal
  if (organizations === null) return []
  return [{ field: 'id', operator: 'in', values: [NOBODY, ...organizations] }]
}

const unknownParent: Problem = {
  code: '0039',
  detail: 'There is no organization with the id given as parentOrganizationId.',
}

async function create(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const { principal } = request.midaz
  if (principal.organizations !== null)
    refuse({ code: '0043', detail: 'The token is for certain organizations only.', entity: null })
  const order = newOrganization(bodyOf<OrganizationCreate>(request))
  const made = await createOrganization(services.directory, order, principal.id)
  if (!made.accepted)
    refuse(
      made.refusal.code === 'reference_not_found'
        ? unknownParent
        : problemOfDirectory(made.refusal),
    )
  return reply.code(201).send(shownOrganization(made.outcome))
}

async function list(services: Services, request: FastifyRequest) {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  noteUse(services, 'organization', query)
  const conditions = conditionsOf(organizationFilters, parameters)
  if (query.metadata.length > 0 && conditions.length > 0)
    refuse(invalidQuery('metadata', 'does not go together with other filters'))
  const rows = await services.directory.store.organizations({
    ...FIRST_PAGE,
    within: [...visible(request), ...within(query.span), ...conditions, ...query.metadata],
    order: query.order,
    limit: query.limit,
    offset: query.offset,
  })
  if (rows.length === 0 && query.metadata.length > 0)
    refuse({ code: '0059', detail: 'No organization has this metadata.' })
  return pageEnvelope(rows.map(shownOrganization), query)
}

async function change(services: Services, request: FastifyRequest): Promise<Organization> {
  const { directory } = services
  const body = bodyOf<OrganizationUpdate>(request)
  const id = param(request, 'organization_id')
  const parentId = givenText(body.parentOrganizationId)
  if (parentId?.toLowerCase() === id)
    refuse({ code: '0091', detail: 'An organization cannot be its own parent.' })
  const bookId = (await bookOf(services, request)) ?? refuse(notFound(ENTITY))
  if (parentId !== null && !(await isKnown(services, request, parentId))) refuse(unknownParent)
  const changed = await directory.update(
    'organization',
    bookId,
    id,
    request.midaz.principal.id,
    async (row) => accept(changedOrganization(row, body)),
  )
  return changed.accepted ? changed.outcome : refuse(problemOfDirectory(changed.refusal))
}

async function isKnown(services: Services, request: FastifyRequest, id: string): Promise<boolean> {
  return sees(request.midaz, id) && (await services.directory.store.bookOf(id)) !== null
}

async function remove(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const id = param(request, 'organization_id')
  const bookId = (await bookOf(services, request)) ?? refuse(notFound(ENTITY))
  if (id === services.home.organizationId)
    refuse(problemOfDirectory({ code: 'permanent', entity: 'organization', id }))
  const { principal } = request.midaz
  const deleted = await deleteOrganization(services.directory, bookId, id, principal.id)
  if (!deleted.accepted) refuse(problemOfDirectory(deleted.refusal))
  services.tenancy.forget(id)
  return reply.code(204).send()
}
