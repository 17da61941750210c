/** Committing and voiding what was held. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Done } from '../../../engine/index.ts'
import { fromUnits } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import { answer, type Face, inPath } from '../face.ts'
import { actorOf } from '../wire/authentication.ts'
import { Problem } from '../wire/problem.ts'
import { previewEnd } from './dry-run-ends.ts'
import { problemOfHold, problemOfSettled, whileProcessing } from './hold-problems.ts'
import {
  type Action,
  endOf,
  type Family,
  familyOf,
  openHolds,
  type Part,
  refusePart,
  unitsOfPart,
} from './holds.ts'
import { missingTransaction } from './problems.ts'
import type { InflightBody } from './schema.ts'
import { madeWire, type WireTransaction, wireOf, wireText } from './translate.ts'

export async function updateInflight(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const body = request.body as InflightBody
  const wire = inPath(request, 'id')
  const action = actionIn(body.status)
  const part = action === 'commit' ? body : {}
  if (body.dry_run === true) return previewEnd(face, wire, action, part, reply)
  const actor = actorOf(request)
  if (body.skip_queue === true) {
    try {
      const done = await endNow(face, wire, action, part, actor)
      return answer(reply, 200, wireText(madeWire(done.transaction, face.scales)))
    } catch (error) {
      throw error instanceof Problem && !UNWRAPPED.has(error.message)
        ? whileProcessing(error)
        : error
    }
  }
  const queued = await endQueued(face, wire, action, part, actor)
  return answer(reply, 200, wireText(queued))
}

/** What Blnk says before it begins to work. */
const UNWRAPPED = new Set([
  'precise_amount must be positive',
  'no transaction to commit',
  'no transaction to void',
])

function actionIn(status: string | undefined): Action {
  if (status === 'commit' || status === 'void') return status
  throw new Problem('TXN_INVALID_STATUS_ACTION', 'status not supported. use either commit or void')
}

/** Ends the holds now; the answer is what was made of the first. */
async function endNow(
  face: Face,
  wire: string,
  action: Action,
  part: Part,
  actor: string | null,
): Promise<Done> {
  refusePart(part)
  const { holds } = await familyOf(face, wire)
  const open = openHolds(holds)
  if (open.length === 0) throw problemOfSettled(holds, action)
  return endAll(face, open, action, part, { queued: false, actor })
}

/** Ends all of these holds, or none. A part of several holds would be anybody's guess. */
export async function endAll(
  face: Face,
  open: readonly TransactionView[],
  action: Action,
  part: Part,
  { queued, actor }: { readonly queued: boolean; readonly actor: string | null },
): Promise<Done> {
  const commands = open.map((hold) => {
    const units = unitsOfPart(face, hold, part)
    if (units !== null && open.length > 1)
      throw new Problem('GEN_BAD_REQUEST', 'several holds are committed as a whole only')
    const scale = face.scales.known(hold.assetCode) ?? 0
    const amount = units === null ? null : fromUnits(units, scale)
    return endOf(face, hold, action, { amount, queued, actor })
  })
  const decision = await face.services.engine.submit(face.bookId, commands)
  const [first] = decision.accepted ? decision.outcome : []
  if (first?.type === 'done') return first
  if (decision.accepted) throw new Problem('GEN_INTERNAL', 'internal server error')
  const { index, refusal } = decision.refusal
  const hold = open[index]
  throw hold === undefined
    ? problemOfSettled([], action)
    : problemOfHold(face, hold, action, refusal)
}

/**
 * Ends the holds as though through the queue: it is done before the answer, and the answer shows what it was asked of.
 * By the id of the request behind a hold that is settled already, Blnk answers as though there were something to do.
 */
async function endQueued(
  face: Face,
  wire: string,
  action: Action,
  part: Part,
  actor: string | null,
): Promise<WireTransaction> {
  const family = await familyOf(face, wire)
  const shown = shownFor(face, wire, family)
  refusePart(part)
  const open = openHolds(family.holds)
  if (open.length > 0) await endAll(face, open, action, part, { queued: true, actor })
  else if (family.row?.kind === 'hold') throw problemOfSettled(family.holds, 'commit')
  return shown
}

/** The row that was asked for, or the first hold under the id of its split or its bulk. */
function shownFor(face: Face, wire: string, { row, holds }: Family): WireTransaction {
  const [first] = holds
  if (row === null && first === undefined) throw missingTransaction(wire)
  if (first === undefined)
    throw new Problem('TXN_NOT_INFLIGHT', 'transaction is not in inflight status')
  return row === null
    ? { ...wireOf(first, face.scales), id: wire, queued: true }
    : { ...wireOf(row, face.scales), queued: true }
}
