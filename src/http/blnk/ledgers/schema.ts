import { type Static, Type } from 'typebox'

/** Free-form data: any JSON object. */
export const MetaData = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
})

export const CreateLedger = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'What it is called; may be given to many' })),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'CreateLedger' },
)

export const UpdateLedger = Type.Object(
  { name: Type.Optional(Type.String()) },
  { title: 'UpdateLedger' },
)

export type CreateLedgerBody = Static<typeof CreateLedger>
export type UpdateLedgerBody = Static<typeof UpdateLedger>
