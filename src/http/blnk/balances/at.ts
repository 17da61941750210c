/** What a balance stood at: from its entries, each counted at its value date, so that snapshots have nothing to add. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { assert } from '../../../ledger/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { parameter, type Query } from '../filters/request.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { readTime, secondsText } from '../wire/time.ts'
import { findBalanceView } from './find.ts'
import { scaleOf, units } from './translate.ts'

const TRUE = new Set(['true', '1'])

export async function readAt(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const query = request.query as Query
  const asked = parameter(query, 'timestamp') ?? ''
  const at = asked === '' ? null : readTime(asked)
  if (asked !== '' && at === null)
    throw new Problem(
      'BAL_INVALID_TIMESTAMP',
      'invalid timestamp format. Please use ISO 8601 format (e.g., 2024-01-01T15:04:05Z)',
    )
  const view = await findBalanceView(face, wire)
  if (view === null) throw notFound('BAL_NOT_FOUND', `Balance '${wire}' not found`)
  const { journal, now } = face.services
  // What was answered before is counted even where the clock was set back since.
  const time = at ?? Math.max(now(), view.updatedAt)
  const [found] = await journal.balancesAt(face.bookId, [view.id], time)
  assert(found !== undefined, 'every balance stood at something')
  const { debits, credits } = found.posted
  const scale = scaleOf(view, face.scales)
  const fromSource = TRUE.has(parameter(query, 'from_source') ?? '')
  return answer(
    reply,
    200,
    `{"balance":{"balance":${units(credits - debits, scale)},"balance_id":"${wire}"` +
      `,"credit_balance":${units(credits, scale)},"currency":${JSON.stringify(view.terms.assetCode)}` +
      `,"debit_balance":${units(debits, scale)}},"from_source":${fromSource}` +
      `,"timestamp":${JSON.stringify(at === null ? secondsText(time) : withoutFraction(asked))}}`,
  )
}

/** The time as it was asked for, in whole seconds and with its zone. */
function withoutFraction(asked: string): string {
  return asked.replace(/\.\d+/, '').replace(/[+-]00:00$/, 'Z')
}

const BATCH_SIZE = /^\+?0*[1-9]\d{0,18}$/

/** There are no snapshots: any time is read from the entries. A size that is none is refused all the same. */
export async function takeSnapshots(request: FastifyRequest, reply: FastifyReply) {
  const size = parameter(request.query as Query, 'batch_size') ?? ''
  if (size !== '' && !BATCH_SIZE.test(size))
    throw new Problem('GEN_VALIDATION_ERROR', 'invalid batch_size value')
  const message = 'There is nothing to snapshot: a balance at any time is read from its entries'
  return answer(reply, 200, { message })
}
