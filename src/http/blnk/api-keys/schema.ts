import { type Static, Type } from 'typebox'
import { REQUIRED } from '../wire/bind.ts'

export const CreateApiKey = Type.Object(
  {
    name: Type.Optional(
      Type.String({ description: 'What it is for', maxLength: 200, [REQUIRED]: 'Name' }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), {
        description: 'resource:action, with * for all',
        maxItems: 100,
        [REQUIRED]: 'Scopes',
      }),
    ),
    owner: Type.Optional(
      Type.String({ description: 'Whose it is', maxLength: 200, [REQUIRED]: 'Owner' }),
    ),
    expires_at: Type.Optional(Type.String({ description: 'RFC 3339', [REQUIRED]: 'ExpiresAt' })),
  },
  { title: 'CreateAPIKeyRequest' },
)

export type CreateApiKeyBody = Static<typeof CreateApiKey>
