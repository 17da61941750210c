import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BalanceView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { notFound, refuse } from '../problem.ts'
import { findPlace, moneyBookOf, type Place } from '../tenant.ts'
import { balanceText } from './write.ts'

const ENTITY = 'Balance'

export type FoundBalance = { readonly view: BalanceView; readonly place: Place }

/** @throws Refused when the ledger has no such balance */
export async function findBalance(
  services: Services,
  request: FastifyRequest,
): Promise<FoundBalance> {
  const bookId = await moneyBookOf(services, request)
  if (bookId === null) refuse(notFound(ENTITY))
  // The two are asked for together: where the money is never changes, whether the ledger still lives does.
  const [place, view] = await Promise.all([
    findPlace(services, request),
    services.balances.load(bookId, param(request, 'balance_id')),
  ])
  if (place === null || view === null || view.terms.ledgerId !== place.ledgerId)
    refuse(notFound(ENTITY))
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
