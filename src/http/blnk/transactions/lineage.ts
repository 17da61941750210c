/** Where money came from: what exists of it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answer, type Face, inPath } from '../face.ts'
import { uuidIn } from '../wire/ids.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { missingTransaction } from './problems.ts'

export async function balanceLineage(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('bln', wire)
  const view = id === null ? null : await face.services.balances.load(face.bookId, id)
  if (view === null) throw notFound('BAL_NOT_FOUND', `Balance with ID '${wire}' not found`)
  if (view.terms.lineage === null)
    throw new Problem(
      'GEN_BAD_REQUEST',
      `balance ${wire} does not have fund lineage tracking enabled`,
    )
  return answer(reply, 200, {
    balance_id: wire,
    total_with_lineage: 0,
    aggregate_balance_id: '',
    providers: [],
  })
}

export async function transactionLineage(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const wire = inPath(request, 'id')
  const id = uuidIn('txn', wire)
  const view = id === null ? null : await face.services.transactions.load(face.bookId, id)
  if (view === null) throw missingTransaction(wire)
  return answer(reply, 200, { transaction_id: wire, shadow_transactions: null })
}
