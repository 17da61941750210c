/** What the engine is asked to do for an order. */
import { fromUnits, NO_OVERDRAFT, type OverdraftPermit, type Post } from '../../../ledger/index.ts'
import { majorOf } from './amounts.ts'
import type { Movement, Order } from './order.ts'
import { providerIn } from './provenance.ts'
import { asJson, type WireTerms } from './terms.ts'

/** How an order is carried out. */
export type Manner = {
  readonly inflight: boolean
  readonly queued: boolean
  /** The parent of its parts, or of itself. */
  readonly parentId: string | null
  /** The family that it belongs to: a split, a bulk. */
  readonly familyId: string | null
  /** Whether that family is a bulk. */
  readonly batch: boolean
  /** Whether all requests of the group are carried out, or none. */
  readonly jointly: boolean
  readonly actor: string | null
}

/** One posting for each movement of the order, in the order of the request. */
export function commandsOf(order: Order, manner: Manner): readonly Post[] {
  return order.movements.map((movement, index) => postOf(order, movement, index + 1, manner))
}

function postOf(order: Order, movement: Movement, number: number, manner: Manner): Post {
  const amount = fromUnits(movement.units, order.scale)
  const queued = manner.queued || order.scheduledAt !== null
  const base = order.isSplit ? `${order.reference}${queued ? '_' : '-'}${number}` : order.reference
  const leg = { amount, details: null }
  const provider = providerIn(order.metadata)
  return {
    type: 'post',
    kind: manner.inflight ? 'hold' : 'transfer',
    assetCode: order.assetCode,
    amount,
    sources: [{ ...leg, balanceId: movement.sourceId, overdraft: permitOf(order) }],
    destinations: [{ ...leg, balanceId: movement.destinationId, overdraft: NO_OVERDRAFT }],
    reserveDestinations: true,
    key: null,
    reference: queued ? `${base}_q` : base,
    parentId: manner.parentId,
    requestId: manner.familyId,
    effectiveAt: order.effectiveAt,
    description: order.body.description ?? null,
    metadata: order.metadata,
    terms: asJson(termsFor(order, movement, manner, queued)),
    actor: manner.actor,
    expiresAt: manner.inflight ? order.expiresAt : null,
    settlesAt: manner.inflight ? order.settlesAt : null,
    request: queued ? { reference: base, dueAt: order.scheduledAt } : null,
    jointly: manner.jointly || order.isSplit,
    ...(provider === null ? {} : { provider }),
  }
}

function permitOf({ overdraft, scale }: Order): OverdraftPermit {
  if (overdraft === 'none') return NO_OVERDRAFT
  return overdraft === 'unlimited'
    ? { kind: 'unlimited' }
    : { kind: 'limited', limit: fromUnits(overdraft, scale) }
}

function termsFor(order: Order, movement: Movement, manner: Manner, queued: boolean): WireTerms {
  const { body, precision, scale, currency, assetCode, isPrecise, amount } = order
  const { share } = movement
  const countsOtherwise = precision !== 10n ** BigInt(scale)
  return {
    precision: Number(precision),
    ...(countsOtherwise ? { scale } : {}),
    ...(isPrecise ? { precise: true } : isRounded(order) ? { amount } : {}),
    ...(currency === assetCode ? {} : { currency }),
    ...(body.source?.startsWith('@') ? { source: body.source } : {}),
    ...(body.destination?.startsWith('@') ? { destination: body.destination } : {}),
    ...(queued ? { queued: true } : {}),
    ...(manner.batch ? { batch: true } : {}),
    ...(queued && manner.inflight ? { inflight: true } : {}),
    ...(share === null
      ? {}
      : {
          split: {
            side: share.side,
            identifier: share.identifier,
            distribution: share.distribution,
            ...(share.precise === undefined ? {} : { precise: share.precise }),
          },
        }),
  }
}

/** Whether the float that was asked for is not what its minor units come to. */
function isRounded({ amount, units, precision, isSplit }: Order): boolean {
  return !isSplit && majorOf(units, precision) !== amount
}
