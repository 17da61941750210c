/** Starting reconciliations: of an upload, or of records that come with the request. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ReconciliationOrder, startReconciliation } from '../../../directory/index.ts'
import {
  type Grouping,
  groupingsOf,
  STRATEGIES,
  type Strategy,
} from '../../../reconciliation/index.ts'
import { answer, type Face } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { uuidIn, wireId } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { uploadProblem } from './faults.ts'
import { recordOfValue } from './json.ts'
import { keepUpload } from './keep.ts'
import { missing } from './rules.ts'
import type { InstantBody, StartBody } from './schema.ts'

type Asked = Pick<StartBody, 'strategy' | 'dry_run' | 'grouping_criteria' | 'matching_rule_ids'>

export async function start(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as StartBody
  const order = orderIn(body, face.services.reconciliation.limits.rulesMax)
  const { upload_id: wire = '' } = body
  const uploadId = uuidIn('upload', wire) ?? uuidIn('instant', wire)
  if (uploadId === null) throw noUpload(wire)
  return begin(face, { ...order, uploadId }, wire, request, reply)
}

export async function startInstant(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as InstantBody
  const { limits } = face.services.reconciliation
  const { external_transactions: given = [] } = body
  if (given.length === 0)
    throw new Problem('RECON_EXTERNAL_TXNS_REQUIRED', 'external_transactions is required')
  const order = orderIn(body, limits.rulesMax)
  if (given.length > limits.instantMax)
    throw new Problem(
      'GEN_VALIDATION_ERROR',
      `too many external_transactions; max is ${limits.instantMax}`,
    )
  await refuseUnknownRules(face, order.ruleIds)
  const upload = await keepUpload(
    face,
    { kind: 'instant', records: recordsIn(given), source: async () => 'instant' },
    actorOf(request),
  ).catch((error: unknown) => {
    throw uploadProblem(error)
  })
  return begin(face, { ...order, uploadId: upload.id }, '', request, reply)
}

function* recordsIn(given: NonNullable<InstantBody['external_transactions']>) {
  for (const [index, item] of given.entries()) yield recordOfValue(item, index + 1)
}

/** Before the records are kept: what is refused leaves nothing behind. */
async function refuseUnknownRules(face: Face, ruleIds: readonly string[]): Promise<void> {
  const { store } = face.services.directory
  for (const id of ruleIds)
    if ((await store.get('matching_rule', face.bookId, id)) === null)
      throw missing(wireId('rule', id))
}

async function begin(
  face: Face,
  order: ReconciliationOrder,
  wire: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { directory, reconciliation } = face.services
  const decision = await startReconciliation(directory, face.bookId, order, actorOf(request))
  if (!decision.accepted) {
    const { refusal } = decision
    if (refusal.code !== 'reference_not_found') throw directoryProblem(refusal)
    throw refusal.entity === 'upload' ? noUpload(wire) : missing(wireId('rule', refusal.id))
  }
  reconciliation.wake()
  return answer(reply, 200, { reconciliation_id: wireId('recon', decision.outcome.id) })
}

/** @throws Problem when it cannot be started like that */
function orderIn(asked: Asked, rulesMax: number): Omit<ReconciliationOrder, 'uploadId'> {
  const { matching_rule_ids: wires = [], dry_run: dryRun = false } = asked
  if (wires.length === 0)
    throw new Problem('RECON_MATCHING_RULES_REQUIRED', 'matching_rule_ids is required')
  if (wires.length > rulesMax)
    throw new Problem('GEN_VALIDATION_ERROR', `too many matching_rule_ids; max is ${rulesMax}`)
  const strategy = STRATEGIES.find((known) => known === asked.strategy)
  if (strategy === undefined)
    throw new Problem('GEN_VALIDATION_ERROR', `strategy must be one of: ${STRATEGIES.join(', ')}`)
  const ruleIds = wires.map((wire) => {
    const id = uuidIn('rule', wire)
    if (id === null) throw missing(wire)
    return id
  })
  return {
    strategy,
    dryRun,
    grouping: groupingIn(strategy, asked.grouping_criteria ?? ''),
    ruleIds,
  }
}

function groupingIn(strategy: Strategy, asked: string): Grouping | null {
  const groupings = groupingsOf(strategy)
  if (groupings.length === 0) return null
  const grouping = groupings.find((known) => known === asked)
  if (grouping !== undefined) return grouping
  throw new Problem(
    'GEN_VALIDATION_ERROR',
    `grouping_criteria for ${strategy} must be one of: ${groupings.join(', ')}`,
  )
}

function noUpload(wire: string): Problem {
  return new Problem('RECON_NOT_FOUND', `Upload with ID '${wire}' not found`, { details: {} })
}
