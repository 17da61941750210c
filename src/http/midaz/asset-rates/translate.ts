import type { AssetRate, AssetRateOrder } from '../../../directory/index.ts'
import {
  DECIMALS_MAX,
  decimalsOf,
  formatDecimal,
  fromUnits,
  isoOf,
  microsOf,
  momentAfter,
  readDecimal,
  toUnits,
} from '../../../ledger/index.ts'
import { rawJson } from '../../exact-json.ts'
import { checkCode } from '../assets/translate.ts'
import { momentOrDayOf } from '../body/dates.ts'
import { amountOf } from '../body/money.ts'
import { uuidOf } from '../body/uuid.ts'
import { givenText, patchedMetadata } from '../given.ts'
import { invalidFields, refuse } from '../problem.ts'
import type { Place } from '../tenant.ts'
import type { AssetRatePut, RateOfAssetPut } from './schema.ts'

/** @throws Refused when a code is none */
export function rateOrder(body: AssetRatePut): AssetRateOrder {
  checkCode(body.from)
  checkCode(body.to)
  return {
    fromCode: body.from,
    toCode: body.to,
    rate: body.rate.toString(),
    scale: body.scale ?? 0,
    source: givenText(body.source),
    ttl: (body.ttl ?? 0).toString(),
    effectiveAt: null,
    externalId: uuidOf(body.externalId ?? ''),
    metadata: (before) => patchedMetadata(before, body.metadata ?? undefined),
  }
}

const INT64_MAX = 2n ** 63n - 1n
const MICROS_SCALE = 6

/**
 * The same row by a decimal and two moments. What these cannot say stays as it is.
 *
 * @throws Refused when a code is none, the rate is not one that all routes can show, or it ends before it begins
 */
export function rateOfAssetOrder(fromCode: string, body: RateOfAssetPut): AssetRateOrder {
  checkCode(fromCode)
  checkCode(body.toAsset)
  const rate = amountOf(body.rate, 0) as bigint
  const scale = decimalsOf(rate)
  const units = toUnits(rate, scale)
  if (units <= 0n || units > INT64_MAX)
    refuse(
      fault('rate', `must be above zero and have digits that make a number up to ${INT64_MAX}`),
    )
  const from = momentOrDayOf(body.effectiveAt) ?? 0
  const to = momentOrDayOf(body.expirationAt) ?? 0
  if (to <= from) refuse(fault('expirationAt', 'must be later than effectiveAt'))
  return {
    fromCode,
    toCode: body.toAsset,
    rate: units.toString(),
    scale,
    source: null,
    ttl: formatDecimal(fromUnits(BigInt(to) - BigInt(from), MICROS_SCALE)),
    effectiveAt: isoOf(from),
    externalId: null,
    metadata: (before) => before,
  }
}

function fault(path: string, message: string) {
  return invalidFields([{ path, message }])
}

/** Whole numbers go out with all of their digits. */
export function shownAssetRate(row: AssetRate, { organizationId }: Place) {
  return {
    id: row.id,
    organizationId,
    ledgerId: row.ledgerId,
    externalId: row.externalId,
    from: row.fromCode,
    to: row.toCode,
    rate: rawJson(row.rate),
    scale: row.scale,
    source: row.source,
    ttl: rawJson(toUnits(readDecimal(row.ttl), 0).toString()),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    metadata: row.metadata ?? {},
  }
}

/** A rate that was put without a beginning holds from then on. */
export function shownRateOfAsset(row: AssetRate) {
  const effectiveAt = row.effectiveAt ?? row.updatedAt
  const holds = toUnits(readDecimal(row.ttl), MICROS_SCALE)
  return {
    id: row.id,
    fromAsset: row.fromCode,
    toAsset: row.toCode,
    rate: rawJson(decimalOf(row)),
    effectiveAt,
    expirationAt: isoOf(momentAfter(microsOf(effectiveAt) ?? 0, holds)),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}

/** What the whole number and its scale make; with an exponent where that are more decimals than an amount may have. */
function decimalOf({ rate, scale }: AssetRate): string {
  return scale > DECIMALS_MAX ? `${rate}e-${scale}` : formatDecimal(fromUnits(BigInt(rate), scale))
}
