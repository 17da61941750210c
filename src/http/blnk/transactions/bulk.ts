/** Many transactions in one request. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tellBulk } from '../events/notices.ts'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { faultsText } from '../wire/validation.ts'
import { fixedText } from './amounts.ts'
import type { Manner } from './commands.ts'
import { answerBulkPreview } from './dry-run.ts'
import { type Order, orderOf } from './order.ts'
import { type Placed, place, problemOfOrder } from './post.ts'
import type { BulkBody, TransactionBody } from './schema.ts'
import { faultsOf } from './validate.ts'

const ITEMS_MAX = 10_000

export async function createBulk(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as BulkBody
  const items = checkedItems(body)
  const actor = actorOf(request)
  if (body.dry_run === true) return answerBulkPreview(face, body, items, actor, reply)
  const batch: Batch = { id: face.services.engine.freeId(), body, actor }
  const failure = await run(face, batch, items)
  const batch_id = wireId('bulk', batch.id)
  if (body.run_async === true) {
    const inflight = body.inflight === true
    await tellBulk(face, { wireId: batch_id, inflight, count: items.length, failure }, actor)
    return answer(reply, 202, {
      message: 'Bulk transaction processing started',
      batch_id,
      status: 'processing',
    })
  }
  if (failure !== null) throw failure
  const status = body.inflight === true ? 'inflight' : 'applied'
  return answer(reply, 201, { batch_id, status, transaction_count: items.length })
}

/** @throws Problem that names the first item that is wrong */
function checkedItems(body: BulkBody): readonly TransactionBody[] {
  const items = body.transactions ?? []
  if (items.length === 0) throw new Problem('TXN_BULK_EMPTY', 'transactions cannot be empty')
  if (items.length > ITEMS_MAX)
    throw new Problem('TXN_BULK_LIMIT_EXCEEDED', `too many transactions; max is ${ITEMS_MAX}`)
  return items.map((item, index) => {
    if (item === null) throw invalidItem(`transactions[${index}] is required`, index)
    const fault = faultsText(faultsOf(item))
    if (fault !== null) throw invalidItem(`transactions[${index}]: ${fault}`, index)
    return { ...item, inflight: body.inflight === true, skip_queue: body.skip_queue === true }
  })
}

function invalidItem(text: string, index: number): Problem {
  return new Problem('TXN_VALIDATION_ERROR', text, { key: 'errors', details: { index } })
}

/** One bulk, and how it is to be carried out. */
type Batch = {
  readonly id: string
  readonly body: BulkBody
  readonly actor: string | null
}

/** Why an item could not be carried out. */
type Failure = { readonly index: number; readonly problem: Problem; readonly order: Order | null }

/**
 * Carries out the items: all or none when the bulk is atomic, else as many as there are before the first that fails. They
 * are committed together either way, so nobody sees half of them.
 */
async function run(
  face: Face,
  batch: Batch,
  items: readonly TransactionBody[],
): Promise<Problem | null> {
  const { placed, failure: unknown } = await placedOf(face, batch, items)
  const atomic = batch.body.atomic === true
  let failure = unknown
  let open: readonly Placed[] = atomic && failure !== null ? [] : placed
  while (open.length > 0) {
    const placing = await place(face, open)
    if (placing.accepted) break
    const { index, part, refusal } = placing
    const order = open[index]?.order ?? null
    if (order === null) break
    failure = { index, order, problem: problemOfOrder(order, refusal, part) }
    open = atomic ? [] : open.slice(0, index)
  }
  return failure === null ? null : problemOf(failure, batch, items)
}

/** The items as orders, up to the first that names what cannot be. */
async function placedOf(
  face: Face,
  batch: Batch,
  items: readonly TransactionBody[],
): Promise<{ readonly placed: readonly Placed[]; readonly failure: Failure | null }> {
  const placed: Placed[] = []
  for (const [index, item] of items.entries()) {
    try {
      const order = await orderOf(face, numbered(item, index + 1), batch.actor)
      placed.push({ order, manner: mannerOf(face, batch, order) })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return { placed, failure: { index, problem: error, order: null } }
    }
  }
  return { placed, failure: null }
}

function numbered(item: TransactionBody, sequence: number): TransactionBody {
  return { ...item, meta_data: { ...item.meta_data, sequence } }
}

function mannerOf(face: Face, { id, body, actor }: Batch, { isSplit }: Order): Manner {
  return {
    inflight: body.inflight === true,
    queued: body.skip_queue !== true,
    parentId: isSplit ? face.services.engine.freeId() : id,
    familyId: id,
    batch: true,
    jointly: body.atomic === true,
    actor,
  }
}

function problemOf(
  { index, problem, order }: Failure,
  { id, body }: Batch,
  items: readonly TransactionBody[],
): Problem {
  const item = items[index] ?? {}
  const [movement] = order?.isSplit === false ? order.movements : []
  const [source = '', destination = ''] =
    movement === undefined
      ? [item.source, item.destination]
      : [wireId('bln', movement.sourceId), wireId('bln', movement.destinationId)]
  const amount = fixedText(order?.amount ?? item.amount ?? 0)
  const text =
    `failed to queue transaction ${index + 1} (Reference: ${item.reference}, Source: ${source}, ` +
    `Destination: ${destination}, Amount: ${amount}): ${causeText(problem)}. ${tailOf(body)}`
  const details = { batch_id: wireId('bulk', id) }
  return new Problem(problem.code, text, { details, beside: details })
}

/** What became of the others. */
function tailOf({ atomic, inflight }: BulkBody): string {
  if (atomic !== true) return 'Previous transactions were not rolled back.'
  return `All transactions in this batch have been ${inflight === true ? 'voided' : 'refunded'}.`
}

function causeText({ code, message }: Problem): string {
  return code === 'TXN_NOT_FOUND'
    ? `failed to get source and destination balances: NOT_FOUND: ${message}`
    : message
}
