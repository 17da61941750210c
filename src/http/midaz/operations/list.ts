/** The list of the operations of an account. */
import type { FastifyRequest } from 'fastify'
import { entryId, entryOf } from '../../../engine/index.ts'
import {
  ALL_OPERATIONS,
  type Operation,
  type OperationFilter,
  type OperationPlace,
} from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { aroundSlice, listText, sliceOf, sliceQuery } from '../lists/envelope.ts'
import {
  conditionsOf,
  type Filter,
  type PageQuery,
  type Parameters,
  pageQuery,
} from '../lists/query.ts'
import { noteUse } from '../lists/uses.ts'
import { invalidQuery, refuse } from '../problem.ts'
import { findPlace, type Place } from '../tenant.ts'
import { operationText } from './write.ts'

export const operationFilters: readonly Filter[] = [
  { parameter: 'type', field: 'type', kind: 'text' },
  { parameter: 'direction', field: 'direction', kind: ['debit', 'credit'] },
  { parameter: 'route_id', field: 'routeId', kind: 'uuid' },
  { parameter: 'route_code', field: 'routeCode', kind: 'text' },
  { parameter: 'transaction_id', field: 'transactionId', kind: 'uuid' },
  { parameter: 'operation_id', field: 'operationId', kind: 'uuid' },
]

/** What operations of a type are in the journal. */
const TYPES: Readonly<Record<string, Partial<OperationFilter>>> = {
  DEBIT: {
    ofCompanions: false,
    kinds: [
      { effects: ['post'], side: 'debit' },
      { effects: ['settle'], side: 'debit', ruled: false },
      { effects: ['hold'], ruled: true },
    ],
    action: null,
  },
  CREDIT: {
    ofCompanions: false,
    kinds: [{ effects: ['post', 'settle'], side: 'credit' }, { effects: ['freed'] }],
    action: null,
  },
  ON_HOLD: {
    ofCompanions: false,
    kinds: [
      { effects: ['hold'], ruled: false },
      { effects: ['held'] },
      { effects: ['settle'], side: 'debit', ruled: true },
    ],
  },
  RELEASE: { ofCompanions: false, kinds: [{ effects: ['release'] }] },
  BLOCK: { ofCompanions: false, action: 'block' },
  UNBLOCK: { ofCompanions: false, action: 'unblock' },
  OVERDRAFT: { ofCompanions: true },
}

export async function listOperations(services: Services, request: FastifyRequest): Promise<string> {
  const parameters = request.query as Parameters
  const query = pageQuery(parameters)
  noteUse(services, 'operation', query)
  const filter = filterOf(parameters, query)
  const place = await findPlace(services, request)
  const accountId = param(request, 'account_id')
  const named = place === null ? null : await readNamed(services, place, parameters)
  const found =
    place === null || filter === null
      ? []
      : (named?.filter((operation) => operation.accountId === accountId) ??
        (await read(services, place, accountId, query, filter)))
  const slice =
    named === null
      ? sliceOf(found, query, ({ transactionId, leg }) => entryId(transactionId, leg))
      : { rows: found, next: null, prev: null }
  const { profile } = request.midaz
  const items = slice.rows.map((operation) => {
    return operationText(operation, place?.organizationId ?? '', profile)
  })
  return listText(items, aroundSlice(query, slice))
}

/**
 * The operations of one transaction, or one operation, as the client for TypeScript asks for them: all at once, whatever
 * else is asked for. Null when neither is named.
 */
async function readNamed(
  services: Services,
  { moneyBookId, ledgerId }: Place,
  parameters: Parameters,
): Promise<readonly Operation[] | null> {
  const conditions = conditionsOf(operationFilters, parameters)
  const idIn = (field: string) => conditions.find((condition) => condition.field === field)
  const [transactionId, operationId] = ['transactionId', 'operationId'].map((field) =>
    String(idIn(field)?.values[0] ?? ''),
  )
  if (!transactionId && !operationId) return null
  const entry = operationId ? entryOf(operationId) : null
  const one =
    entry === null
      ? null
      : await services.journal.operation(moneyBookId, entry.transactionId, entry.leg)
  const all = operationId
    ? [one].filter((operation) => operation !== null)
    : await services.journal.operationsOf(moneyBookId, [transactionId ?? ''])
  return all.filter(
    (operation) =>
      operation.ledgerId === ledgerId && (!transactionId || operation.shownId === transactionId),
  )
}

/** What is asked for, or null when there cannot be any such operation. */
function filterOf(parameters: Parameters, { metadata }: PageQuery): OperationFilter | null {
  const conditions = conditionsOf(operationFilters, parameters)
  const valueAsked = (field: string) => {
    const value = conditions.find((condition) => condition.field === field)?.values[0]
    return value === undefined ? null : String(value)
  }
  const asked = valueAsked('type')?.toUpperCase() ?? null
  const type = asked === null ? {} : Object.hasOwn(TYPES, asked) ? TYPES[asked] : undefined
  if (type === undefined) return null
  const direction = valueAsked('direction')
  return {
    ...ALL_OPERATIONS,
    ...type,
    direction: direction === 'debit' || direction === 'credit' ? direction : null,
    routeId: valueAsked('routeId'),
    routeCode: valueAsked('routeCode'),
    metadata: metadata.map(({ field, values }) => [
      field.slice('metadata.'.length),
      String(values[0] ?? ''),
    ]),
  }
}

async function read(
  services: Services,
  place: Place,
  accountId: string,
  query: PageQuery,
  filter: OperationFilter,
): Promise<readonly Operation[]> {
  const account = await services.directory.store.get('account', place.moneyBookId, accountId)
  if (account?.ledgerId !== place.ledgerId) return []
  const { order, limit } = sliceQuery(query)
  return services.journal.listOperations(place.moneyBookId, {
    accountId,
    span: query.span,
    order,
    after: await placeOfCursor(services, place, query),
    limit,
    filter,
  })
}

async function placeOfCursor(
  services: Services,
  place: Place,
  { cursor, span }: PageQuery,
): Promise<OperationPlace | null> {
  if (cursor === null) return null
  const entry = entryOf(cursor.id) ?? refuse(invalidQuery('cursor', 'is none of this list'))
  if (span === null) return { ...entry, valueAt: 0 }
  const operation = await services.journal.operation(
    place.moneyBookId,
    entry.transactionId,
    entry.leg,
  )
  if (operation === null) refuse(invalidQuery('cursor', 'is none of this list'))
  return { ...entry, valueAt: operation.effectiveAt ?? operation.recordedAt }
}
