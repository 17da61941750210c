import { type Static, Type } from 'typebox'
import { MetaData } from '../ledgers/schema.ts'

const Condition = Type.Object({
  field: Type.Optional(Type.String({ description: 'Which number of the balance is watched' })),
  operator: Type.Optional(Type.String({ description: 'One of > < >= <= = == !=' })),
  value: Type.Optional(Type.Number({ description: 'What it is compared with' })),
  precision: Type.Optional(Type.Number({ description: 'How many smallest units make one' })),
})

export const MonitorCondition = Type.Object(
  {
    balance_id: Type.Optional(Type.String()),
    condition: Type.Optional(Condition),
    description: Type.Optional(Type.String()),
    call_back_url: Type.Optional(Type.String({ description: 'Accepted, and not used' })),
    meta_data: Type.Optional(MetaData),
  },
  { title: 'MonitorCondition' },
)

export type MonitorBody = Static<typeof MonitorCondition>
