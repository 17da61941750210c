import type { AssetRate, AssetRateOrder } from '../../../directory/index.ts'
import { rawJson } from '../../exact-json.ts'
import { checkCode } from '../assets/translate.ts'
import { uuidOf } from '../body/uuid.ts'
import { patchedMetadata } from '../given.ts'
import type { Place } from '../tenant.ts'
import type { AssetRatePut } from './schema.ts'

/** @throws Refused when a code is none */
export function rateOrder(body: AssetRatePut): AssetRateOrder {
  checkCode(body.from)
  checkCode(body.to)
  return {
    fromCode: body.from,
    toCode: body.to,
    rate: body.rate.toString(),
    scale: body.scale ?? 0,
    source: (body.source ?? '') === '' ? null : (body.source ?? null),
    ttl: (body.ttl ?? 0).toString(),
    externalId: (body.externalId ?? '') === '' ? null : uuidOf(body.externalId ?? ''),
    metadata: (before) => patchedMetadata(before, body.metadata ?? undefined),
  }
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
    ttl: rawJson(row.ttl),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    metadata: row.metadata ?? {},
  }
}
