/** Entries as operations: what is read with each, and how far into the history of a balance a moment lies. */
import {
  type Effect,
  type JsonObject,
  type Micros,
  NOTHING_CARRIED,
  type Side,
  type TransactionKind,
} from '../../ledger/index.ts'
import type { Operation } from '../../reports/index.ts'
import { carriedOf } from '../types.ts'
import { eachOne, oneOrNone } from './look-up.ts'
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './read-state.ts'

/** The columns of an operation, where the entry is called e and OPERATION_JOINS follow it. */
export const OPERATION_COLUMNS = `${ENTRY_COLUMNS},
  coalesce(p.id, t.id) as shown_id, t.kind, t.recorded_at, t.effective_at,
  coalesce(t.description, p.description) as transaction_description, coalesce(t.terms, p.terms) as terms,
  b.account_id, b.ledger_id, b.key, b.asset_code, b.normal_side, a.alias, a.external, b.principal_id,
  b.companion_id, ${drawnIn('cb')} as drawn_before, cb.pending_debits as held_before,
  ${drawnIn('ca')} as drawn_after, ca.pending_debits as held_after,
  m.updated_at as amended_at, m.description as amended_description, m.metadata as amended_metadata`

function drawnIn(sums: string): string {
  return `(${sums}.posted_debits - ${sums}.posted_credits + ${sums}.pending_debits)`
}

const ENTRY_ID = "(left(e.transaction_id::text, 33) || lpad(to_hex(e.leg + 1), 3, '0'))::uuid"

/**
 * Everything by key. p is the hold that the transaction of the entry ends; cb is the last entry of the companion before the
 * entry, and ca the one right behind it, which belongs to the same leg.
 */
export const OPERATION_JOINS = `
  ${eachOne('transactions', 't', 'x.book_id = $1 and x.id = e.transaction_id')}
  ${oneOrNone('transactions', 'p', "x.book_id = $1 and x.id = t.parent_id and t.kind in ('settlement', 'release')")}
  ${eachOne('balances', 'b', 'x.book_id = $1 and x.id = e.balance_id')}
  ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}
  left join lateral (
    select case when b.companion_id is not null
           then ${entriesBefore('b.companion_id', 'e.transaction_id', 'e.leg')} end as version offset 0) c on true
  ${oneOrNone('entries', 'cb', 'x.book_id = $1 and x.balance_id = b.companion_id and x.version = c.version')}
  ${oneOrNone(
    'entries',
    'ca',
    `x.book_id = $1 and x.balance_id = b.companion_id and x.version = c.version + 1
       and x.transaction_id = e.transaction_id and x.leg = e.leg + 1`,
  )}
  ${oneOrNone('amendments', 'm', `x.book_id = $1 and x.id = ${ENTRY_ID}`)}`

/**
 * How many entries of a balance were recorded before a transaction id. Versions and ids grow together, so the place is
 * found by halving, in as many key look-ups as the number of entries has binary digits: there is no index to pay for
 * with each posting. In the text, `balance` and `id` name the balance and the transaction id; with a `leg`, entries of the
 * same transaction before that leg count too.
 */
export function entriesBefore(balance: string, id: string, leg?: string): string {
  const isBefore =
    leg === undefined
      ? `probe.transaction_id < ${id}`
      : `(probe.transaction_id, probe.leg) < (${id}, ${leg})`
  return `(
    with recursive halves (low, high) as (
      select 0::bigint, coalesce((
        select x.version from entries x where x.book_id = $1 and x.balance_id = ${balance} order by x.version desc limit 1
      ), 0)
      union all
      select case when ${isBefore} then probe.version else halves.low end,
             case when ${isBefore} then halves.high else probe.version - 1 end
        from halves
        cross join lateral (
          select x.version, x.transaction_id, x.leg from entries x
           where x.book_id = $1 and x.balance_id = ${balance} and x.version = (halves.low + halves.high + 1) / 2
          offset 0) probe
       where halves.low < halves.high)
    select low from halves where low = high)`
}

export type OperationRow = EntryRow & {
  readonly shown_id: string
  readonly kind: TransactionKind
  readonly recorded_at: Micros
  readonly effective_at: Micros | null
  readonly transaction_description: string | null
  readonly terms: JsonObject | null
  readonly account_id: string
  readonly ledger_id: string
  readonly key: string
  readonly asset_code: string
  readonly normal_side: Side
  readonly alias: string
  readonly external: boolean
  readonly principal_id: string | null
  readonly companion_id: string | null
  readonly drawn_before: string | null
  readonly held_before: string | null
  readonly drawn_after: string | null
  readonly held_after: string | null
  readonly effect: Effect
  readonly amended_at: Micros | null
  readonly amended_description: string | null
  readonly amended_metadata: JsonObject | null
}

export function operationOf(row: OperationRow): Operation {
  return {
    ...entryOf(row),
    shownId: row.shown_id,
    kind: row.kind,
    accountId: row.account_id,
    ledgerId: row.ledger_id,
    alias: row.alias,
    key: row.key,
    assetCode: row.asset_code,
    normalSide: row.normal_side,
    external: row.external,
    principalId: row.principal_id,
    carried: courseOf(row),
    recordedAt: row.recorded_at,
    effectiveAt: row.effective_at,
    transactionDescription: row.transaction_description,
    terms: row.terms,
    amendment:
      row.amended_at === null
        ? null
        : {
            description: row.amended_description,
            metadata: row.amended_metadata,
            at: row.amended_at,
          },
  }
}

function courseOf(row: OperationRow): Operation['carried'] {
  if (row.companion_id === null) return null
  const before = carriedOf(row.drawn_before, row.held_before) ?? NOTHING_CARRIED
  return { before, after: carriedOf(row.drawn_after, row.held_after) ?? before }
}
