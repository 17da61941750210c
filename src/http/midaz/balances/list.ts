/** Lists of balances: of a ledger, of an account by its id, and of an account by its alias. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type BalanceView, type Condition, equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { accountByAlias } from '../accounts/find.ts'
import { param } from '../caller.ts'
import { aroundSlice, listText, sliceOf, sliceQuery } from '../lists/envelope.ts'
import { LIMIT_DEFAULT, type Parameters, pageQuery, parameter, within } from '../lists/query.ts'
import { notFound, refuse } from '../problem.ts'
import { findPlace, type Place } from '../tenant.ts'
import { sendBalance } from './find.ts'
import { balanceText } from './write.ts'

const BALANCES_MAX = 1000

/** With nothing but an account's alias, the default balance of that account alone, as the SDK for Go asks for it. */
export async function listBalances(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string | FastifyReply> {
  const parameters = request.query as Parameters
  const alias = parameter(parameters, 'account')
  if (alias === null) return page(services, request, [])
  const place = (await findPlace(services, request)) ?? refuse(notFound('Balance'))
  const views = await ofAlias(services, place, alias)
  if (Object.keys(parameters).length > 1) return items(views, place, request)
  const view = views.find(({ terms }) => terms.key === 'default')
  return sendBalance(reply, view ?? refuse(notFound('Balance')), place, request)
}

export function listOfAccount(services: Services, request: FastifyRequest): Promise<string> {
  return page(services, request, [equals('accountId', param(request, 'account_id'))])
}

async function page(
  services: Services,
  request: FastifyRequest,
  conditions: readonly Condition[],
): Promise<string> {
  const query = pageQuery(request.query as Parameters)
  const place = await findPlace(services, request)
  const found =
    place === null
      ? []
      : await services.reports.listBalances(place.moneyBookId, {
          ...FIRST_PAGE,
          within: [equals('ledgerId', place.ledgerId), ...conditions, ...within(query.span)],
          ...sliceQuery(query),
        })
  const slice = sliceOf(found, query, ({ id }) => id)
  const shown = place === null ? [] : texts(slice.rows, place, request)
  return listText(shown, aroundSlice(query, slice))
}

export async function balancesByAlias(
  services: Services,
  request: FastifyRequest,
  alias: string,
): Promise<string> {
  const place = await findPlace(services, request)
  if (place === null) return listText([], { limit: LIMIT_DEFAULT })
  return items(await ofAlias(services, place, alias), place, request)
}

/** The balances of an account, the newest first. */
async function ofAlias(
  services: Services,
  place: Place,
  alias: string,
): Promise<readonly BalanceView[]> {
  const account = await accountByAlias(services, place, alias)
  if (account === null) return []
  return services.reports.listBalances(place.moneyBookId, {
    ...FIRST_PAGE,
    within: [equals('accountId', account.id)],
    order: 'desc',
    limit: BALANCES_MAX,
  })
}

function items(views: readonly BalanceView[], place: Place, request: FastifyRequest): string {
  return listText(texts(views, place, request), { limit: LIMIT_DEFAULT })
}

function texts(views: readonly BalanceView[], place: Place, request: FastifyRequest) {
  return views.map((view) => balanceText(view, place.organizationId, request.midaz.profile))
}
