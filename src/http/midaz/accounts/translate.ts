import { type Account, type AccountOrder, EXTERNAL_TYPE } from '../../../directory/index.ts'
import {
  givenMetadata,
  givenName,
  givenStatus,
  givenText,
  patchedMetadata,
  patchedStatus,
} from '../given.ts'
import { refuse } from '../problem.ts'
import type { Profile } from '../profile.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import type { AccountCreate, AccountUpdate } from './schema.ts'

/** @throws Refused when an account of the outside world has no alias */
export function newAccount(body: AccountCreate): AccountOrder['account'] {
  const type = body.type.toLowerCase()
  if (type === EXTERNAL_TYPE && (body.alias ?? null) === null)
    refuse({
      code: '0009',
      detail: 'An account of the type external needs an alias.',
      errors: [{ path: 'alias', message: 'must be given' }],
    })
  return {
    ...givenStatus(body.status),
    assetCode: body.assetCode,
    name: (body.name ?? '') === '' ? `${body.assetCode} ${body.type} account` : (body.name ?? null),
    alias: body.alias ?? null,
    type,
    parentId: givenText(body.parentAccountId),
    portfolioId: givenText(body.portfolioId),
    segmentId: givenText(body.segmentId),
    entityId: body.entityId ?? null,
    blocked: body.blocked ?? false,
    metadata: givenMetadata(body.metadata),
  }
}

/** Null takes a reference away; an empty text says nothing. */
function isLeftOut(id: string | null | undefined): boolean {
  return id === undefined || id === ''
}

/** What a patch replaces. */
export function changedAccount(row: Account, body: AccountUpdate): Partial<Account> {
  return {
    ...patchedStatus(body.status),
    ...givenName(body.name),
    ...(isLeftOut(body.segmentId) ? {} : { segmentId: body.segmentId ?? null }),
    ...(isLeftOut(body.portfolioId) ? {} : { portfolioId: body.portfolioId ?? null }),
    ...(body.entityId === undefined ? {} : { entityId: body.entityId }),
    ...((body.blocked ?? null) === null ? {} : { blocked: body.blocked === true }),
    metadata: patchedMetadata(row.metadata, body.metadata),
  }
}

export function shownAccount(row: Account, { organizationId }: Place, profile: Profile) {
  return {
    id: row.id,
    name: row.name ?? row.indicator ?? row.alias,
    parentAccountId: row.parentId,
    entityId: row.entityId,
    ...(profile === 'v4' ? { holderId: row.identityId } : {}),
    assetCode: row.assetCode,
    organizationId,
    ledgerId: row.ledgerId,
    portfolioId: row.portfolioId,
    segmentId: row.segmentId,
    status: shownStatus(row),
    alias: row.alias,
    type: row.type,
    blocked: row.blocked,
    ...(profile === 'v4' ? { holderCheckSkipped: false } : {}),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
