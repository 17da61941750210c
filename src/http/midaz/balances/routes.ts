import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  closeBalance,
  type DirectoryRefusal,
  externalAlias,
  openBalance,
  PLAIN_BALANCE,
} from '../../../directory/index.ts'
import { NO_OVERDRAFT, type Side } from '../../../ledger/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { LEDGER } from '../collection.ts'
import { cursorParameters } from '../lists/parameters.ts'
import { notFound, type Problem, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf, type RouteFacts, route } from '../route.ts'
import { findPlace } from '../tenant.ts'
import { findBalance, sendBalance } from './find.ts'
import { accountBalancesAt, balanceAt } from './history.ts'
import { balancesByAlias, listBalances, listOfAccount } from './list.ts'
import { type BalanceCreate, balanceCreate, balanceShown, balanceUpdate } from './schema.ts'
import { givenSettings } from './settings.ts'
import { updateBalance } from './update.ts'

const ENTITY = 'Balance'
const ALL = `${LEDGER}/balances`
const ONE = `${ALL}/:balance_id`
const OF_ACCOUNT = `${LEDGER}/accounts/:account_id/balances`

const about = { resource: 'balances', entity: ENTITY } as const
const shows = (status: number): RouteFacts['success'] => ({ status, schema: balanceShown })

export async function balanceRoutes(
  face: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  listRoutes(face, services)
  route(
    face,
    'GET',
    ONE,
    { ...about, summary: 'Get a balance', success: shows(200) },
    async (request, reply) => {
      const { view, place } = await findBalance(services, request)
      return sendBalance(reply, view, place, request)
    },
  )
  route(
    face,
    'PATCH',
    ONE,
    { ...about, summary: 'Update a balance', body: balanceUpdate, success: shows(200) },
    (request, reply) => updateBalance(services, request, reply),
  )
  route(
    face,
    'DELETE',
    ONE,
    { ...about, summary: 'Delete a balance that has no money', success: { status: 204 } },
    (request, reply) => remove(services, request, reply),
  )
  route(
    face,
    'POST',
    OF_ACCOUNT,
    {
      ...about,
      summary: 'Make another balance of an account',
      body: balanceCreate,
      success: shows(201),
    },
    (request, reply) => create(services, request, reply),
  )
  const date = [{ name: 'date', describe: 'The moment, with its time, not in the future.' }]
  route(
    face,
    'GET',
    `${ONE}/history`,
    { ...about, summary: 'A balance as it stood', query: date, success: { status: 200 } },
    (request, reply) => balanceAt(services, request, reply),
  )
  route(
    face,
    'GET',
    `${OF_ACCOUNT}/history`,
    {
      ...about,
      summary: 'The balances of an account as they stood',
      query: date,
      success: { status: 200 },
    },
    (request, reply) => accountBalancesAt(services, request, reply),
  )
}

function listRoutes(face: FastifyInstance, services: Services): void {
  const query = cursorParameters([])
  const success = { status: 200 }
  route(
    face,
    'GET',
    ALL,
    { ...about, summary: 'List the balances of a ledger', query, success },
    (request, reply) => listBalances(services, request, reply),
  )
  route(
    face,
    'GET',
    OF_ACCOUNT,
    { ...about, summary: 'List the balances of an account', query, success },
    (request) => listOfAccount(services, request),
  )
  route(
    face,
    'GET',
    `${LEDGER}/accounts/alias/:alias/balances`,
    { ...about, summary: 'List the balances of an account by its alias', success },
    (request) => balancesByAlias(services, request, param(request, 'alias')),
  )
  route(
    face,
    'GET',
    `${LEDGER}/accounts/external/:code/balances`,
    { ...about, summary: 'List the balances of the outside world of an asset', success },
    (request) => balancesByAlias(services, request, externalAlias(param(request, 'code'))),
  )
}

async function remove(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const { view, place } = await findBalance(services, request)
  const { principal } = request.midaz
  const closed = await closeBalance(services.directory, place.moneyBookId, view.id, principal.id)
  if (!closed.accepted) refuse(problemOfRemoval(closed.refusal))
  return reply.code(204).send()
}

function problemOfRemoval(refusal: DirectoryRefusal): Problem {
  return refusal.code === 'balance_internal'
    ? { code: '0169', detail: 'The ledger keeps this balance for itself.' }
    : problemOfDirectory(refusal)
}

const SIDES: Readonly<Record<string, Side>> = { credit: 'credit', debit: 'debit' }

async function create(services: Services, request: FastifyRequest, reply: FastifyReply) {
  const body = bodyOf<BalanceCreate>(request)
  const direction = body.direction ?? 'credit'
  const normalSide = Object.hasOwn(SIDES, direction) ? SIDES[direction] : undefined
  if (normalSide === undefined)
    refuse({ code: '0171', detail: 'The direction of a balance is credit or debit.' })
  const given = givenSettings(body.settings)
  const place = (await findPlace(services, request)) ?? refuse(notFound('Account'))
  const accountId = param(request, 'account_id')
  const { directory } = services
  const account = await directory.store.get('account', place.moneyBookId, accountId)
  if (account?.ledgerId !== place.ledgerId) refuse(notFound('Account'))
  const opened = await openBalance(
    directory,
    place.moneyBookId,
    accountId,
    {
      ...PLAIN_BALANCE,
      key: body.key.toLowerCase(),
      normalSide,
      maySend: body.allowSending ?? true,
      mayReceive: body.allowReceiving ?? true,
      settings: given?.settings ?? null,
      overdraft: given?.overdraft ?? NO_OVERDRAFT,
    },
    request.midaz.principal.id,
  )
  if (!opened.accepted) refuse(problemOfOpening(opened.refusal))
  const view = await services.balances.load(place.moneyBookId, opened.outcome.id)
  reply.code(201)
  return sendBalance(reply, view ?? refuse(notFound(ENTITY)), place, request)
}

function problemOfOpening(refusal: DirectoryRefusal): Problem {
  if (refusal.code === 'name_taken')
    return { code: '0123', detail: 'The account has a balance with this key.' }
  if (refusal.code === 'account_external')
    return { code: '0124', detail: 'An account of the outside world has one balance only.' }
  return problemOfDirectory(refusal)
}
