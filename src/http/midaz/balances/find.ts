import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BalanceView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { notFound, refuse } from '../problem.ts'
import { findPlace, type Place } from '../tenant.ts'
import { balanceText } from './write.ts'

const ENTITY = 'Balance'

export type FoundBalance = { readonly view: BalanceView; readonly place: Place }

/** @throws Refused when the ledger has no such balance */
export async function findBalance(
  services: Services,
  request: FastifyRequest,
): Promise<FoundBalance> {
  const place = (await findPlace(services, request)) ?? refuse(notFound(ENTITY))
  const view = await services.balances.load(place.moneyBookId, param(request, 'balance_id'))
  if (view === null || view.terms.ledgerId !== place.ledgerId) refuse(notFound(ENTITY))
  return { view, place }
}

export function sendBalance(
  reply: FastifyReply,
  view: BalanceView,
  { organizationId }: Place,
  request: FastifyRequest,
): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .send(balanceText(view, organizationId, request.midaz.profile))
}
