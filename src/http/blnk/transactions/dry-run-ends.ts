/** Dry runs of what becomes of transactions that are there: commits, voids, refunds. */
import type { FastifyReply } from 'fastify'
import type { Preview } from '../../../engine/index.ts'
import { type Command, fromUnits, sum } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import { units } from '../balances/translate.ts'
import { answer, type Face } from '../face.ts'
import { notFound, Problem } from '../wire/problem.ts'
import { problemOf } from '../wire/refusals.ts'
import { majorOf } from './amounts.ts'
import { problemOfHold, problemOfSettled, whileProcessing } from './hold-problems.ts'
import {
  type Action,
  endOf,
  familyOf,
  openHolds,
  type Part,
  refusePart,
  unitsOfPart,
} from './holds.ts'
import {
  NOTHING,
  type PreviewBody,
  previewBody,
  type Role,
  type Shown,
  type Subject,
} from './preview-text.ts'
import { missingTransaction } from './problems.ts'
import { refundOf } from './refund-commands.ts'
import { termsOf } from './terms.ts'
import { precisionOf, wireOf } from './translate.ts'

const POOL_NOTE =
  'items are dispatched across a worker pool, so each is projected independently against current balances and real execution order is not guaranteed'

export async function previewEnd(
  face: Face,
  wire: string,
  action: Action,
  part: Part,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refusePart(part)
  const body = await endBody(face, wire, action, part)
  if (body === null) throw missingTransaction(wire)
  return answer(reply, 200, body)
}

export async function previewEnds(
  face: Face,
  action: Action,
  items: readonly { readonly id: string; readonly part: Part }[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const results = await Promise.all(
    items.map(async ({ id, part }) => {
      try {
        refusePart(part)
        return (await endBody(face, id, action, part)) ?? unknownBody(id, action)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        return previewBody({ ...NOTHING, operation: action }, { problem: error }, [])
      }
    }),
  )
  return answer(reply, 200, {
    dry_run: true,
    would_apply: results.every((result) => result['would_apply'] === true),
    cumulative: false,
    atomic: false,
    results,
    notes: [POOL_NOTE],
  })
}

function unknownBody(id: string, operation: Action): PreviewBody {
  const problem = new Problem('GEN_NOT_FOUND', `NOT_FOUND: Transaction with ID '${id}' not found`)
  const subject = { ...NOTHING, precise_amount: '', operation }
  return previewBody(subject, { problem, reason: '' }, null)
}

/** What ending the holds under an id would do; null when there is nothing under it. */
async function endBody(
  face: Face,
  wire: string,
  action: Action,
  part: Part,
): Promise<PreviewBody | null> {
  const { row, holds } = await familyOf(face, wire)
  if (row === null && holds.length === 0) return null
  const refused = (problem: Problem) =>
    previewBody({ ...NOTHING, operation: action }, { problem: whileProcessing(problem) }, [])
  const open = openHolds(holds)
  const [first] = open
  if (first === undefined) return refused(problemOfSettled(holds, action))
  const commands = open.map((hold) => {
    const parts = unitsOfPart(face, hold, part)
    const amount = parts === null ? null : fromUnits(parts, face.scales.known(hold.assetCode) ?? 0)
    return endOf(face, hold, action, { amount, queued: false, actor: null })
  })
  const preview = await previewOf(face, commands)
  if (!preview.decision.accepted) {
    const { index, refusal } = preview.decision.refusal
    return refused(problemOfHold(face, open[index] ?? first, action, refusal))
  }
  return previewBody(
    { ...subjectOf(face, first, preview), operation: action },
    { status: action === 'commit' ? 'APPLIED' : 'VOID' },
    shownOf(face, open, preview),
  )
}

async function previewOf(face: Face, commands: readonly Command[]): Promise<Preview> {
  const { engine } = face.services
  const options = { cumulative: false, assumed: [] }
  const [preview] = await engine.preview(face.bookId, [commands], options)
  if (preview === undefined) throw new Problem('GEN_INTERNAL', 'internal server error')
  return preview
}

/** What would be moved in all, in the words of the first. */
function subjectOf(face: Face, first: TransactionView, preview: Preview): Subject {
  const outcomes = preview.decision.accepted ? preview.decision.outcome : []
  const amounts = outcomes.map((one) => (one.type === 'done' ? one.transaction.amount : 0n))
  const precision = precisionOf(first, face.scales)
  const precise = units(sum(amounts), face.scales.known(first.assetCode) ?? 0)
  return {
    currency: termsOf(first).currency ?? first.assetCode,
    amount: majorOf(BigInt(precise), precision),
    precise_amount: precise,
    precision: Number(precision),
  }
}

/** The balances of transactions, givers and takers in the order of the transactions. */
function shownOf(
  face: Face,
  transactions: readonly Pick<TransactionView, 'sourceId' | 'destinationId'>[],
  preview: Preview,
): readonly Shown[] {
  const shown = new Map<string, Shown>()
  const add = (id: string | null, role: Role) => {
    const projected = id === null ? undefined : preview.balances.get(id)
    if (projected === undefined || shown.has(`${role} ${id}`)) return
    const currency = projected.before.terms.assetCode
    const scale = face.scales.known(currency) ?? 0
    shown.set(`${role} ${id}`, { role, projected, scale, currency, virtual: null })
  }
  for (const { sourceId, destinationId } of transactions) {
    add(sourceId, 'source')
    add(destinationId, 'destination')
  }
  return [...shown.values()]
}

export async function previewRefund(
  face: Face,
  wire: string,
  moved: readonly TransactionView[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const [first] = moved
  if (first === undefined)
    throw notFound('TXN_NOT_FOUND', `transaction ${wire} not found for refund`)
  const open = moved.filter(({ reversalId }) => reversalId === null)
  const reference = `${wireOf(first, face.scales).id}_refund`
  const notes = [`projected refund of transaction ${wire}`]
  const manner = { queued: false, actor: null }
  const commands = open.map((original) => refundOf(face, original, {}, manner))
  const preview = open.length === 0 ? null : await previewOf(face, commands)
  if (preview?.decision.accepted) {
    const turned = open.map(({ sourceId, destinationId }) => ({
      sourceId: destinationId,
      destinationId: sourceId,
    }))
    const subject = { ...subjectOf(face, first, preview), reference }
    const shown = shownOf(face, turned, preview)
    return answer(reply, 200, previewBody(subject, { status: 'APPLIED' }, shown, { notes }))
  }
  const problem =
    preview === null || preview.decision.accepted
      ? new Problem('GEN_CONFLICT', `transaction ${wire} has already been refunded`)
      : problemOf(preview.decision.refusal.refusal)
  return answer(reply, 200, previewBody({ ...NOTHING, reference }, { problem }, [], { notes }))
}
