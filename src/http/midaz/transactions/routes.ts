import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { amend } from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { LEDGER } from '../collection.ts'
import { patchedMetadata } from '../given.ts'
import { countRoutes } from '../lists/count.ts'
import { cursorParameters } from '../lists/parameters.ts'
import { notFound, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, type RouteFacts, route } from '../route.ts'
import { createAsked, createTransaction } from './create.ts'
import { receivedTransaction, SCRIPT_PART, tellSunset } from './dsl/receive.ts'
import { endHold, revert } from './ends.ts'
import { findTransaction, transactionPlace } from './find.ts'
import { getTransaction } from './get.ts'
import { countTransactions, listTransactions } from './list.ts'
import { BalanceNames } from './names.ts'
import type { Kind } from './order.ts'
import { shownTransaction } from './read.ts'
import {
  inflowCreate,
  outflowCreate,
  type TransactionUpdate,
  transactionCreate,
  transactionShown,
  transactionUpdate,
} from './schema.ts'
import { transactionText } from './write.ts'

const ENTITY = 'Transaction'
const ALL = `${LEDGER}/transactions`
const ONE = `${ALL}/:transaction_id`

const about = { resource: 'transactions', entity: ENTITY } as const
const shows = (status: number): RouteFacts['success'] => ({ status, schema: transactionShown })

const KINDS: readonly (readonly [Kind, string, TSchema])[] = [
  ['json', 'Move money between accounts, or set it aside', transactionCreate],
  ['inflow', 'Bring money in from the outside world', inflowCreate],
  ['outflow', 'Send money out to the outside world', outflowCreate],
  ['annotation', 'Note a transaction that moves nothing', transactionCreate],
  ['block', 'Move money to where it is blocked', transactionCreate],
  ['unblock', 'Move money back from where it is blocked', transactionCreate],
]

export async function transactionRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const names = new BalanceNames(services)
  for (const [kind, summary, body] of KINDS)
    route(
      face,
      'POST',
      `${ALL}/${kind}`,
      { ...about, summary, body, success: shows(201) },
      (request, reply) => createTransaction(services, names, kind, request, reply),
    )
  route(
    face,
    'POST',
    `${ALL}/dsl`,
    {
      ...about,
      summary: 'Move money as a script in Gold says',
      text: SCRIPT_PART,
      success: shows(201),
    },
    async (request, reply) => {
      tellSunset(request, reply)
      const body = await receivedTransaction(request)
      return createAsked(services, names, { body, kind: 'json', route: 'dsl' }, request, reply)
    },
  )
  for (const how of ['commit', 'cancel'] as const)
    route(
      face,
      'POST',
      `${ONE}/${how}`,
      { ...about, summary: `${how} a pending transaction`, success: shows(201) },
      (request, reply) => endHold(services, how, request, reply),
    )
  route(
    face,
    'POST',
    `${ONE}/revert`,
    { ...about, summary: 'Revert a transaction, once', success: shows(201) },
    (request, reply) => revert(services, request, reply),
  )
  readingRoutes(face, services)
}

function readingRoutes(face: FastifyInstance, services: Services): void {
  const counted = [
    { name: 'status', describe: 'APPROVED, PENDING, CANCELED or NOTED.' },
    { name: 'route', describe: 'The route that transactions were asked for with.' },
    { name: 'start_date', describe: 'A time of RFC 3339; today at its beginning unless told.' },
    { name: 'end_date', describe: 'A time of RFC 3339; today at its end unless told.' },
  ]
  countRoutes(face, ALL, { ...about, query: counted }, 'transactionsCount', (request) =>
    countTransactions(services, request),
  )
  route(
    face,
    'GET',
    ALL,
    {
      ...about,
      summary: 'List transactions',
      query: cursorParameters([]),
      success: { status: 200 },
    },
    (request) => listTransactions(services, request),
  )
  route(
    face,
    'GET',
    ONE,
    {
      ...about,
      summary: 'Get a transaction with its operations',
      query: cursorParameters([]),
      success: shows(200),
    },
    (request, reply) => getTransaction(services, request, reply),
  )
  route(
    face,
    'PATCH',
    ONE,
    {
      ...about,
      summary: 'Change the description and metadata of a transaction',
      body: transactionUpdate,
      success: shows(200),
    },
    async (request, reply) =>
      reply
        .type('application/json; charset=utf-8')
        .send(await changeTransaction(services, request)),
  )
}

/** Writes a note over the recorded one. The answer leaves out the sides and the operations, as Midaz's does. */
async function changeTransaction(services: Services, request: FastifyRequest): Promise<string> {
  const body = bodyOf<TransactionUpdate>(request)
  const place = await transactionPlace(services, request)
  const view = await findTransaction(services, place, request)
  const amended = await amend(
    services.directory,
    place.bookId,
    view.id,
    view,
    (note) => ({
      description: (body.description ?? '') === '' ? note.description : (body.description ?? null),
      metadata: patchedMetadata(note.metadata, body.metadata),
    }),
    request.midaz.principal.id,
  )
  if (!amended.accepted) refuse(problemOfDirectory(amended.refusal))
  const changed =
    (await services.transactions.load(place.bookId, view.id)) ?? refuse(notFound(ENTITY))
  const { profile } = request.midaz
  const bare = { operations: new Map(), facts: new Map() }
  const shown = shownTransaction(changed, bare, place, profile)
  return transactionText({ ...shown, source: null, destination: null, operations: null }, profile)
}
