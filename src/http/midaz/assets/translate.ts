import type { AssetRow } from '../../../directory/index.ts'
import { isCurrency } from '../../../ledger/index.ts'
import { givenMetadata, givenStatus } from '../given.ts'
import { refuse } from '../problem.ts'
import type { Profile } from '../profile.ts'
import { shownMetadata, shownStatus, shownTimes } from '../shown.ts'
import type { Place } from '../tenant.ts'
import type { AssetCreate } from './schema.ts'

const TYPES: Readonly<Record<Profile, readonly string[]>> = {
  seed: ['crypto', 'currency', 'commodity', 'others'],
  v3: ['crypto', 'currency', 'commodity', 'others'],
  v4: ['crypto', 'currency', 'fiat', 'commodity', 'others'],
}

/** @throws Refused when the type is none, or the code is not one of that type */
export function newAsset(body: AssetCreate, profile: Profile) {
  const types = TYPES[profile]
  if (!types.includes(body.type))
    refuse({ code: '0040', detail: `The type of an asset is one of ${types.join(', ')}.` })
  checkCode(body.code)
  if ((body.type === 'currency' || body.type === 'fiat') && !isCurrency(body.code))
    refuse({ code: '0005', detail: `The code ${body.code} is no currency of ISO 4217.` })
  return {
    ...givenStatus(body.status),
    name: body.name,
    type: body.type,
    code: body.code,
    metadata: givenMetadata(body.metadata),
  }
}

/** Capital letters only; the first character that is none decides what is said. */
export function checkCode(code: string): void {
  const first = /[^A-Z]/.exec(code)?.[0]
  if (first === undefined) return
  if (/[a-z]/.test(first))
    refuse({ code: '0004', detail: 'The code of an asset is in capital letters.' })
  refuse({ code: '0033', detail: 'The code of an asset is made of the letters A to Z.' })
}

export function shownAsset(row: AssetRow, { organizationId }: Place) {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    code: row.code,
    status: shownStatus(row),
    ledgerId: row.ledgerId,
    organizationId,
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}
