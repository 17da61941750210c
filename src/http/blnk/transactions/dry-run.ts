/** Dry runs of what is created: what it would do, with nothing written and no name made. */
import type { FastifyReply } from 'fastify'
import { SHARED_LEDGER_ID } from '../../../directory/index.ts'
import type { Preview } from '../../../engine/index.ts'
import { type Balance, NO_SUMS, type Refusal } from '../../../ledger/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { INDICATOR_TYPE } from '../balances/plain.ts'
import { answer, type Face } from '../face.ts'
import { wireId } from '../wire/ids.ts'
import { majorOf } from './amounts.ts'
import { commandsOf, type Manner } from './commands.ts'
import { type Asking, type Order, orderOf } from './order.ts'
import { mend, type Placed, problemOfOrder } from './post.ts'
import {
  balanceBody,
  type PreviewBody,
  previewBody,
  type Role,
  type Shown,
  type Subject,
} from './preview-text.ts'
import type { BulkBody, TransactionBody } from './schema.ts'

const SCHEDULED_NOTE =
  'scheduled_for is ignored in a dry run; the projection shows the effect as if applied now'

const CONCURRENT_NOTE =
  'items are dispatched concurrently unless skip_queue is set, so each item is projected independently against current balances and real execution order is not guaranteed'

const ATOMIC_NOTE = 'an atomic batch is applied as a whole, or nothing of it is'

export async function answerPreview(
  face: Face,
  body: TransactionBody,
  actor: string | null,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const trial = new Map<string, Virtual>()
  const placed = await placedFor(face, body, actor, trial)
  const previews = await previewAll(face, [placed], trial, false)
  const [{ preview, order } = { preview: undefined, order: placed.order }] = previews
  const refusal = preview === undefined ? null : refusalIn(preview)
  if (refusal?.refusal.code === 'balance_not_found') throw problemOfOrder(order, refusal.refusal, 0)
  return answer(reply, 200, bodyOf(face, order, preview, trial, true))
}

export async function answerBulkPreview(
  face: Face,
  body: BulkBody,
  items: readonly TransactionBody[],
  actor: string | null,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const cumulative = body.skip_queue === true
  const trial = new Map<string, Virtual>()
  const placed: Placed[] = []
  for (const item of items) placed.push(await placedFor(face, item, actor, trial))
  const previews = await previewAll(face, placed, trial, cumulative)
  const results = previews.map(({ preview, order }) =>
    bodyOf(face, order, preview, trial, !cumulative),
  )
  const last = previews.at(-1)
  return answer(reply, 200, {
    dry_run: true,
    would_apply: results.every((result) => result['would_apply'] === true),
    cumulative,
    atomic: body.atomic === true,
    results,
    ...(cumulative && last !== undefined
      ? { balances: balancesOf(face, placed, last.preview, trial).map(balanceBody) }
      : {}),
    ...notesOf(body, cumulative),
  })
}

function notesOf(body: BulkBody, cumulative: boolean): PreviewBody {
  const notes = [
    ...(cumulative ? [] : [CONCURRENT_NOTE]),
    ...(body.atomic === true ? [ATOMIC_NOTE] : []),
  ]
  return notes.length === 0 ? {} : { notes }
}

/** An indicator that would be made. */
type Virtual = { readonly indicator: string; readonly balance: Balance }

/** Asks without making anything. */
function askingOf(face: Face, trial: Map<string, Virtual>): Asking {
  return {
    indicator: async (indicator, currency, scale) => {
      const id = await face.indicators.find(indicator, currency)
      if (id !== null) return id
      for (const [made, { indicator: name, balance }] of trial)
        if (name === indicator && balance.terms.assetCode === currency) return made
      const balance = virtualBalance(face.services.engine.freeId(), currency, scale)
      trial.set(balance.id, { indicator, balance })
      return balance.id
    },
    settle: async (_currency, proposed) => proposed,
  }
}

function virtualBalance(id: string, assetCode: string, assetScale: number): Balance {
  return {
    id,
    ...NO_SUMS,
    version: 0,
    scale: 0,
    terms: {
      accountId: id,
      ledgerId: SHARED_LEDGER_ID,
      alias: id,
      key: 'default',
      assetCode,
      assetScale,
      accountType: INDICATOR_TYPE,
      normalSide: 'credit',
      external: false,
      internal: false,
      maySend: true,
      mayReceive: true,
      overdraft: null,
      principalId: null,
      lineage: null,
      routed: false,
      identityId: null,
    },
  }
}

async function placedFor(
  face: Face,
  body: TransactionBody,
  actor: string | null,
  trial: Map<string, Virtual>,
): Promise<Placed> {
  const order = await orderOf(face, body, actor, askingOf(face, trial))
  const manner: Manner = {
    inflight: body.inflight === true,
    queued: false,
    parentId: null,
    familyId: null,
    batch: false,
    jointly: false,
    actor,
  }
  return { order: { ...order, scheduledAt: null }, manner }
}

type Previewed = { readonly order: Order; readonly preview: Preview | undefined }

async function previewAll(
  face: Face,
  placed: readonly Placed[],
  trial: ReadonlyMap<string, Virtual>,
  cumulative: boolean,
): Promise<readonly Previewed[]> {
  const assumed = [...trial.values()].map(({ balance }) => balance)
  const run = async (all: readonly Placed[]): Promise<readonly Previewed[]> => {
    const groups = all.map(({ order, manner }) => commandsOf(order, manner))
    const { engine } = face.services
    const previews = await engine.preview(face.bookId, groups, { cumulative, assumed })
    return all.map(({ order }, index) => ({ order, preview: previews[index] }))
  }
  const first = await run(placed)
  const mismatch = first
    .map(({ preview }) => preview && refusalIn(preview)?.refusal)
    .find((refusal) => refusal?.code === 'asset_mismatch')
  const mended = mismatch === undefined ? null : await mend(face, placed, mismatch)
  return mended === null ? first : run(mended)
}

function refusalIn({
  decision,
}: Preview): { readonly index: number; readonly refusal: Refusal } | null {
  return decision.accepted ? null : decision.refusal
}

function bodyOf(
  face: Face,
  order: Order,
  preview: Preview | undefined,
  trial: ReadonlyMap<string, Virtual>,
  withBalances: boolean,
): PreviewBody {
  const refusal = preview === undefined ? null : refusalIn(preview)
  const subject: Subject = {
    reference: order.reference,
    currency: order.currency,
    amount: order.amount,
    precise_amount: String(order.units),
    precision: Number(order.precision),
  }
  const outcome =
    refusal === null
      ? { status: order.body.inflight === true ? 'INFLIGHT' : 'APPLIED' }
      : { problem: problemOfOrder(order, refusal.refusal, refusal.index) }
  const shown = withBalances ? balancesOf(face, [{ order }], preview, trial) : null
  return previewBody(subject, outcome, shown, {
    ...(order.isSplit ? { legs: legsOf(order) } : {}),
    ...((order.body.scheduled_for ?? '') === '' ? {} : { notes: [SCHEDULED_NOTE] }),
  })
}

function legsOf(order: Order): JsonValue {
  return order.movements.map(({ share, units, sourceId, destinationId }) => {
    const role: Role = share?.side === 'sources' ? 'source' : 'destination'
    const id = wireId('bln', role === 'source' ? sourceId : destinationId)
    return {
      identifier: share?.identifier.startsWith('@') ? share.identifier : id,
      role,
      precise_amount: String(units),
      amount: majorOf(units, order.precision),
    }
  })
}

/** The balances that orders touch, each once in each role. */
function balancesOf(
  face: Face,
  placed: readonly { readonly order: Order }[],
  preview: Preview | undefined,
  trial: ReadonlyMap<string, Virtual>,
): readonly Shown[] {
  const shown = new Map<string, Shown>()
  const add = (id: string, role: Role, order: Order) => {
    const projected = preview?.balances.get(id)
    if (projected === undefined || shown.has(`${role} ${id}`)) return
    const { assetCode } = projected.before.terms
    shown.set(`${role} ${id}`, {
      role,
      projected,
      scale: face.scales.known(assetCode) ?? order.scale,
      currency: assetCode,
      virtual: trial.get(id)?.indicator ?? null,
    })
  }
  for (const { order } of placed)
    for (const { sourceId, destinationId } of order.movements) {
      add(sourceId, 'source', order)
      add(destinationId, 'destination', order)
    }
  return [...shown.values()]
}
