/** The routes that every kind of entity of a ledger has: make, list, count, get, change, delete. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { DirectoryRefusal, Rows } from '../../directory/index.ts'
import type { Decision } from '../../ledger/index.ts'
import { equals, FIRST_PAGE, type ListQuery } from '../../reports/index.ts'
import type { Services } from '../services.ts'
import { param } from './caller.ts'
import { countRoutes } from './lists/count.ts'
import { aroundSlice, pageEnvelope, sliceOf, sliceQuery } from './lists/envelope.ts'
import { cursorParameters, pageParameters } from './lists/parameters.ts'
import { conditionsOf, type Filter, type Parameters, pageQuery, within } from './lists/query.ts'
import { noteUse } from './lists/uses.ts'
import { type Problem, refuse } from './problem.ts'
import type { Profile } from './profile.ts'
import { type Resource, type RouteFacts, route } from './route.ts'
import { findPlace, type Place } from './tenant.ts'

/** What belongs to a ledger and is kept in the book of its money. */
export type LedgerEntity =
  | 'asset'
  | 'portfolio'
  | 'segment'
  | 'account_type'
  | 'account'
  | 'operation_route'
  | 'transaction_route'

type Made<Row> = Promise<Decision<Row, DirectoryRefusal>>

export type Collection<E extends LedgerEntity> = {
  readonly entity: E
  /** As errors name it. */
  readonly name: string
  readonly resource: Resource
  /** The path below the ledger, and the path parameter of one of them. */
  readonly path: string
  readonly id: string
  /** What the count is called in a body. */
  readonly countMember: string
  /** Whether pages go by number or from cursor to cursor, or so with a number beside the cursors. */
  readonly paging: 'page' | 'cursor' | 'numbered_cursor'
  readonly schemas: { readonly create: TSchema; readonly update: TSchema; readonly shown: TSchema }
  readonly filters: readonly Filter[]
  /** In which ledgers' rows the list looks; the one in the path unless told. */
  readonly ledgers?: (place: Place) => readonly string[]
  /** What is said when nothing has the metadata that is asked for; null where an empty list says it. */
  readonly noneFound: Problem | null
  readonly missing: Problem
  readonly ledgerMissing: Problem
  readonly create: (place: Place, request: FastifyRequest) => Made<Rows[E]>
  readonly update: (place: Place, id: string, request: FastifyRequest) => Made<Rows[E]>
  readonly remove: (place: Place, id: string, request: FastifyRequest) => Made<unknown>
  readonly problemOf: (refusal: DirectoryRefusal, verb: 'create' | 'update' | 'remove') => Problem
  /** Reads what rows are shown with, and tells how they are shown then. */
  readonly prepare?: (rows: readonly Rows[E][], place: Place) => Promise<Show<Rows[E]>>
  readonly show: Show<Rows[E]>
}

type Show<Row> = (row: Row, place: Place, profile: Profile) => object

export const LEDGER = '/organizations/:organization_id/ledgers/:ledger_id'

export const ledgerMissing: Problem = {
  code: '0037',
  detail: 'There is no such ledger in this organization.',
  entity: 'Ledger',
}

export function collectionRoutes<E extends LedgerEntity>(
  face: FastifyInstance,
  services: Services,
  of: Collection<E>,
): void {
  const about = { resource: of.resource, entity: of.name } as const
  const all = `${LEDGER}/${of.path}`
  const one = `${all}/:${of.id}`
  const shows = (status: number): RouteFacts['success'] => ({ status, schema: of.schemas.shown })
  const parameters = of.paging === 'page' ? pageParameters : cursorParameters
  const named = of.name.toLowerCase()

  route(
    face,
    'POST',
    all,
    { ...about, summary: `Make: ${named}`, body: of.schemas.create, success: shows(201) },
    async (request, reply) => {
      const place = (await findPlace(services, request)) ?? refuse(of.ledgerMissing)
      const made = await of.create(place, request)
      if (!made.accepted) refuse(of.problemOf(made.refusal, 'create'))
      return reply.code(201).send(await shown(of, made.outcome, place, request))
    },
  )
  route(
    face,
    'GET',
    all,
    {
      ...about,
      summary: `List: ${named}`,
      query: parameters(of.filters),
      success: { status: 200 },
    },
    (request) => list(services, of, request),
  )
  countRoutes(face, all, about, of.countMember, (request) => count(services, of, request))
  route(
    face,
    'GET',
    one,
    { ...about, summary: `Get: ${named}`, success: shows(200) },
    async (request) => {
      const place = (await findPlace(services, request)) ?? refuse(of.missing)
      const row = await find(services, of, place, param(request, of.id))
      return shown(of, row, place, request)
    },
  )
  route(
    face,
    'PATCH',
    one,
    { ...about, summary: `Change: ${named}`, body: of.schemas.update, success: shows(200) },
    async (request) => {
      const place = (await findPlace(services, request)) ?? refuse(of.missing)
      const changed = await of.update(place, param(request, of.id), request)
      return changed.accepted
        ? shown(of, changed.outcome, place, request)
        : refuse(of.problemOf(changed.refusal, 'update'))
    },
  )
  route(
    face,
    'DELETE',
    one,
    { ...about, summary: `Delete: ${named}`, success: { status: 204 } },
    (request, reply) => remove(services, of, request, reply),
  )
}

async function shown<E extends LedgerEntity>(
  of: Collection<E>,
  row: Rows[E],
  place: Place,
  request: FastifyRequest,
): Promise<object> {
  const show = (await of.prepare?.([row], place)) ?? of.show
  return show(row, place, request.midaz.profile)
}

async function remove<E extends LedgerEntity>(
  services: Services,
  of: Collection<E>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const place = (await findPlace(services, request)) ?? refuse(of.missing)
  const removed = await of.remove(place, param(request, of.id), request)
  if (!removed.accepted) refuse(of.problemOf(removed.refusal, 'remove'))
  return reply.code(204).send()
}

/** The row with this id in this ledger. */
async function find<E extends LedgerEntity>(
  services: Services,
  of: Collection<E>,
  place: Place,
  id: string,
): Promise<Rows[E]> {
  const row = await services.directory.store.get(of.entity, place.moneyBookId, id)
  if (row === null || !ledgersOf(of, place).includes(row.ledgerId)) refuse(of.missing)
  return row
}

function ledgersOf<E extends LedgerEntity>(of: Collection<E>, place: Place): readonly string[] {
  return of.ledgers?.(place) ?? [place.ledgerId]
}

function inLedgers<E extends LedgerEntity>(of: Collection<E>, place: Place) {
  const [only, ...others] = ledgersOf(of, place)
  return others.length === 0 && only !== undefined
    ? equals('ledgerId', only)
    : ({ field: 'ledgerId', operator: 'in', values: ledgersOf(of, place) } as const)
}

async function list<E extends LedgerEntity>(
  services: Services,
  of: Collection<E>,
  request: FastifyRequest,
) {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  noteUse(services, of.entity, query)
  const conditions = conditionsOf(of.filters, parameters)
  const place = await findPlace(services, request)
  if (place === null) return pageEnvelope([], query)
  const asked: ListQuery = {
    ...FIRST_PAGE,
    within: [inLedgers(of, place), ...within(query.span), ...conditions, ...query.metadata],
    ...(of.paging !== 'page' && query.page === 1
      ? sliceQuery(query)
      : { order: query.order, limit: query.limit, offset: query.offset }),
  }
  const rows = await services.directory.store.list(of.entity, place.moneyBookId, asked)
  if (rows.length === 0 && query.metadata.length > 0 && of.noneFound !== null) refuse(of.noneFound)
  const showRow = (await of.prepare?.(rows, place)) ?? of.show
  const show = (row: Rows[E]) => showRow(row, place, request.midaz.profile)
  if (of.paging === 'page') return pageEnvelope(rows.map(show), query)
  const slice = sliceOf(rows, query, (row) => row.id)
  const page = of.paging === 'numbered_cursor' ? { page: query.page } : {}
  return { items: slice.rows.map(show), ...aroundSlice(query, slice), ...page }
}

async function count<E extends LedgerEntity>(
  services: Services,
  of: Collection<E>,
  request: FastifyRequest,
): Promise<number> {
  const place = await findPlace(services, request)
  if (place === null) return 0
  return services.directory.store.count(of.entity, place.moneyBookId, {
    ...FIRST_PAGE,
    within: [inLedgers(of, place)],
  })
}
