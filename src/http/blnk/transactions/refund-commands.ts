/** What the engine is asked to do for a refund. */
import type { JsonObject, Post, Reverse } from '../../../ledger/index.ts'
import type { TransactionView } from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import { freeForm } from '../wire/bind.ts'
import { wireId } from '../wire/ids.ts'
import { providerIn } from './provenance.ts'
import type { RefundBody } from './schema.ts'
import { asJson, termsOf, type WireTerms } from './terms.ts'
import { precisionOf, wireOf } from './translate.ts'

type Manner = { readonly queued: boolean; readonly actor: string | null }

/** The command that gives back what a transaction moved. A refund is undone by paying again. */
export function refundOf(
  face: Face,
  original: TransactionView,
  body: RefundBody,
  { queued, actor }: Manner,
): Reverse | Post {
  const reference = `${wireId('txn', original.id)}_refund`
  const labels = {
    reference: queued ? `${reference}_q` : reference,
    parentId: original.id,
    requestId: null,
    effectiveAt: null,
    description: body.description || original.description,
    metadata: metadataOf(face, original, body, queued),
    terms: termsFor(face, original, queued),
    actor,
    key: null,
    request: queued ? { reference, dueAt: null } : null,
  }
  if (original.kind !== 'reversal')
    return {
      ...labels,
      type: 'reverse',
      transactionId: original.id,
      unconditional: true,
      respectFlags: true,
    }
  const provider = providerIn(original.metadata)
  const leg = (balanceId: string | null) => ({
    balanceId: balanceId ?? '',
    amount: original.amount,
    overdraft: { kind: 'unlimited' } as const,
    details: null,
  })
  return {
    ...labels,
    type: 'post',
    kind: 'transfer',
    assetCode: original.assetCode,
    amount: original.amount,
    sources: [leg(original.destinationId)],
    destinations: [leg(original.sourceId)],
    reserveDestinations: false,
    expiresAt: null,
    settlesAt: null,
    ...(provider === null ? {} : { provider }),
  }
}

/** What the original said, what the caller adds, and that the balance may go below zero. */
function metadataOf(
  face: Face,
  original: TransactionView,
  body: RefundBody,
  queued: boolean,
): JsonObject {
  const shown = queued ? original.metadata : wireOf(original, face.scales, 'made').metadata
  return { ...shown, ...freeForm(body.meta_data), allow_overdraft: true }
}

function termsFor(face: Face, original: TransactionView, queued: boolean): JsonObject {
  const { scale, currency } = termsOf(original)
  const terms: WireTerms = {
    precision: Number(precisionOf(original, face.scales)),
    ...(scale === undefined ? {} : { scale }),
    ...(currency === undefined ? {} : { currency }),
    ...(queued ? { queued: true } : {}),
  }
  return asJson(terms)
}
