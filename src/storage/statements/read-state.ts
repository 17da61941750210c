/** What the engine reads before it decides. Every look-up is by key; the arrays are small. */
import {
  type Balance,
  decodePlan,
  type Effect,
  type Entry,
  type HoldStatus,
  type JsonObject,
  type LineageStrategy,
  type Micros,
  type Side,
  type Sums,
  type Terms,
  type Transaction,
  type TransactionKind,
  type TransactionStatus,
} from '../../ledger/index.ts'
import { amountOf } from '../types.ts'
import { eachOne, oneOrNone, sumsOfBalance } from './look-up.ts'

/**
 * Balances by id, each with its account, its sums and the scale of its asset, with the companions that carry their
 * overdrafts, and for companions with their principals. $3 is the ledger whose assets the whole book shares.
 */
export const READ_BALANCES = `
select b.id, b.account_id, b.ledger_id, a.alias, b.key, b.asset_code, a.type as account_type, a.external,
       a.identity_id,
       b.normal_side, b.internal, b.principal_id, b.companion_id, b.overdraft_limit, b.may_send, b.may_receive,
       b.lineage, coalesce(own.scale, shared.scale) as asset_scale, coalesce(l.validate_routes, false) as routed,
       s.posted_debits, s.posted_credits, s.pending_debits, s.pending_credits, s.version, s.scale
  from (
    select u.id from unnest($2::uuid[]) as u (id)
    union
    select c.id from unnest($2::uuid[]) as u (id)
      ${eachOne('balances', 'c', 'x.book_id = $1 and x.principal_id = u.id')}
    union
    select p.principal_id from unnest($2::uuid[]) as u (id)
      ${eachOne('balances', 'p', 'x.book_id = $1 and x.id = u.id')}
     where p.principal_id is not null
  ) w
  ${eachOne('balances', 'b', 'x.book_id = $1 and x.id = w.id and x.deleted_at is null')}
  ${sumsOfBalance('s', 'w.id')}
  ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}
  ${oneOrNone('assets', 'own', 'x.book_id = $1 and x.ledger_id = b.ledger_id and x.code = b.asset_code and x.deleted_at is null')}
  ${oneOrNone('assets', 'shared', 'x.book_id = $1 and x.ledger_id = $3 and x.code = b.asset_code and x.deleted_at is null')}
  ${oneOrNone('ledger_rules', 'l', 'x.book_id = $1 and x.id = b.ledger_id')}`

export type BalanceRow = SumsRow & {
  readonly id: string
  readonly account_id: string
  readonly ledger_id: string
  readonly alias: string
  readonly key: string
  readonly asset_code: string
  readonly account_type: string
  readonly external: boolean
  readonly identity_id: string | null
  readonly normal_side: Side
  readonly internal: boolean
  readonly principal_id: string | null
  readonly companion_id: string | null
  readonly overdraft_limit: string | null
  readonly may_send: boolean
  readonly may_receive: boolean
  readonly lineage: LineageStrategy | null
  readonly asset_scale: number | null
  readonly routed: boolean
  readonly version: number
  readonly scale: number
}

export type SumsRow = {
  readonly posted_debits: string
  readonly posted_credits: string
  readonly pending_debits: string
  readonly pending_credits: string
}

export function sumsOf(row: SumsRow): Sums {
  return {
    postedDebits: amountOf(row.posted_debits),
    postedCredits: amountOf(row.posted_credits),
    pendingDebits: amountOf(row.pending_debits),
    pendingCredits: amountOf(row.pending_credits),
  }
}

export function balanceOf(row: BalanceRow): Balance {
  return {
    id: row.id,
    terms: termsOf(row),
    version: row.version,
    scale: row.scale,
    postedDebits: amountOf(row.posted_debits),
    postedCredits: amountOf(row.posted_credits),
    pendingDebits: amountOf(row.pending_debits),
    pendingCredits: amountOf(row.pending_credits),
  }
}

function termsOf(row: BalanceRow): Terms {
  const limit = row.overdraft_limit === null ? null : amountOf(row.overdraft_limit)
  return {
    accountId: row.account_id,
    ledgerId: row.ledger_id,
    alias: row.alias,
    key: row.key,
    assetCode: row.asset_code,
    assetScale: row.asset_scale,
    accountType: row.account_type,
    normalSide: row.normal_side,
    external: row.external,
    internal: row.internal,
    maySend: row.may_send,
    mayReceive: row.may_receive,
    overdraft: row.companion_id === null ? null : { companionId: row.companion_id, limit },
    principalId: row.principal_id,
    lineage: row.lineage,
    routed: row.routed,
    identityId: row.identity_id,
  }
}

export const TRANSACTION_COLUMNS = `
  t.id, t.kind, t.status, t.recorded_at, t.effective_at, t.parent_id, t.request_id, t.reverses_id, t.reference,
  t.asset_code, t.amount, t.source_id, t.destination_id, t.description, t.metadata, t.terms, t.plan, t.actor`

export type TransactionRow = {
  readonly id: string
  readonly kind: TransactionKind
  readonly status: TransactionStatus
  readonly recorded_at: Micros
  readonly effective_at: Micros | null
  readonly parent_id: string | null
  readonly request_id: string | null
  readonly reverses_id: string | null
  readonly reference: string | null
  readonly asset_code: string
  readonly amount: string
  readonly source_id: string | null
  readonly destination_id: string | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly terms: JsonObject | null
  readonly plan: JsonObject | null
  readonly actor: string | null
}

export function transactionOf(row: TransactionRow): Transaction {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    recordedAt: row.recorded_at,
    effectiveAt: row.effective_at,
    parentId: row.parent_id,
    requestId: row.request_id,
    reversesId: row.reverses_id,
    reference: row.reference,
    assetCode: row.asset_code,
    amount: amountOf(row.amount),
    sourceId: row.source_id,
    destinationId: row.destination_id,
    description: row.description,
    metadata: row.metadata,
    terms: row.terms,
    plan: row.plan === null ? null : decodePlan(row.plan),
    actor: row.actor,
  }
}

/**
 * Transactions by id, with the status of the hold that each may be and the reversal that each may have: its own, or that of
 * a transaction that moved the same money, which for a settlement is its hold and for a hold any of its settlements.
 */
export const READ_TRANSACTIONS = `
select ${TRANSACTION_COLUMNS}, h.status as hold_status, h.settled as hold_settled,
       coalesce(r.id, rh.id, (
         select rs.id from transactions s
           cross join lateral (
             select x.id from transactions x where x.book_id = $1 and x.reverses_id = s.id offset 0
           ) rs
          where s.book_id = $1 and s.parent_id = t.id and s.kind = 'settlement' and t.kind = 'hold' limit 1
       )) as reversal_id,
       exists (select from transactions c
                where c.book_id = $1 and c.parent_id = t.id and t.kind = 'request' offset 0) as executed
  from unnest($2::uuid[]) as u (id)
  ${eachOne('transactions', 't', 'x.book_id = $1 and x.id = u.id')}
  ${oneOrNone('holds', 'h', 'x.book_id = $1 and x.transaction_id = u.id')}
  ${oneOrNone('transactions', 'r', 'x.book_id = $1 and x.reverses_id = u.id')}
  ${oneOrNone('transactions', 'rh', "t.kind = 'settlement' and x.book_id = $1 and x.reverses_id = t.parent_id")}`

export type StateRow = TransactionRow & {
  readonly hold_status: HoldStatus | null
  readonly hold_settled: string | null
  readonly reversal_id: string | null
  readonly executed: boolean
}

export const ENTRY_COLUMNS = `
  e.transaction_id, e.leg, e.balance_id, e.version, e.side, e.effect, e.amount, e.posted_debits, e.posted_credits,
  e.pending_debits, e.pending_credits, e.details, e.scale`

/** Transactions by id as t, each with itself and, where it is a hold, with its settlements as f. */
export const WITH_SETTLEMENTS = `unnest($2::uuid[]) as u (id)
  ${eachOne('transactions', 't', 'x.book_id = $1 and x.id = u.id')}
  cross join lateral (
    select t.id
    union all
    (select x.id from transactions x
      where x.book_id = $1 and x.parent_id = t.id and x.kind = 'settlement' and t.kind = 'hold' offset 0)
  ) f`

/** What transactions posted, the settlements of holds included. */
export const READ_POSTED = `
select t.id as original_id, ${ENTRY_COLUMNS}
  from ${WITH_SETTLEMENTS}
  ${eachOne('entries', 'e', 'x.book_id = $1 and x.transaction_id = f.id')}
 where e.effect in ('post', 'settle')
 order by e.transaction_id, e.leg`

export type EntryRow = {
  readonly transaction_id: string
  readonly leg: number
  readonly balance_id: string
  readonly version: number
  readonly side: Side
  readonly effect: Effect
  readonly amount: string
  readonly posted_debits: string
  readonly posted_credits: string
  readonly pending_debits: string
  readonly pending_credits: string
  readonly details: JsonObject | null
  readonly scale: number
}

export function entryOf(row: EntryRow): Entry {
  return {
    transactionId: row.transaction_id,
    leg: row.leg,
    balanceId: row.balance_id,
    version: row.version,
    scale: row.scale,
    side: row.side,
    effect: row.effect,
    amount: amountOf(row.amount),
    postedDebits: amountOf(row.posted_debits),
    postedCredits: amountOf(row.posted_credits),
    pendingDebits: amountOf(row.pending_debits),
    pendingCredits: amountOf(row.pending_credits),
    details: row.details,
  }
}
