/** From a body to what the ledger is asked to do. */
import {
  type Amount,
  apportion,
  assert,
  type JsonObject,
  type Leg,
  type Micros,
  NO_OVERDRAFT,
  type Portion,
} from '../../../ledger/index.ts'
import type { BalanceFacts, BalanceName } from '../../../reports/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { momentOrDayOf } from '../body/dates.ts'
import { amountOf } from '../body/money.ts'
import { uuidOf } from '../body/uuid.ts'
import { givenMetadata } from '../given.ts'
import { type Problem, refuse } from '../problem.ts'
import { DEFAULT_KEY } from './names.ts'
import type { GivenAmount, GivenEntry, GivenTransaction } from './schema.ts'

/** What a transaction is asked for as: the routes that make one. */
export type Kind = 'json' | 'inflow' | 'outflow' | 'annotation' | 'block' | 'unblock'

/** One entry of a side: whose balance, how much, and what is written beside it. */
export type Part = BalanceName & { readonly amount: Amount; readonly details: JsonObject | null }

/** A transaction as it was asked for, its amounts worked out and its names as they are. */
export type Order = {
  readonly kind: Kind
  readonly pending: boolean
  readonly assetCode: string
  readonly amount: Amount
  readonly sources: readonly Part[]
  readonly destinations: readonly Part[]
  readonly effectiveAt: Micros | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly terms: JsonObject | null
}

/** What can be told to be wrong before anything is looked up. */
export type Header = { readonly amount: Amount; readonly effectiveAt: Micros | null }

/** @throws Refused when the date lies ahead or cannot be, or the value is not positive */
export function headerOf(body: GivenTransaction, kind: Kind, now: Micros): Header {
  const effectiveAt = body.transactionDate == null ? null : momentOrDayOf(body.transactionDate)
  if (effectiveAt !== null && effectiveAt > now)
    refuse({ code: '0121', detail: 'The transactionDate lies in the future.' })
  if (effectiveAt !== null && isPending(body, kind))
    refuse({ code: '0122', detail: 'A pending transaction cannot have a transactionDate.' })
  const amount = given(body.send)
  if (amount <= 0n) refuse({ code: '0125', detail: 'The value must be greater than zero.' })
  return { amount, effectiveAt }
}

/** Money is set aside only where it would move at once otherwise. */
function isPending(body: GivenTransaction, kind: Kind): boolean {
  return (kind === 'json' || kind === 'outflow') && body.pending === true
}

function given({ value = '0', scale = 0 }: GivenAmount): Amount {
  const amount = amountOf(value as JsonValue, scale ?? 0)
  assert(typeof amount === 'bigint', 'a checked amount is a decimal that fits')
  return amount
}

/** @throws Refused when a share needs more decimals than there are, or a balance gives and takes */
export function orderOf(body: GivenTransaction, kind: Kind, header: Header): Order {
  const { asset } = body.send
  const outside: GivenEntry = { accountAlias: `@external/${asset}`, remaining: 'remaining' }
  const sources = parts(body.send.source?.from ?? [outside], header.amount)
  const destinations = parts(body.send.distribute?.to ?? [outside], header.amount)
  return {
    kind,
    pending: isPending(body, kind),
    assetCode: asset,
    amount: header.amount,
    sources,
    destinations,
    effectiveAt: header.effectiveAt,
    description: body.description ?? null,
    metadata: givenMetadata(body.metadata),
    terms: termsOf(body, kind),
  }
}

function parts(entries: readonly GivenEntry[], total: Amount): readonly Part[] {
  const amounts = apportion(total, entries.map(portionOf))
  if (amounts === null)
    refuse({
      code: '0047',
      detail: 'A share of the value needs more than 18 decimals.',
      errors: [{ path: 'send', message: 'a share of it needs more than 18 decimals' }],
      fields: { share: 'needs more than 18 decimals' },
    })
  return entries.map((entry, index) => ({
    alias: nameOf(entry),
    key: entry.balanceKey ?? DEFAULT_KEY,
    amount: amounts[index] ?? 0n,
    details: detailsOf(entry),
  }))
}

function nameOf(entry: GivenEntry): string {
  return (entry.accountAlias ?? '') === '' ? (entry.account ?? '') : (entry.accountAlias ?? '')
}

/** An amount that is not positive counts for nothing. */
function portionOf({ amount, share }: GivenEntry): Portion {
  if (amount != null) {
    const value = given(amount)
    return { kind: 'amount', amount: value > 0n ? value : 0n }
  }
  if (share != null) {
    const { percentage, percentageOfPercentage } = share
    const percentOf = BigInt(percentageOfPercentage ?? 0)
    return {
      kind: 'share',
      percent: BigInt(percentage),
      percentOf: percentOf === 0n ? 100n : percentOf,
    }
  }
  return { kind: 'remaining' }
}

/** What is written beside an entry, or null where nothing is. */
function detailsOf(entry: GivenEntry): JsonObject | null {
  const { description, chartOfAccounts, route, routeId, metadata } = entry
  if (!description && !chartOfAccounts && !route && !routeId && metadata == null) return null
  const kept = givenMetadata(metadata)
  return {
    ...(description ? { description } : {}),
    ...(chartOfAccounts ? { chartOfAccounts } : {}),
    ...(route ? { route } : {}),
    ...(routeId ? { routeId: uuidOf(routeId) ?? routeId } : {}),
    ...(kept === null ? {} : { metadata: kept }),
  }
}

/** What a transaction is shown with and means nothing to the rules; null where there is nothing of the kind. */
function termsOf(body: GivenTransaction, kind: Kind): JsonObject | null {
  const { chartOfAccountsGroupName: group, code, route, routeId } = body
  const action = kind === 'block' || kind === 'unblock' ? kind : null
  if (!group && !code && !route && !routeId && action === null) return null
  return {
    ...(group ? { group } : {}),
    ...(code ? { code } : {}),
    ...(route ? { route } : {}),
    ...(routeId ? { routeId: uuidOf(routeId) ?? routeId } : {}),
    ...(action === null ? {} : { action }),
  }
}

/** The legs of a side. A part of nothing is no leg. */
export function legsOf(parts: readonly Part[], facts: readonly BalanceFacts[]): readonly Leg[] {
  const legs: Leg[] = []
  for (const [index, part] of parts.entries()) {
    const balance = facts[index]
    assert(balance !== undefined, 'every part has its balance')
    if (part.amount === 0n) continue
    const { amount, details } = part
    legs.push({ balanceId: balance.id, amount, overdraft: NO_OVERDRAFT, details })
  }
  return legs
}

export const ineligible: Problem = {
  code: '0019',
  detail: 'An account that the transaction names, or its balance under that key, does not exist.',
}
