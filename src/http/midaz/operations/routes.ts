import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { amend } from '../../../directory/index.ts'
import { entryId, entryOf } from '../../../engine/index.ts'
import type { JsonObject } from '../../../ledger/index.ts'
import type { Operation } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { closedObject, metadataPatch, optional, shownOf, text } from '../body/schema.ts'
import { param } from '../caller.ts'
import { LEDGER } from '../collection.ts'
import { patchedMetadata } from '../given.ts'
import { cursorParameters } from '../lists/parameters.ts'
import { notFound, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, type RouteFacts, route } from '../route.ts'
import { findPlace, type Place } from '../tenant.ts'
import { listOperations, operationFilters } from './list.ts'
import { operationText } from './write.ts'

const ENTITY = 'Operation'
const JSON_TYPE = 'application/json; charset=utf-8'

const operationUpdate = closedObject({
  description: optional(text(256)),
  metadata: optional(metadataPatch),
})

const operationShown = shownOf({
  transactionId: Type.String(),
  description: Type.String(),
  type: Type.String(),
  assetCode: Type.String(),
  amount: Type.Object({}),
  balance: Type.Object({}),
  balanceAfter: Type.Object({}),
  accountId: Type.String(),
  accountAlias: Type.String(),
  balanceKey: Type.String(),
  balanceId: Type.String(),
})

const about = { resource: 'operations', entity: ENTITY } as const
const shows: RouteFacts['success'] = { status: 200, schema: operationShown }

export async function operationRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const ofAccount = `${LEDGER}/accounts/:account_id/operations`
  const ofTransaction = `${LEDGER}/transactions/:transaction_id/operations`
  route(
    face,
    'GET',
    ofAccount,
    {
      ...about,
      summary: 'List the operations of an account',
      query: cursorParameters(operationFilters),
      success: { status: 200 },
    },
    (request) => listOperations(services, request),
  )
  route(
    face,
    'GET',
    `${ofAccount}/:operation_id`,
    { ...about, summary: 'Get an operation of an account', success: shows },
    async (request, reply) => {
      const { operation, place } = await find(services, request)
      return send(reply, operation, place, request)
    },
  )
  for (const path of [ofTransaction, ofAccount])
    route(
      face,
      'PATCH',
      `${path}/:operation_id`,
      {
        ...about,
        summary: 'Change the description and metadata of an operation',
        body: operationUpdate,
        success: shows,
      },
      (request, reply) => change(services, request, reply),
    )
}

type Found = { readonly operation: Operation; readonly place: Place }

/** The operation in the path, if it belongs to the account or to the transaction in the path. */
async function find(services: Services, request: FastifyRequest): Promise<Found> {
  const place = (await findPlace(services, request)) ?? refuse(notFound(ENTITY))
  const entry = entryOf(param(request, 'operation_id'))
  const operation =
    entry === null
      ? null
      : await services.journal.operation(place.moneyBookId, entry.transactionId, entry.leg)
  if (operation === null || operation.ledgerId !== place.ledgerId) refuse(notFound(ENTITY))
  const accountId = param(request, 'account_id')
  const transactionId = param(request, 'transaction_id')
  if (accountId !== '' && accountId !== operation.accountId) refuse(notFound(ENTITY))
  if (transactionId !== '' && transactionId !== operation.shownId) refuse(notFound(ENTITY))
  return { operation, place }
}

function idOf({ transactionId, leg }: Operation): string {
  return entryId(transactionId, leg)
}

function send(
  reply: FastifyReply,
  operation: Operation,
  { organizationId }: Place,
  request: FastifyRequest,
): FastifyReply {
  const { profile } = request.midaz
  return reply.type(JSON_TYPE).send(operationText(operation, organizationId, profile))
}

async function change(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = bodyOf<Static<typeof operationUpdate>>(request)
  const { operation, place } = await find(services, request)
  const description = operation.details?.['description']
  const metadata = operation.details?.['metadata'] ?? null
  const recorded = {
    description: typeof description === 'string' ? description : operation.transactionDescription,
    metadata: metadata as JsonObject | null,
  }
  const amended = await amend(
    services.directory,
    place.moneyBookId,
    idOf(operation),
    recorded,
    (note) => ({
      description: (body.description ?? '') === '' ? note.description : (body.description ?? null),
      metadata: patchedMetadata(note.metadata, body.metadata),
    }),
    request.midaz.principal.id,
  )
  if (!amended.accepted) refuse(problemOfDirectory(amended.refusal))
  const { transactionId, leg } = operation
  const changed = await services.journal.operation(place.moneyBookId, transactionId, leg)
  return send(reply, changed ?? operation, place, request)
}
