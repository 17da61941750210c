/** What balances look like on the wire. */
import { type Static, Type } from 'typebox'
import { closedObject, flag, metadataPatch, optional, shownOf, text } from '../body/schema.ts'

const KEY_MAX = 100

const settings = closedObject({
  balanceScope: optional(text(50)),
  allowOverdraft: optional(flag),
  overdraftLimitEnabled: optional(flag),
  overdraftLimit: optional(text(100)),
})

export type BalanceSettings = Static<typeof settings>

export const balanceCreate = closedObject({
  key: text(KEY_MAX, { 'x-rule': 'noSpaces' }),
  allowSending: optional(flag),
  allowReceiving: optional(flag),
  direction: optional(text(10)),
  settings: optional(settings),
})

export type BalanceCreate = Static<typeof balanceCreate>

export const balanceUpdate = closedObject({
  allowSending: optional(
    Type.Boolean({ description: 'Whether the balance may be a source of new transactions' }),
  ),
  allowReceiving: optional(
    Type.Boolean({ description: 'Whether it may be a destination of new transactions' }),
  ),
  settings: optional(settings),
  metadata: optional({ ...metadataPatch, 'x-rule': 'balanceMetadata' } as typeof metadataPatch),
})

export type BalanceUpdate = Static<typeof balanceUpdate>

const money = Type.Unsafe<unknown>({ type: ['string', 'integer'] })

export const balanceShown = shownOf({
  organizationId: Type.String(),
  ledgerId: Type.String(),
  accountId: Type.String(),
  alias: Type.String(),
  assetCode: Type.String(),
  available: money,
  onHold: money,
  scale: Type.Optional(Type.Integer()),
  version: Type.Integer(),
  accountType: Type.String(),
  allowSending: flag,
  allowReceiving: flag,
})
