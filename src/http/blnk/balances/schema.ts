import { type Static, Type } from 'typebox'
import { MetaData } from '../ledgers/schema.ts'
import { REQUIRED } from '../wire/bind.ts'

export const CreateBalance = Type.Object(
  {
    ledger_id: Type.Optional(Type.String()),
    currency: Type.Optional(Type.String({ description: 'Any text: USD, ETH, POINTS' })),
    identity_id: Type.Optional(Type.String()),
    indicator: Type.Optional(
      Type.String({ description: 'A name such as @cash, in the general ledger only' }),
    ),
    precision: Type.Optional(
      Type.Number({ description: 'What a unit is divided into, where the currency does not say' }),
    ),
    track_fund_lineage: Type.Optional(Type.Boolean()),
    allocation_strategy: Type.Optional(Type.String({ description: 'FIFO, LIFO or PROPORTIONAL' })),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'CreateBalance' },
)

export const UpdateBalanceIdentity = Type.Object(
  { identity_id: Type.Optional(Type.String({ [REQUIRED]: 'IdentityId' })) },
  { title: 'UpdateBalanceIdentity' },
)

export type CreateBalanceBody = Static<typeof CreateBalance>
export type UpdateBalanceIdentityBody = Static<typeof UpdateBalanceIdentity>
