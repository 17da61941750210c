/** Refunds: a transaction is undone once, and so is every part of a family. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Done } from '../../../engine/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidOfTransaction, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { problemOf } from '../wire/refusals.ts'
import { previewRefund } from './dry-run-ends.ts'
import { whileProcessing } from './hold-problems.ts'
import { refundOf } from './refund-commands.ts'
import type { RefundBody } from './schema.ts'
import { madeWire, wireText } from './translate.ts'

export async function refund(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = (request.body ?? {}) as RefundBody
  const wire = inPath(request, 'id')
  const moved = await movedBy(face, wire)
  if (body.dry_run === true) return previewRefund(face, wire, moved, reply)
  if (moved.length === 0) throw new Problem('TXN_NOT_FOUND', 'no transaction to refund')
  const open = moved.filter(({ reversalId }) => reversalId === null)
  const [first] = moved
  if (open.length === 0 && first !== undefined) throw alreadyRefunded(first)
  const queued = body.skip_queue !== true
  const commands = open.map((original) =>
    refundOf(face, original, body, { queued, actor: actorOf(request) }),
  )
  const decision = await face.services.engine.submit(face.bookId, commands)
  if (!decision.accepted) {
    const { index, refusal } = decision.refusal
    const original = open[index]
    const isRepeated = refusal.code === 'already_reversed' || refusal.code === 'reference_taken'
    throw isRepeated && original !== undefined ? alreadyRefunded(original) : problemOf(refusal)
  }
  return answer(reply, 201, answerText(face, decision.outcome[0] as Done, queued))
}

/** What moved money and belongs to an id: not the refunds of it. */
export async function movedBy(face: Face, wire: string): Promise<readonly TransactionView[]> {
  const id = uuidOfTransaction(wire)
  if (id === null) return []
  const { reports } = face.services
  const rows = new Map<string, TransactionView>()
  const add = (found: readonly TransactionView[]) => {
    for (const row of found) rows.set(row.id, row)
  }
  add(await reports.family(face.bookId, id))
  // The parts of a hold that were committed are its children, wherever the hold itself belongs.
  for (const { id: hold, kind, requestId } of [...rows.values()])
    if (kind === 'hold' && hold !== id && requestId !== id)
      add(await reports.family(face.bookId, hold))
  await face.scales.learn([...rows.values()].map((row) => row.assetCode))
  const own = rows.get(id)
  if (own?.kind === 'reversal') return [own]
  return [...rows.values()].filter(({ kind }) => kind === 'transfer' || kind === 'settlement')
}

function alreadyRefunded({ id }: TransactionView): Problem {
  return whileProcessing(
    new Problem('GEN_CONFLICT', `transaction ${wireId('txn', id)} has already been refunded`),
  )
}

function answerText(face: Face, done: Done, queued: boolean): string {
  const wire = madeWire(done.request ?? done.transaction, face.scales)
  const { queue_lane: _lane, queue_pair_key: _pair, ...metadata } = wire.metadata ?? {}
  return wireText({
    ...wire,
    allowOverdraft: true,
    skipQueue: !queued,
    metadata: queued ? metadata : wire.metadata,
  })
}
