/**
 * Update a balance: whether it may send and receive.
 *
 * The change is made under the lock of the book, between postings: each posting that is ordered after the answer obeys.
 * Money that was set aside before may still be committed or given back.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { switchBalance } from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { notFound, refuse } from '../problem.ts'
import { problemOfDirectory } from '../refusals.ts'
import { bodyOf } from '../route.ts'
import { findBalance, sendBalance } from './find.ts'
import type { BalanceUpdate } from './schema.ts'
import { givenSettings } from './settings.ts'

export async function updateBalance(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = bodyOf<BalanceUpdate>(request)
  const settings = givenSettings(body.settings)
  const { view, place } = await findBalance(services, request)
  const switched = await switchBalance(
    services.directory,
    place.moneyBookId,
    view.id,
    {
      maySend: body.allowSending ?? undefined,
      mayReceive: body.allowReceiving ?? undefined,
      settings,
    },
    request.midaz.principal.id,
  )
  if (!switched.accepted) refuse(problemOfDirectory(switched.refusal))
  const now = await services.balances.load(place.moneyBookId, view.id)
  if (now === null) refuse(notFound('Balance'))
  // Somebody else may have switched it again by now: the answer tells what this request did.
  const { maySend, mayReceive } = switched.outcome
  return sendBalance(
    reply,
    { ...now, terms: { ...now.terms, maySend, mayReceive } },
    place,
    request,
  )
}
