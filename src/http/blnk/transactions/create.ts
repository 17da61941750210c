/** One transaction: asked for, carried out, answered. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Done } from '../../../engine/index.ts'
import type { Refusal, Transaction } from '../../../ledger/index.ts'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { wireId } from '../wire/ids.ts'
import { timeText, ZERO_TIME } from '../wire/time.ts'
import { refuseFaults } from '../wire/validation.ts'
import { majorText } from './amounts.ts'
import type { Manner } from './commands.ts'
import { answerPreview } from './dry-run.ts'
import { type Order, orderOf } from './order.ts'
import { place, problemOfOrder } from './post.ts'
import type { TransactionBody } from './schema.ts'
import { fingerprint, type WireShare, type WireTransaction, wireOf, wireText } from './translate.ts'
import { faultsOf } from './validate.ts'

export async function createTransaction(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as TransactionBody
  refuseFaults(faultsOf(body), 'TXN_VALIDATION_ERROR')
  const actor = actorOf(request)
  if (body.dry_run === true) return answerPreview(face, body, actor, reply)
  const order = await orderOf(face, body, actor)
  const familyId = order.isSplit ? face.services.engine.freeId() : null
  const queued = body.skip_queue !== true
  const manner: Manner = {
    inflight: body.inflight === true,
    queued,
    parentId: familyId,
    familyId,
    batch: false,
    jointly: false,
    actor,
  }
  const placing = await place(face, [{ order, manner }])
  if (placing.accepted) {
    const wire = answerOf(face, order, placing.outcomes[0] ?? [], familyId)
    return answer(reply, 201, wireText(wire))
  }
  const before = queued ? await sameRequest(face, order, placing.refusal) : null
  if (before === null) throw problemOfOrder(order, placing.refusal, placing.part)
  return answer(reply, 201, wireText(echo(order, wireOf(before, face.scales), before)))
}

/** What is answered: the transaction that was made, with what only the request tells. */
function answerOf(
  face: Face,
  order: Order,
  outcomes: readonly Done[],
  familyId: string | null,
): WireTransaction {
  const [first] = outcomes
  if (first === undefined) throw problemOfOrder(order, { code: 'amount_not_positive' }, 0)
  const transaction = first.request ?? first.transaction
  const wire = wireOf(transaction, face.scales, 'made')
  if (!order.isSplit) return echo(order, wire, transaction)
  const { body } = order
  const shared = {
    ...wire,
    units: order.units,
    id: wireId('txn', familyId ?? transaction.id),
    parent: '',
    reference: order.reference,
    sources: sharesWith(body.sources, order, outcomes),
    destinations: sharesWith(body.destinations, order, outcomes),
  }
  return echo(order, shared, transaction)
}

/** The parts as they were asked for, each with the transaction that it led to; none where it came to nothing. */
function sharesWith(
  legs: TransactionBody['sources'],
  order: Order,
  outcomes: readonly Done[],
): readonly WireShare[] | null {
  if (legs === undefined || legs.length === 0) return null
  return legs.map(({ identifier = '', distribution = '', precise_distribution }) => {
    const place = order.movements.findIndex(({ share }) => share?.identifier === identifier)
    const outcome = outcomes[place]
    const made = outcome?.request ?? outcome?.transaction
    return {
      identifier,
      distribution,
      precise: precise_distribution,
      id: made === undefined ? '' : wireId('txn', made.id),
    }
  })
}

/** Adds what Blnk repeats from the request in its answer and does not keep. */
function echo(order: Order, wire: WireTransaction, transaction: Transaction): WireTransaction {
  const { body } = order
  const queued = transaction.kind === 'request'
  // A queued transaction is shown as it was asked for: by the names of its indicators.
  const source = order.isSplit || queued ? (body.source ?? '') : wire.source
  const destination = order.isSplit || queued ? (body.destination ?? '') : wire.destination
  const metadata = queued
    ? {
        ...order.metadata,
        QUEUED_PARENT_TRANSACTION: wireId('txn', transaction.requestId ?? transaction.id),
      }
    : order.metadata
  const asked = { amount: order.isPrecise ? 0 : order.amount, reference: order.reference }
  return {
    ...wire,
    amount: order.amount,
    amountText: order.isPrecise ? majorText(order.units, order.precision) : null,
    overdraftLimit: body.overdraft_limit ?? 0,
    source,
    destination,
    hash: order.isSplit
      ? fingerprint({ ...asked, currency: order.currency, source, destination })
      : wire.hash,
    allowOverdraft: body.allow_overdraft === true,
    inflight: body.inflight === true,
    skipQueue: body.skip_queue === true,
    atomic: body.atomic === true,
    effectiveAt: body.effective_date ?? timeText(transaction.recordedAt),
    scheduledFor: dateShown(body.scheduled_for),
    expiresAt: dateShown(body.inflight_expiry_date),
    commitsAt: dateShown(body.inflight_commit_date),
    metadata,
  }
}

function dateShown(text: string | undefined): string {
  if (text === undefined || text === '') return ZERO_TIME
  return text.replace(/[+-]00:00$/, 'Z')
}

/**
 * The request that a queued one repeats, or null when the reference was used for something else. Whoever sends the same
 * again, because he did not hear the answer, hears it now.
 */
async function sameRequest(
  face: Face,
  order: Order,
  refusal: Refusal,
): Promise<Transaction | null> {
  if (refusal.code !== 'reference_taken' || order.isSplit) return null
  const before = await face.services.transactions.load(face.bookId, refusal.transactionId)
  const [movement] = order.movements
  if (before === null || movement === undefined) return null
  const wire = wireOf(before, face.scales)
  const isSame =
    before.kind === 'request' &&
    before.reference === order.reference &&
    before.sourceId === movement.sourceId &&
    before.destinationId === movement.destinationId &&
    wire.units === order.units &&
    wire.precision === Number(order.precision) &&
    wire.currency === order.currency &&
    wire.inflight === (order.body.inflight === true) &&
    before.description === order.body.description &&
    before.effectiveAt === order.effectiveAt
  return isSame ? before : null
}
