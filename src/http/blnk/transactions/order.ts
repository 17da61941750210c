/** A transaction as it was asked for, translated: balances instead of names, minor units instead of floats. */
import type { Actor } from '../../../directory/index.ts'
import { type JsonObject, type Micros, scaleOfPrecision } from '../../../ledger/index.ts'
import type { Face } from '../face.ts'
import { freeForm } from '../wire/bind.ts'
import { uuidIn } from '../wire/ids.ts'
import { majorOf, unitsOf } from './amounts.ts'
import { missingBalance } from './problems.ts'
import type { TransactionBody } from './schema.ts'
import { type Share, sharesOf } from './split.ts'
import { dateIn, effectiveDateIn } from './validate.ts'

/** One movement between two balances. */
export type Movement = {
  readonly sourceId: string
  readonly destinationId: string
  readonly units: bigint
  /** What was said of it, where it is a part of a split. */
  readonly share: Share | null
}

/** How far a source may go below zero: not at all, any distance, or so many minor units. */
export type Overdraft = 'none' | 'unlimited' | bigint

export type Order = {
  readonly body: TransactionBody
  readonly reference: string
  /** What the caller calls the currency. */
  readonly currency: string
  /** The asset whose balances it is about. */
  readonly assetCode: string
  readonly scale: number
  readonly precision: bigint
  readonly units: bigint
  /** In major units, as a float. */
  readonly amount: number
  readonly isPrecise: boolean
  readonly isSplit: boolean
  readonly movements: readonly Movement[]
  readonly overdraft: Overdraft
  readonly metadata: JsonObject | null
  readonly effectiveAt: Micros | null
  readonly scheduledAt: Micros | null
  readonly expiresAt: Micros | null
  readonly settlesAt: Micros | null
}

/** A balance, at hand or to be asked for. */
type Id = string | Promise<string>

/** What is asked where the face does not know: indicators and scales, which are made and settled on the way. */
export type Asking = {
  readonly indicator: (indicator: string, currency: string, scale: number) => Promise<string>
  readonly settle: (currency: string, proposed: number) => Promise<number>
}

function askingFor(face: Face, actor: Actor): Asking {
  return {
    indicator: (indicator, currency, scale) =>
      face.indicators.ensure(indicator, currency, scale, actor),
    settle: (currency, proposed) => face.scales.settle(currency, proposed, actor),
  }
}

/**
 * Translates a checked body. Names of balances that are known cost nothing; only what has never been seen is asked for,
 * so most orders need no look-up at all.
 *
 * @throws Problem when a balance cannot exist, or the parts of a split do not fit
 */
export async function orderOf(
  face: Face,
  body: TransactionBody,
  actor: Actor,
  asking: Asking = askingFor(face, actor),
): Promise<Order> {
  const { currency = '', amount = 0, precise_amount } = body
  const precision = BigInt(body.precision || 1)
  const isPrecise = precise_amount !== undefined
  const units = isPrecise ? BigInt(precise_amount) : unitsOf(amount, precision)
  const shares = sharesOf(body, units, precision)
  const known = face.scales.known(currency)
  const { assetCode, scale } =
    known === null
      ? await settledAsset(face, body, precision, asking)
      : { assetCode: currency, scale: known }
  const balance = (identifier: string) => balanceIn(face, identifier, assetCode, scale, asking)
  const movements = await movementsOf(body, units, shares, balance)
  return {
    body,
    reference: body.reference ?? '',
    currency,
    assetCode,
    scale,
    precision,
    units,
    amount: isPrecise ? majorOf(units, precision) : amount,
    isPrecise,
    isSplit: shares !== null,
    movements,
    overdraft: overdraftOf(body, precision),
    metadata: metadataOf(body),
    effectiveAt: effectiveDateIn(body.effective_date),
    scheduledAt: dateIn(body.scheduled_for),
    expiresAt: dateIn(body.inflight_expiry_date),
    settlesAt: dateIn(body.inflight_commit_date),
  }
}

/** The balance behind a name. */
function balanceIn(
  face: Face,
  identifier: string,
  currency: string,
  scale: number,
  asking: Asking,
): Id {
  if (identifier.startsWith('@'))
    return (
      face.indicators.known(identifier, currency) ?? asking.indicator(identifier, currency, scale)
    )
  const id = uuidIn('bln', identifier)
  if (id === null) throw missingBalance(identifier)
  return id
}

async function movementsOf(
  body: TransactionBody,
  units: bigint,
  shares: readonly Share[] | null,
  balance: (identifier: string) => Id,
): Promise<readonly Movement[]> {
  const { source = '', destination = '' } = body
  if (shares === null) {
    // One after the other: nobody would hear of the failure of one who was asked beside another that failed.
    const from = balance(source)
    const sourceId = typeof from === 'string' ? from : await from
    const to = balance(destination)
    const destinationId = typeof to === 'string' ? to : await to
    return [{ sourceId, destinationId, units, share: null }]
  }
  const movements: Movement[] = []
  for (const share of shares) {
    if (share.units === 0n) continue
    const splitsSources = share.side === 'sources'
    movements.push({
      sourceId: await balance(splitsSources ? share.identifier : source),
      destinationId: await balance(splitsSources ? destination : share.identifier),
      units: share.units,
      share,
    })
  }
  return movements
}

/**
 * The asset of a currency that nobody has counted yet. When the balances turn out to be kept in another, theirs is the
 * one; else the precision settles in how many decimals the currency is counted.
 */
async function settledAsset(
  face: Face,
  body: TransactionBody,
  precision: bigint,
  asking: Asking,
): Promise<{ readonly assetCode: string; readonly scale: number }> {
  const { currency = '' } = body
  await face.scales.learn([currency])
  const known = face.scales.known(currency)
  if (known !== null) return { assetCode: currency, scale: known }
  const named = [
    body.source,
    body.destination,
    ...[...(body.sources ?? []), ...(body.destinations ?? [])].map((leg) => leg.identifier),
  ]
  for (const identifier of named) {
    const id = identifier === undefined ? null : uuidIn('bln', identifier)
    const view = id === null ? null : await face.services.balances.load(face.bookId, id)
    if (view === null) continue
    const { assetCode } = view.terms
    if (assetCode === currency) break
    return {
      assetCode,
      scale: await asking.settle(assetCode, scaleOfPrecision(precision)),
    }
  }
  const scale = await asking.settle(currency, scaleOfPrecision(precision))
  return { assetCode: currency, scale }
}

/** How far the source may go below zero: a limit counts even where overdrafts are not allowed otherwise. */
function overdraftOf(body: TransactionBody, precision: bigint): Overdraft {
  const limit = body.overdraft_limit ?? 0
  if (limit > 0) return unitsOf(limit, precision)
  return body.allow_overdraft === true && limit === 0 ? 'unlimited' : 'none'
}

/** The caller's own data, and what Blnk adds to it. */
function metadataOf(body: TransactionBody): JsonObject | null {
  const given = freeForm(body.meta_data)
  if (body.allow_overdraft !== true && body.atomic !== true) return given
  return {
    ...given,
    ...(body.allow_overdraft === true ? { allow_overdraft: true } : {}),
    ...(body.atomic === true ? { atomic: true } : {}),
  }
}
