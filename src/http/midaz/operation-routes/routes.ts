import type { FastifyInstance } from 'fastify'
import {
  newRow,
  type OperationRouteRow,
  removeOperationRoute,
  updateInLedger,
} from '../../../directory/index.ts'
import { accept, type OperationRouteType } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { collectionRoutes, ledgerMissing } from '../collection.ts'
import { givenMetadata, givenText, patchedMetadata } from '../given.ts'
import { type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { shownDescription, shownMetadata, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import { accountRule } from './account-rule.ts'
import { accountingEntries } from './accounting-entries.ts'
import {
  type GivenAccountingEntries,
  type OperationRouteCreate,
  type OperationRouteUpdate,
  operationRouteCreate,
  operationRouteShown,
  operationRouteUpdate,
} from './schema.ts'

const missing: Problem = { code: '0101', detail: 'There is no operation route with this id here.' }

export async function operationRouteRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { directory } = services
  collectionRoutes(face, services, {
    entity: 'operation_route',
    name: 'OperationRoute',
    resource: 'operation-routes',
    path: 'operation-routes',
    id: 'operation_route_id',
    countMember: 'operationRoutesCount',
    paging: 'cursor',
    schemas: {
      create: operationRouteCreate,
      update: operationRouteUpdate,
      shown: operationRouteShown,
    },
    filters: [],
    noneFound: null,
    missing,
    ledgerMissing,
    create: ({ moneyBookId, ledgerId }, request) => {
      const body = bodyOf<OperationRouteCreate>(request)
      const operationType = typeOf(body.operationType)
      const fields = {
        ledgerId,
        title: body.title,
        description: givenText(body.description),
        code: givenText(body.code),
        operationType,
        account: accountRule(body.account),
        accountingEntries: accountingEntries(operationType, null, entriesOf(body)),
      }
      const { id: actor } = request.midaz.principal
      return directory.create('operation_route', moneyBookId, actor, async (_reader, now, id) =>
        accept({ ...newRow(moneyBookId, id, now, givenMetadata(body.metadata)), ...fields }),
      )
    },
    update: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const body = bodyOf<OperationRouteUpdate>(request)
      const account = accountRule(body.account)
      const change = (row: OperationRouteRow): Partial<OperationRouteRow> => ({
        title: givenText(body.title) ?? row.title,
        description: givenText(body.description) ?? row.description,
        code: givenText(body.code) ?? row.code,
        account: account ?? row.account,
        accountingEntries: accountingEntries(
          row.operationType,
          row.accountingEntries,
          entriesOf(body),
        ),
        metadata: patchedMetadata(row.metadata, body.metadata),
      })
      const { id: actor } = request.midaz.principal
      return updateInLedger(directory, 'operation_route', { bookId, ledgerId }, id, change, actor)
    },
    remove: ({ moneyBookId: bookId, ledgerId }, id, request) => {
      const { id: actor } = request.midaz.principal
      return removeOperationRoute(directory, { bookId, ledgerId }, id, actor)
    },
    problemOf: (refusal) => {
      if (refusal.code === 'in_use')
        return { code: '0107', detail: 'A transaction route is made of this operation route.' }
      return refusal.code === 'not_found' ? missing : problemOfDirectory(refusal)
    },
    show: shownOperationRoute,
  })
}

const TYPES: Readonly<Record<string, OperationRouteType>> = {
  source: 'source',
  destination: 'destination',
  bidirectional: 'bidirectional',
}

function typeOf(text: string): OperationRouteType {
  const name = text.toLowerCase()
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  return (
    type ??
    refuse({
      code: '0103',
      detail: 'An operation route is a source, a destination, or bidirectional.',
    })
  )
}

function entriesOf(body: { readonly accountingEntries?: unknown }) {
  return body.accountingEntries as GivenAccountingEntries | null | undefined
}

export function shownOperationRoute(row: OperationRouteRow, { organizationId }: Place) {
  return {
    id: row.id,
    organizationId,
    ledgerId: row.ledgerId,
    title: row.title,
    ...shownDescription(row),
    ...(row.code === null ? {} : { code: row.code }),
    operationType: row.operationType,
    ...(row.accountingEntries === null ? {} : { accountingEntries: row.accountingEntries }),
    ...(row.account === null ? {} : { account: row.account }),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
