import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  changeSettings,
  createLedger,
  type DirectoryRefusal,
  deleteLedger,
  type Ledger,
  ledgerNameKey,
  updateLedger,
} from '../../../directory/index.ts'
import { equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { LEDGER } from '../collection.ts'
import { givenMetadata, givenName, givenStatus, patchedMetadata, patchedStatus } from '../given.ts'
import { countRoutes } from '../lists/count.ts'
import { pageEnvelope } from '../lists/envelope.ts'
import { pageParameters } from '../lists/parameters.ts'
import { conditionsOf, type Parameters, pageQuery, within } from '../lists/query.ts'
import { noteUse } from '../lists/uses.ts'
import { invalidQuery, notFound, type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, type RouteFacts, route } from '../route.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import { bookOf, findLedger, findOrganization } from '../tenant.ts'
import {
  type LedgerCreate,
  type LedgerUpdate,
  ledgerCreate,
  ledgerFilters,
  ledgerShown,
  ledgerUpdate,
  settingsPatch,
} from './schema.ts'
import { patchedSettings, settingsOf } from './settings.ts'

const ENTITY = 'Ledger'
const COLLECTION = '/organizations/:organization_id/ledgers'

const about = { resource: 'ledgers', entity: ENTITY } as const
const shows = (status: number): RouteFacts['success'] => ({ status, schema: ledgerShown })

export async function ledgerRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  route(
    face,
    'POST',
    COLLECTION,
    { ...about, summary: 'Make a ledger', body: ledgerCreate, success: shows(201) },
    async (request, reply) => reply.code(201).send(shownLedger(await create(services, request))),
  )
  route(
    face,
    'GET',
    COLLECTION,
    {
      ...about,
      summary: 'List ledgers',
      query: pageParameters(ledgerFilters),
      success: { status: 200 },
    },
    (request) => list(services, request),
  )
  countRoutes(face, COLLECTION, about, 'ledgersCount', (request) => count(services, request))
  route(
    face,
    'GET',
    LEDGER,
    { ...about, summary: 'Get a ledger', success: shows(200) },
    async (request) => shownLedger(await found(services, request)),
  )
  route(
    face,
    'PATCH',
    LEDGER,
    { ...about, summary: 'Change a ledger', body: ledgerUpdate, success: shows(200) },
    async (request) => {
      const body = bodyOf<LedgerUpdate>(request)
      const changed = await change(services, request, (row) => ({
        ...patchedStatus(body.status),
        ...givenName(body.name),
        metadata: patchedMetadata(row.metadata, body.metadata),
      }))
      return shownLedger(changed)
    },
  )
  route(
    face,
    'DELETE',
    LEDGER,
    { ...about, summary: 'Delete a ledger', success: { status: 204 } },
    (request, reply) => remove(services, request, reply),
  )
  settingsRoutes(face, services)
}

/** Bytes of a patch of settings. */
const SETTINGS_MAX = 64 * 1024

function settingsRoutes(face: FastifyInstance, services: Services): void {
  const facts = { resource: 'settings', entity: ENTITY, success: { status: 200 } } as const
  route(
    face,
    'GET',
    `${LEDGER}/settings`,
    { ...facts, summary: 'Get the settings of a ledger' },
    async (request) => settingsOf((await found(services, request)).settings),
  )
  route(
    face,
    'PATCH',
    `${LEDGER}/settings`,
    {
      ...facts,
      summary: 'Change settings of a ledger',
      body: settingsPatch,
      bodyMax: SETTINGS_MAX,
    },
    async (request) => {
      const patch = bodyOf<JsonValue>(request)
      // What cannot be is refused before anything is begun.
      patchedSettings(null, patch)
      const bookId = (await bookOf(services, request)) ?? refuse(notFound(ENTITY))
      const changed = await changeSettings(
        services.directory,
        { bookId, ledgerId: param(request, 'ledger_id') },
        (settings) => patchedSettings(settings, patch),
        request.midaz.principal.id,
        services.now(),
      )
      if (!changed.accepted) refuse(problemOfSettings(changed.refusal))
      return settingsOf(changed.outcome.settings)
    },
  )
}

async function found(services: Services, request: FastifyRequest): Promise<Ledger> {
  return (await findLedger(services, request)) ?? refuse(notFound(ENTITY))
}

async function create(services: Services, request: FastifyRequest): Promise<Ledger> {
  const body = bodyOf<LedgerCreate>(request)
  const organization = (await findOrganization(services, request)) ?? refuse(missingOrganization)
  const settings = body.settings ?? null
  const made = await createLedger(
    services.directory,
    organization.bookId,
    {
      ...givenStatus(body.status),
      organizationId: organization.id,
      name: body.name,
      nameKey: ledgerNameKey(body.name),
      settings: settings === null ? null : patchedSettings(null, settings as JsonValue),
      metadata: givenMetadata(body.metadata),
      shared: organization.id === services.home.organizationId,
    },
    request.midaz.principal.id,
  )
  return made.accepted ? made.outcome : refuse(problemOfLedger(made.refusal))
}

const missingOrganization: Problem = {
  code: '0038',
  detail: 'There is no organization with this id.',
  entity: 'Organization',
}

function problemOfLedger(refusal: DirectoryRefusal): Problem {
  if (refusal.code === 'name_taken')
    return { code: '0002', detail: 'Another ledger of the organization has this name.' }
  if (refusal.code === 'reference_not_found' || refusal.code === 'book_closed')
    return missingOrganization
  return problemOfDirectory(refusal)
}

/** A ledger whose book was closed in the meantime was deleted. */
function problemOfSettings(refusal: DirectoryRefusal): Problem {
  return refusal.code === 'book_closed' ? notFound(ENTITY) : problemOfDirectory(refusal)
}

async function list(services: Services, request: FastifyRequest) {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  noteUse(services, 'ledger', query)
  const conditions = conditionsOf(ledgerFilters, parameters)
  if (query.metadata.length > 0 && conditions.some(({ field }) => field === 'name'))
    refuse(invalidQuery('metadata', 'does not go together with name'))
  const organization = await findOrganization(services, request)
  if (organization === null) return pageEnvelope([], query)
  const rows = await services.directory.store.list('ledger', organization.bookId, {
    ...FIRST_PAGE,
    within: [
      equals('organizationId', organization.id),
      ...within(query.span),
      ...conditions,
      ...query.metadata,
    ],
    order: query.order,
    limit: query.limit,
    offset: query.offset,
  })
  if (rows.length === 0 && query.metadata.length > 0)
    refuse({ code: '0060', detail: 'No ledger of the organization has this metadata.' })
  return pageEnvelope(rows.map(shownLedger), query)
}

async function count(services: Services, request: FastifyRequest): Promise<number> {
  const organization = await findOrganization(services, request)
  if (organization === null) return 0
  const within = [equals('organizationId', organization.id)]
  return services.directory.store.count('ledger', organization.bookId, { ...FIRST_PAGE, within })
}

async function change(
  services: Services,
  request: FastifyRequest,
  replaced: (row: Ledger) => Partial<Ledger>,
): Promise<Ledger> {
  const bookId = (await bookOf(services, request)) ?? refuse(notFound(ENTITY))
  const id = param(request, 'ledger_id')
  const { principal } = request.midaz
  const changed = await updateLedger(services.directory, bookId, id, replaced, principal.id)
  return changed.accepted ? changed.outcome : refuse(problemOfDirectory(changed.refusal))
}

async function remove(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const bookId = (await bookOf(services, request)) ?? refuse(notFound(ENTITY))
  const id = param(request, 'ledger_id')
  const deleted = await deleteLedger(services.directory, bookId, id, request.midaz.principal.id)
  if (!deleted.accepted) refuse(problemOfDirectory(deleted.refusal))
  services.tenancy.forget(param(request, 'organization_id'), id)
  return reply.code(204).send()
}

export function shownLedger(row: Ledger) {
  return {
    id: row.id,
    name: row.name,
    organizationId: row.organizationId,
    status: shownStatus(row),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
    ...(row.settings === null ? {} : { settings: settingsOf(row.settings) }),
  }
}
