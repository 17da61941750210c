/** What may follow a transaction: the commit or the cancellation of a pending one, and the reversal of a posted one. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Command, Refusal } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { param } from '../caller.ts'
import { operationText } from '../operations/write.ts'
import { notFound, type Problem, refuse } from '../problem.ts'
import { problemOfRefusal } from '../refusals.ts'
import { REPLAYED_HEADER } from './create.ts'
import { findTransaction, transactionPlace } from './find.ts'
import { keyOf } from './idempotency.ts'
import { type JournalPlace, shownTransaction, surroundingsOf } from './read.ts'
import { replayed } from './replay.ts'
import { transactionText } from './write.ts'

const ENTITY = 'Transaction'
const JSON_TYPE = 'application/json; charset=utf-8'

/** Commits or cancels what is pending. The answer shows the operations of that step alone. */
export async function endHold(
  services: Services,
  how: 'commit' | 'cancel',
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const place = await transactionPlace(services, request)
  const view = await findTransaction(services, place, request)
  if (view.kind !== 'hold') refuse(notPending)
  const { id: actor } = request.midaz.principal
  const follow = { holdId: view.id, reference: null, actor, inherit: false } as const
  const command: Command =
    how === 'commit'
      ? { type: 'settle', ...follow, amount: null }
      : { type: 'release', ...follow, status: 'voided' }
  const decision = await services.engine.submit(place.bookId, [command])
  if (!decision.accepted) refuse(problemOfEnd(decision.refusal.refusal))
  return reply
    .code(201)
    .type(JSON_TYPE)
    .send(await endText(services, place, view.id, request))
}

const notPending: Problem = { code: '0099', detail: 'The transaction is not pending.' }

function problemOfEnd(refusal: Refusal): Problem {
  return refusal.code === 'transaction_not_found' ? notPending : problemOfRefusal(refusal)
}

async function endText(
  services: Services,
  place: JournalPlace,
  id: string,
  request: FastifyRequest,
): Promise<string> {
  const view = (await services.transactions.load(place.bookId, id)) ?? refuse(notFound(ENTITY))
  const surroundings = await surroundingsOf(services, place.bookId, [view])
  const { profile } = request.midaz
  const shown = shownTransaction(view, surroundings, place, profile)
  const operations = (surroundings.operations.get(id) ?? [])
    .filter(({ transactionId }) => transactionId !== id)
    .map((operation) => operationText(operation, place.organizationId, profile))
  return transactionText({ ...shown, operations }, profile)
}

/**
 * Reverts what was posted, once: the claim is to the original, so two reversals of equal transactions stay two, and a
 * second one of the same is turned down.
 */
export async function revert(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const place = await transactionPlace(services, request)
  const { profile } = request.midaz
  const id = param(request, 'transaction_id')
  const key = keyOf(services, request, 'revert', place.ledgerId, { id })
  const original = await findTransaction(services, place, request, unknownOriginal(profile))
  const decision = await services.engine.submit(place.bookId, [
    {
      type: 'reverse',
      transactionId: original.id,
      unconditional: false,
      key: profile === 'v4' || request.headers['x-idempotency'] === undefined ? null : key,
      request: null,
      reference: null,
      parentId: original.id,
      requestId: null,
      effectiveAt: null,
      description: original.description,
      metadata: original.metadata,
      terms: withoutAction(original),
      actor: request.midaz.principal.id,
    },
  ])
  if (!decision.accepted) {
    const { refusal } = decision.refusal
    if (!BEFORE_POSTING.has(refusal.code)) reply.header(REPLAYED_HEADER, 'false')
    refuse(problemOfRefusal(refusal))
  }
  const [outcome] = decision.outcome
  reply.code(201).type(JSON_TYPE)
  const replay = outcome?.type === 'replay'
  const reversalId = replay ? outcome.transactionId : (outcome?.transaction.id ?? '')
  reply.header(REPLAYED_HEADER, String(replay))
  return reply.send(await replayed(services, place, reversalId, profile))
}

/** Refusals that say something of the original, before its opposite is posted. */
const BEFORE_POSTING: ReadonlySet<Refusal['code']> = new Set([
  'already_reversed',
  'is_reversal',
  'not_reversible',
  'transaction_not_found',
  'key_reused',
])

/** The third generation says of an unknown transaction that it cannot be reverted. */
function unknownOriginal(profile: 'seed' | 'v3' | 'v4'): Problem {
  return profile === 'v3'
    ? { code: '0099', detail: 'There is no such transaction here that could be reverted.' }
    : notFound(ENTITY)
}

/** A reversal is an ordinary posting, whatever it reverts. */
function withoutAction({ terms }: TransactionView): TransactionView['terms'] {
  const kept = Object.entries(terms ?? {}).filter(([name]) => name !== 'action')
  return kept.length === 0 ? null : Object.fromEntries(kept)
}
