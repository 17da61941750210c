import { isCountry, type Organization } from '../../../directory/index.ts'
import type { JsonObject } from '../../../ledger/index.ts'
import { givenMetadata, givenStatus, givenText, patchedMetadata, patchedStatus } from '../given.ts'
import { refuse } from '../problem.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import type { Address, OrganizationCreate, OrganizationUpdate } from './schema.ts'

export function newOrganization(body: OrganizationCreate) {
  return {
    ...givenStatus(body.status),
    parentId: givenText(body.parentOrganizationId),
    legalName: body.legalName,
    legalDocument: body.legalDocument,
    doingBusinessAs: body.doingBusinessAs ?? null,
    address: givenAddress(body.address),
    metadata: givenMetadata(body.metadata),
  }
}

/** What a patch replaces; an empty name is no name. */
export function changedOrganization(
  row: Organization,
  body: OrganizationUpdate,
): Partial<Organization> {
  return {
    ...patchedStatus(body.status),
    ...(body.legalName === undefined || body.legalName === '' ? {} : { legalName: body.legalName }),
    ...((body.doingBusinessAs ?? '') === ''
      ? {}
      : { doingBusinessAs: body.doingBusinessAs ?? null }),
    ...(givenText(body.parentOrganizationId) === null
      ? {}
      : { parentId: givenText(body.parentOrganizationId) }),
    ...(body.address === undefined ? {} : { address: givenAddress(body.address) }),
    metadata: patchedMetadata(row.metadata, body.metadata),
  }
}

/** An address says in which country it is, unless it says nothing at all. */
function givenAddress(address: Address | undefined): JsonObject | null {
  const parts = Object.entries(address ?? {}).filter(([, value]) => (value ?? '') !== '')
  if (parts.length === 0) return null
  if (!isCountry(address?.country ?? ''))
    refuse({
      code: '0032',
      detail: 'The country of an address is given by its two capital letters in ISO 3166-1.',
    })
  return Object.fromEntries(parts) as JsonObject
}

export function shownOrganization(row: Organization) {
  return {
    id: row.id,
    parentOrganizationId: row.parentId,
    legalName: row.legalName,
    doingBusinessAs: row.doingBusinessAs,
    legalDocument: row.legalDocument,
    address: {
      line1: '',
      line2: null,
      zipCode: '',
      city: '',
      state: '',
      country: '',
      ...row.address,
    },
    status: shownStatus(row),
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
