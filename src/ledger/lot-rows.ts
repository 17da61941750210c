/** A new lot in the rows of the directory: its balance and account, those of its aggregate where that is new, and its own. */
import { type Balance, NO_SUMS, type Side, type Terms } from './balance.ts'
import type { Change } from './change.ts'
import type { JsonObject } from './json.ts'
import type { Lot } from './lineage.ts'
import { isoOf, type Micros } from './time.ts'

/** The type of the accounts of lots and aggregates. */
export const LOT_TYPE = 'lineage'

export type LotOpening = {
  readonly lot: Lot
  readonly bookId: number
  readonly now: Micros
  /** The balance whose money it is. */
  readonly tracked: Terms
  readonly ledgerId: string
  readonly name: string
  readonly aggregateName: string
  readonly lotAccountId: string
  /** Null where the aggregate is there already. */
  readonly aggregateAccountId: string | null
}

/** The facts that open it, and the balances, empty. */
export function openingOf(opening: LotOpening): {
  readonly changes: readonly Change[]
  readonly balances: readonly Balance[]
} {
  const { lot, lotAccountId, aggregateAccountId, name, aggregateName } = opening
  const opened = [part(opening, lot.id, lotAccountId, name, 'debit')]
  if (aggregateAccountId !== null)
    opened.push(part(opening, lot.aggregateId, aggregateAccountId, aggregateName, 'credit'))
  return {
    changes: [...opened.flatMap(({ changes }) => changes), created('lot', lotRow(opening))],
    balances: opened.map(({ balance }) => balance),
  }
}

function part(
  opening: LotOpening,
  id: string,
  accountId: string,
  name: string,
  normalSide: Side,
): { readonly changes: readonly Change[]; readonly balance: Balance } {
  const account = accountRow(opening, accountId, name)
  const balance = balanceRow(opening, id, accountId, normalSide)
  const { tracked, ledgerId } = opening
  const terms: Terms = {
    accountId,
    ledgerId,
    alias: accountId,
    key: balance.key,
    assetCode: tracked.assetCode,
    assetScale: tracked.assetScale,
    accountType: LOT_TYPE,
    normalSide,
    external: false,
    internal: true,
    maySend: true,
    mayReceive: true,
    overdraft: null,
    principalId: null,
    lineage: null,
    routed: false,
    identityId: null,
  }
  return {
    changes: [created('account', account), created('balance', balance)],
    balance: { ...NO_SUMS, id, terms, version: 0, scale: 0 },
  }
}

function created(entity: Change['entity'], row: { readonly id: string }): Change {
  return { entity, verb: 'created', id: row.id, before: null, after: row as unknown as JsonObject }
}

function newRow({ bookId, now }: LotOpening, id: string) {
  const at = isoOf(now)
  return { bookId, id, metadata: null, createdAt: at, updatedAt: at, deletedAt: null }
}

export function accountRow(opening: LotOpening, id: string, name: string) {
  return {
    ...newRow(opening, id),
    ledgerId: opening.ledgerId,
    assetCode: opening.tracked.assetCode,
    name,
    alias: id,
    indicator: null,
    type: LOT_TYPE,
    external: false,
    parentId: null,
    portfolioId: null,
    segmentId: null,
    entityId: null,
    identityId: null,
    blocked: false,
    statusCode: 'ACTIVE',
    statusDescription: null,
  }
}

export function balanceRow(opening: LotOpening, id: string, accountId: string, normalSide: Side) {
  return {
    ...newRow(opening, id),
    accountId,
    ledgerId: opening.ledgerId,
    key: 'default',
    assetCode: opening.tracked.assetCode,
    normalSide,
    internal: true,
    principalId: null,
    companionId: null,
    overdraftLimit: null,
    maySend: true,
    mayReceive: true,
    settings: null,
    lineage: null,
  }
}

export function lotRow(opening: LotOpening) {
  const { lot, name, aggregateName } = opening
  return {
    ...newRow(opening, lot.id),
    balanceId: lot.balanceId,
    provider: lot.provider,
    identityId: lot.identityId,
    aggregateId: lot.aggregateId,
    name,
    aggregateName,
  }
}
