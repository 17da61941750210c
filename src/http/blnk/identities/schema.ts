import { type Static, Type } from 'typebox'
import { MetaData } from '../ledgers/schema.ts'

const text = () => Type.Optional(Type.String())

export const IdentityBody = Type.Object(
  {
    identity_id: Type.Optional(
      Type.String({ description: 'An id of your own: idt_ and a UUID; on creation only' }),
    ),
    identity_type: Type.Optional(Type.String({ description: 'individual or organization' })),
    organization_name: text(),
    category: text(),
    first_name: text(),
    last_name: text(),
    other_names: text(),
    gender: text(),
    email_address: text(),
    phone_number: text(),
    nationality: text(),
    street: text(),
    country: text(),
    state: text(),
    post_code: text(),
    city: text(),
    dob: Type.Optional(Type.String({ description: 'RFC 3339' })),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'Identity' },
)

export type IdentityFields = Static<typeof IdentityBody>
