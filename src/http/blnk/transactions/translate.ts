/** Transactions in Blnk's words. */
import { hash } from 'node:crypto'
import { type JsonObject, type Micros, type Transaction, toUnits } from '../../../ledger/index.ts'
import { statusWords } from '../filters/statuses.ts'
import { wireId } from '../wire/ids.ts'
import type { Scales } from '../wire/scales.ts'
import { timeText, ZERO_TIME } from '../wire/time.ts'
import { majorOf, majorText } from './amounts.ts'
import { rejectionReason } from './problems.ts'
import { allocationMetadata, allocationOf, shadowOf } from './provenance.ts'
import { termsOf, type WireTerms } from './terms.ts'

/** A transaction as it goes over the wire. */
export type WireTransaction = {
  readonly units: bigint
  readonly amount: number
  readonly amountText: string | null
  readonly precision: number
  readonly overdraftLimit: number
  readonly id: string
  readonly parent: string
  readonly source: string
  readonly destination: string
  readonly reference: string
  readonly currency: string
  readonly description: string
  readonly status: string
  readonly hash: string
  readonly allowOverdraft: boolean
  readonly inflight: boolean
  readonly skipQueue: boolean
  readonly atomic: boolean
  readonly sources: readonly WireShare[] | null
  readonly destinations: readonly WireShare[] | null
  readonly createdAt: Micros
  readonly effectiveAt: string
  readonly scheduledFor: string
  readonly expiresAt: string
  readonly commitsAt: string
  readonly metadata: JsonObject | null
  /** Whether it is answered to say that something was queued. */
  readonly queued: boolean
}

export type WireShare = {
  readonly identifier: string
  readonly distribution: string
  readonly precise: string | undefined
  readonly id: string
}

/** As JSON, in the order in which Blnk writes its fields. */
export function wireText(wire: WireTransaction): string {
  const text = JSON.stringify
  return (
    `{"precise_amount":${wire.units},"amount":${text(wire.amount)},` +
    (wire.amountText === null ? '' : `"amount_string":"${wire.amountText}",`) +
    `"precision":${text(wire.precision)},"overdraft_limit":${text(wire.overdraftLimit)},` +
    `"transaction_id":"${wire.id}","parent_transaction":"${wire.parent}",` +
    (wire.source === '' ? '' : `"source":${text(wire.source)},`) +
    (wire.destination === '' ? '' : `"destination":${text(wire.destination)},`) +
    `"reference":${text(wire.reference)},"currency":${text(wire.currency)},` +
    (wire.description === '' ? '' : `"description":${text(wire.description)},`) +
    `"status":"${wire.status}","hash":"${wire.hash}",` +
    `"allow_overdraft":${wire.allowOverdraft},"inflight":${wire.inflight},` +
    `"skip_queue":${wire.skipQueue},"atomic":${wire.atomic},` +
    (wire.sources === null ? '' : `"sources":[${wire.sources.map(shareText).join(',')}],`) +
    (wire.destinations === null
      ? ''
      : `"destinations":[${wire.destinations.map(shareText).join(',')}],`) +
    `"created_at":"${timeText(wire.createdAt)}","effective_date":"${wire.effectiveAt}",` +
    `"scheduled_for":"${wire.scheduledFor}","inflight_expiry_date":"${wire.expiresAt}",` +
    `"inflight_commit_date":"${wire.commitsAt}"` +
    (wire.metadata === null || isEmpty(wire.metadata)
      ? ''
      : `,"meta_data":${text(wire.metadata)}`) +
    `${wire.queued ? ',"queued":true' : ''}}`
  )
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false
  return true
}

function shareText({ identifier, distribution, precise, id }: WireShare): string {
  return (
    `{"identifier":${JSON.stringify(identifier)},"distribution":${JSON.stringify(distribution)},` +
    `${precise === undefined ? '' : `"precise_distribution":${JSON.stringify(precise)},`}` +
    `"transaction_id":"${id}"}`
  )
}

/**
 * Whether a row is found by its reference, where Blnk leaves out the precision and the hash, or has just been made, where
 * it does not know yet what the money was drawn from.
 */
export type Found = 'by reference' | 'otherwise' | 'made'

/** A stored transaction; what Blnk's rows do not keep is shown as they show it. */
export function wireOf(
  transaction: Transaction,
  scales: Scales,
  found: Found = 'otherwise',
): WireTransaction {
  const terms = termsOf(transaction)
  const { kind, assetCode, sourceId, destinationId } = transaction
  const precision = precisionOf(transaction, scales)
  const units = unitsOf(transaction, scales)
  const isFollower = kind === 'settlement' || kind === 'release'
  const amount = isFollower || terms.amount === undefined ? majorOf(units, precision) : terms.amount
  const source = sourceId === null ? '' : wireId('bln', sourceId)
  const destination = destinationId === null ? '' : wireId('bln', destinationId)
  const currency = terms.currency ?? assetCode
  const shadow = shadowOf(transaction)
  const reference = shadow?.reference ?? transaction.reference ?? wireId('ref', transaction.id)
  const drawn = allocationOf(transaction, (drawn) =>
    unitsOf({ ...transaction, amount: drawn }, scales),
  )
  const wire = {
    units,
    amount,
    amountText: null,
    precision: found === 'by reference' ? 0 : Number(precision),
    overdraftLimit: 0,
    id: wireId('txn', transaction.id),
    parent: parentOf(transaction, terms),
    source,
    destination,
    reference,
    currency,
    description: shadow?.description ?? transaction.description ?? '',
    status: statusWords[transaction.status],
    hash: '',
    allowOverdraft: false,
    inflight:
      kind === 'hold' ||
      (shadow !== null && transaction.status === 'pending') ||
      (kind === 'request' && terms.inflight === true),
    skipQueue: false,
    atomic: false,
    sources: null,
    destinations: null,
    createdAt: transaction.recordedAt,
    effectiveAt: timeText(transaction.effectiveAt ?? transaction.recordedAt),
    scheduledFor: ZERO_TIME,
    expiresAt: ZERO_TIME,
    commitsAt: ZERO_TIME,
    metadata:
      shadow === null
        ? metadataOf(transaction, terms, currency, found === 'made' ? null : drawn)
        : { ...transaction.metadata, ...shadow.metadata },
    queued: false,
  }
  return found === 'by reference' ? wire : { ...wire, hash: hashOf(transaction, wire, terms) }
}

export function precisionOf(transaction: Transaction, scales: Scales): bigint {
  const { precision } = termsOf(transaction)
  return precision === undefined
    ? 10n ** BigInt(scales.known(transaction.assetCode) ?? 0)
    : BigInt(precision)
}

/** The amount in minor units. */
export function unitsOf(transaction: Transaction, scales: Scales): bigint {
  const { scale, precision } = termsOf(transaction)
  const shown = scales.known(transaction.assetCode) ?? scale ?? scaleIn(precision)
  return toUnits(transaction.amount, shown)
}

function scaleIn(precision = 1): number {
  return Math.min(Math.max(Math.round(Math.log10(precision)), 0), 18)
}

function parentOf({ kind, parentId }: Transaction, terms: Partial<WireTerms>): string {
  if (parentId === null || kind === 'lineage') return ''
  const belongsToBatch =
    terms.batch === true &&
    terms.split === undefined &&
    (kind === 'request' || ((kind === 'transfer' || kind === 'hold') && terms.queued !== true))
  return wireId(belongsToBatch ? 'bulk' : 'txn', parentId)
}

/** The caller's metadata, with what Blnk adds to whatever came through its queue. */
function metadataOf(
  { metadata, requestId, sourceId, destinationId, terms: kept }: Transaction,
  terms: Partial<WireTerms>,
  currency: string,
  drawn: ReturnType<typeof allocationOf>,
): JsonObject | null {
  const refusal = (kept as { readonly refusal?: JsonObject } | null)?.refusal
  const shown = drawn === null ? metadata : { ...metadata, ...allocationMetadata(drawn) }
  if (terms.queued !== true || requestId === null) return shown
  const [source, destination] = [sourceId, destinationId].map((id) =>
    id === null ? '' : wireId('bln', id),
  )
  return {
    ...shown,
    QUEUED_PARENT_TRANSACTION: wireId(terms.batch === true ? 'bulk' : 'txn', requestId),
    queue_lane: 'normal',
    queue_pair_key: `${source}|${destination}|${currency}`,
    ...(refusal === undefined ? {} : { blnk_rejection_reason: rejectionReason(refusal) }),
  }
}

type Hashed = Pick<
  WireTransaction,
  'amount' | 'units' | 'reference' | 'currency' | 'source' | 'destination'
>

/**
 * Blnk's fingerprint of a transaction. For what was asked for it is made of the names that were asked for; an amount in
 * minor units counts as none there, because Blnk has not divided it yet.
 */
function hashOf({ kind }: Transaction, wire: Hashed, terms: Partial<WireTerms>): string {
  const asAsked =
    kind === 'request' || ((kind === 'transfer' || kind === 'hold') && terms.queued !== true)
  return asAsked && terms.split === undefined
    ? fingerprint({
        ...wire,
        amount: terms.precise === true ? 0 : wire.amount,
        source: terms.source ?? wire.source,
        destination: terms.destination ?? wire.destination,
      })
    : fingerprint(wire)
}

export function fingerprint(wire: Omit<Hashed, 'units'>): string {
  const { amount, reference, currency, source, destination } = wire
  return hash('sha256', `${plainText(amount)}${reference}${currency}${source}${destination}`, 'hex')
}

/** The float without an exponent. */
function plainText(amount: number): string {
  const text = String(amount)
  if (!text.includes('e')) return text
  const [mantissa = '', exponent = '0'] = text.split('e')
  const [whole = '', part = ''] = mantissa.split('.')
  const shift = Number(exponent)
  return shift < 0
    ? `0.${'0'.repeat(-shift - 1)}${whole}${part}`
    : `${whole}${part.padEnd(shift, '0')}`
}

/** A stored transaction as JSON. */
export function transactionText(
  transaction: Transaction,
  scales: Scales,
  found: Found = 'otherwise',
): string {
  return wireText(wireOf(transaction, scales, found))
}

/** A transaction that has just been made: with its amount as text too, as Blnk answers. */
export function madeWire(transaction: Transaction, scales: Scales): WireTransaction {
  const wire = wireOf(transaction, scales, 'made')
  return { ...wire, amountText: majorText(wire.units, precisionOf(transaction, scales)) }
}
