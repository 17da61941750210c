import { type Static, Type } from 'typebox'

export const Hook = Type.Object(
  {
    name: Type.Optional(Type.String()),
    url: Type.Optional(Type.String()),
    type: Type.Optional(Type.String({ description: 'PRE_TRANSACTION or POST_TRANSACTION' })),
    active: Type.Optional(Type.Boolean()),
    timeout: Type.Optional(
      Type.Integer({ description: 'Seconds that an answer may take', minimum: -1e9, maximum: 1e9 }),
    ),
    retry_count: Type.Optional(
      Type.Integer({ description: 'Attempts after the first', minimum: -1e9, maximum: 1e9 }),
    ),
  },
  { title: 'Hook' },
)

export type HookBody = Static<typeof Hook>
