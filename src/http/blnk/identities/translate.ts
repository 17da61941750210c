/** Identities in Blnk's words, in and out. */
import { type Identity, type TokenField, tokenizedIn } from '../../../directory/index.ts'
import { isoOf, type JsonObject } from '../../../ledger/index.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { freeForm } from '../wire/bind.ts'
import { wireId } from '../wire/ids.ts'
import { notFound, type Problem } from '../wire/problem.ts'
import { isZeroTime, readTime, timeOfRow, ZERO_TIME } from '../wire/time.ts'
import type { IdentityFields } from './schema.ts'

/** Blnk's names of the fields that are plain text, in the order in which Blnk writes them. */
const NAMES = {
  identity_type: 'identityType',
  organization_name: 'organizationName',
  category: 'category',
  first_name: 'firstName',
  last_name: 'lastName',
  other_names: 'otherNames',
  gender: 'gender',
  email_address: 'emailAddress',
  phone_number: 'phoneNumber',
  nationality: 'nationality',
  street: 'street',
  country: 'country',
  state: 'state',
  post_code: 'postCode',
  city: 'city',
} as const satisfies Readonly<Record<string, keyof Identity>>

/** What Blnk calls the fields that can be kept encrypted. */
export const TOKEN_NAMES = {
  firstName: 'FirstName',
  lastName: 'LastName',
  otherNames: 'OtherNames',
  emailAddress: 'EmailAddress',
  phoneNumber: 'PhoneNumber',
  street: 'Street',
  postCode: 'PostCode',
} as const satisfies Readonly<Record<TokenField, string>>

export function missingIdentity(wire: string): Problem {
  return notFound('IDT_NOT_FOUND', `Identity with ID '${wire}' not found`)
}

type TextField = (typeof NAMES)[keyof typeof NAMES]

export type IdentityChange = {
  readonly [Name in TextField]?: string
} & { readonly bornAt?: string; readonly metadata?: JsonObject }

/** An identity with nothing told of it. */
export const NOBODY: { readonly [Name in TextField | 'bornAt']: null } = {
  identityType: null,
  organizationName: null,
  category: null,
  firstName: null,
  lastName: null,
  otherNames: null,
  gender: null,
  emailAddress: null,
  phoneNumber: null,
  nationality: null,
  street: null,
  country: null,
  state: null,
  postCode: null,
  city: null,
  bornAt: null,
}

/** What a body tells: fields that are there and not empty. */
export function changeIn(body: IdentityFields): IdentityChange {
  const change: Record<string, unknown> = {}
  for (const [wire, field] of Object.entries(NAMES) as [keyof typeof NAMES, TextField][]) {
    const value = body[wire]
    if (value !== undefined && value !== '') change[field] = value
  }
  const born = body.dob === undefined ? null : bornAt(body.dob)
  if (born !== null) change['bornAt'] = born
  if (body.meta_data !== undefined) change['metadata'] = freeForm(body.meta_data)
  return change
}

function bornAt(text: string): string | null {
  const micros = readTime(text)
  if (micros === null)
    throw new MalformedBody(
      `parsing time ${JSON.stringify(text.slice(0, 40))} as "2006-01-02T15:04:05Z07:00": cannot parse`,
    )
  return isZeroTime(micros) ? null : isoOf(micros)
}

export function identityText(identity: Identity): string {
  return write(identity, identity.identityType, withTokens(identity))
}

/** Metadata with the names of the fields that hold tokens, where Blnk's clients look for them. */
function withTokens(identity: Identity): JsonObject | null {
  const { metadata } = identity
  const fields = tokenizedIn(identity)
  if (fields.length === 0) return metadata
  const names = Object.fromEntries(fields.map((field) => [TOKEN_NAMES[field], true] as const))
  return { ...metadata, tokenized_fields: names }
}

/** An identity inside of a balance, where Blnk leaves out its type and its metadata. */
export function embeddedIdentityText(identity: Identity): string {
  return write(identity, null, null)
}

function write(identity: Identity, type: string | null, metadata: JsonObject | null): string {
  const shown = { ...identity, identityType: type }
  const texts = (Object.entries(NAMES) as [string, TextField][]).map(
    ([wire, field]) => `"${wire}":${JSON.stringify(shown[field] ?? '')}`,
  )
  const born = identity.bornAt === null ? ZERO_TIME : timeOfRow(identity.bornAt)
  return (
    `{"identity_id":"${wireId('idt', identity.id)}",${texts.join(',')},"dob":"${born}",` +
    `"created_at":"${timeOfRow(identity.createdAt)}","meta_data":${JSON.stringify(metadata)}}`
  )
}
