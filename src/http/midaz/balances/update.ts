/**
 * Update a balance: whether it may send and receive, and how far it may be overdrawn.
 *
 * The change is made under the lock of the book, between postings: each posting that is ordered after the answer obeys.
 * Money that was set aside before may still be committed or given back.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { updateBalance as change } from '../../../directory/index.ts'
import type { Services } from '../../services.ts'
import { patchedMetadata } from '../given.ts'
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
  const given = givenSettings(body.settings)
  const { view, place } = await findBalance(services, request)
  const updated = await change(
    services.directory,
    place.moneyBookId,
    view.id,
    {
      maySend: body.allowSending ?? undefined,
      mayReceive: body.allowReceiving ?? undefined,
      settings: given?.settings,
      overdraft: given?.overdraft,
      metadata: (before) => patchedMetadata(before, body.metadata ?? undefined),
    },
    request.midaz.principal.id,
  )
  if (!updated.accepted) refuse(problemOfDirectory(updated.refusal))
  const now = await services.balances.load(place.moneyBookId, view.id)
  if (now === null) refuse(notFound('Balance'))
  // Somebody else may have changed it again by now: the answer tells what this request did.
  const { maySend, mayReceive } = updated.outcome
  return sendBalance(
    reply,
    { ...now, terms: { ...now.terms, maySend, mayReceive } },
    place,
    request,
  )
}
