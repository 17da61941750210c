/** Committing and voiding many holds, each on its own. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import type { Code } from '../wire/codes.ts'
import { Problem } from '../wire/problem.ts'
import { previewEnds } from './dry-run-ends.ts'
import { problemOfSettled } from './hold-problems.ts'
import { type Action, familyOf, openHolds, type Part, refusePart } from './holds.ts'
import { endAll } from './inflight.ts'
import type { BulkCommitBody, BulkVoidBody } from './schema.ts'

const ITEMS_MAX = 100

export type EndItem = { readonly id: string; readonly part: Part }

type Result = {
  readonly transaction_id: string
  readonly status: string
  readonly code?: string
  readonly message?: string
}

export function commitMany(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { transactions = [], ...flags } = request.body as BulkCommitBody
  refuseCount(transactions.length, 'transactions')
  const items = transactions.map(({ transaction_id = '', ...part }) => ({
    id: transaction_id,
    part,
  }))
  return endMany(face, 'commit', items, flags, request, reply)
}

export function voidMany(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { transaction_ids = [], ...flags } = request.body as BulkVoidBody
  refuseCount(transaction_ids.length, 'transaction_ids')
  const items = transaction_ids.map((id) => ({ id, part: {} }))
  return endMany(face, 'void', items, flags, request, reply)
}

function refuseCount(count: number, name: string): void {
  if (count === 0) throw new Problem('TXN_BULK_EMPTY', `${name} cannot be empty`)
  if (count > ITEMS_MAX)
    throw new Problem('TXN_BULK_LIMIT_EXCEEDED', `too many ${name}; max is ${ITEMS_MAX}`)
}

async function endMany(
  face: Face,
  action: Action,
  items: readonly EndItem[],
  flags: { readonly skip_queue?: boolean; readonly dry_run?: boolean },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (flags.dry_run === true) return previewEnds(face, action, items, reply)
  const queued = flags.skip_queue !== true
  const actor = actorOf(request)
  // All at once: those of one hold are still decided in the order in which they came.
  const results = await Promise.all(
    items.map((item) => endOne(face, action, item, { queued, actor })),
  )
  const failed = results.filter(({ status }) => status === 'failed').length
  return answer(reply, 200, { succeeded: results.length - failed, failed, results })
}

async function endOne(
  face: Face,
  action: Action,
  { id, part }: EndItem,
  manner: { readonly queued: boolean; readonly actor: string | null },
): Promise<Result> {
  const failed = (code: string, message: string): Result => ({
    transaction_id: id,
    status: 'failed',
    code,
    message,
  })
  try {
    const { row, holds } = await familyOf(face, id)
    if (row === null && holds.length === 0)
      return failed('NOT_FOUND', `NOT_FOUND: Transaction with ID '${id}' not found`)
    if (holds.length === 0) return failed('NOT_INFLIGHT', 'transaction is not in inflight status')
    refusePart(part)
    const open = openHolds(holds)
    if (open.length === 0) throw problemOfSettled(holds, action)
    await endAll(face, open, action, part, manner)
  } catch (error) {
    if (error instanceof Problem)
      return failed(RESULT_CODES[error.code] ?? 'INTERNAL_ERROR', error.message)
    throw error
  }
  return manner.queued
    ? { transaction_id: id, status: 'queued', code: 'QUEUED' }
    : { transaction_id: id, status: 'succeeded' }
}

const RESULT_CODES: Readonly<Partial<Record<Code, string>>> = {
  TXN_NOT_FOUND: 'NOT_FOUND',
  TXN_NOT_INFLIGHT: 'NOT_INFLIGHT',
  TXN_ALREADY_VOIDED: 'ALREADY_VOIDED',
  TXN_ALREADY_COMMITTED: 'ALREADY_COMMITTED',
  TXN_COMMIT_AMOUNT_EXCEEDED: 'INVALID_AMOUNT',
  TXN_INVALID_AMOUNT: 'INVALID_AMOUNT',
}
