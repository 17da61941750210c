/** The names of the events that this face tells, and how they are asked for. */
import { wants } from '../../../outbox/index.ts'
import { shortName } from './message.ts'

/** What is told of an entity of the directory. */
const CHANGES = ['created', 'updated', 'deleted'] as const

const CHANGED = [
  'organization',
  'ledger',
  'asset',
  'asset-rate',
  'portfolio',
  'segment',
  'account-type',
  'account',
  'operation-route',
  'transaction-route',
] as const

/** An entity whose changes are told under its name. */
export type Changed = (typeof CHANGED)[number]

export const EVENT_NAMES: readonly string[] = [
  ...CHANGED.flatMap((entity) => CHANGES.map((verb) => `${entity}.${verb}`)),
  'balance.created',
  'balance.config-changed',
  'balance.deleted',
  'balance.changed',
  'balance.overdraft-drawn',
  'balance.overdraft-repaid',
  'balance.overdraft-cleared',
  'transaction.pending',
  'transaction.posted',
  'transaction.committed',
  'transaction.canceled',
  'transaction.reverted',
  'transaction.noted',
]

/** Names that one listener or subscriber may ask for. */
export const NAMES_MAX = 50

/** Names as they are asked for, each without its prefix; or the first one that is the name of nothing. */
export function namesAsked(
  texts: readonly string[],
): { readonly names: readonly string[] } | { readonly unknown: string } {
  const names = texts.map(shortName)
  const unknown = names.find((name) => !EVENT_NAMES.some((event) => wants([name], event)))
  return unknown === undefined ? { names } : { unknown }
}
