import type { FastifyInstance } from 'fastify'
import {
  createTransactionRoute,
  findOperationRoutes,
  type OperationRouteRow,
  removeInLedger,
  type TransactionRouteRow,
  updateTransactionRoute,
} from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { uuidOf } from '../body/uuid.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import { givenMetadata, givenText, patchedMetadata } from '../given.ts'
import { shownOperationRoute } from '../operation-routes/routes.ts'
import { type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { shownDescription, shownMetadata, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import {
  type TransactionRouteCreate,
  type TransactionRouteUpdate,
  transactionRouteCreate,
  transactionRouteShown,
  transactionRouteUpdate,
} from './schema.ts'

const missing: Problem = {
  code: '0105',
  detail: 'There is no transaction route with this id here.',
}

export async function transactionRouteRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'transaction_route',
    name: 'TransactionRoute',
    resource: 'transaction-routes',
    path: 'transaction-routes',
    id: 'transaction_route_id',
    countMember: 'transactionRoutesCount',
    paging: 'cursor',
    schemas: {
      create: transactionRouteCreate,
      update: transactionRouteUpdate,
      shown: transactionRouteShown,
    },
    filters: [],
    noneFound: null,
    missing,
    ledgerMissing,
    create: ({ moneyBookId: bookId, ledgerId }, request) => {
      const body = bodyOf<TransactionRouteCreate>(request)
      const order = {
        title: body.title,
        description: body.description ?? null,
        operationRoutes: listOf(body.operationRoutes),
        metadata: givenMetadata(body.metadata),
      }
      const { id: actor } = request.midaz.principal
      return createTransactionRoute(directory, { bookId, ledgerId }, order, actor)
    },
    update: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const body = bodyOf<TransactionRouteUpdate>(request)
      const operationRoutes = replacedList(body.operationRoutes)
      const change = (row: TransactionRouteRow): Partial<TransactionRouteRow> => ({
        title: givenText(body.title) ?? row.title,
        description: givenText(body.description) ?? row.description,
        ...(operationRoutes === null ? {} : { operationRoutes }),
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      const { id: actor } = request.midaz.principal
      return updateTransactionRoute(directory, { bookId, ledgerId }, id, change, actor)
    },
    remove: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const { id: actor } = request.midaz.principal
      return removeInLedger(directory, 'transaction_route', { bookId, ledgerId }, id, actor)
    },
    problemOf: (refusal) => {
      if (refusal.code === 'not_found') return missing
      const problem = problemOfDirectory(refusal)
      if (refusal.code === 'reference_not_found') return { ...problem, code: '0101' }
      if (refusal.code === 'route_lacks_side' && refusal.side === 'destination')
        return { ...problem, code: '0154' }
      return problem
    },
    prepare: (rows, place) => showWithOperationRoutes(services, rows, place),
    show: (row, place) => shownTransactionRoute(row, place, []),
  })
}

const ROUTES_MAX = 100

/** The operation routes of a transaction route, each once. */
function listOf(ids: readonly string[]): readonly string[] {
  if (ids.length > ROUTES_MAX)
    refuse({
      code: '0158',
      detail: `A transaction route has at most ${ROUTES_MAX} operation routes.`,
    })
  return [...new Set(ids.map((id) => uuidOf(id) ?? id))]
}

function replacedList(ids: readonly string[] | null | undefined): readonly string[] | null {
  if (ids === null || ids === undefined) return null
  if (ids.length < 2)
    refuse({ code: '0104', detail: 'A transaction route is given at least two operation routes.' })
  return listOf(ids)
}

/** Reads the operation routes of all the rows at once. */
async function showWithOperationRoutes(
  { directory }: Services,
  rows: readonly TransactionRouteRow[],
  { moneyBookId }: Place,
) {
  const ids = [...new Set(rows.flatMap((row) => row.operationRoutes))]
  const found = await findOperationRoutes(directory.store, moneyBookId, ids)
  const byId = new Map(found.map((row) => [row.id, row]))
  return (row: TransactionRouteRow, place: Place) =>
    shownTransactionRoute(
      row,
      place,
      row.operationRoutes.flatMap((id) => byId.get(id) ?? []),
    )
}

export function shownTransactionRoute(
  row: TransactionRouteRow,
  place: Place,
  operationRoutes: readonly OperationRouteRow[],
) {
  return {
    id: row.id,
    organizationId: place.organizationId,
    ledgerId: row.ledgerId,
    title: row.title,
    ...shownDescription(row),
    operationRoutes: operationRoutes.map((one) => shownOperationRoute(one, place)),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
