import type { JsonObject, Micros } from '../ledger/index.ts'
import {
  type BalanceAt,
  type BalanceFacts,
  type BalanceName,
  firstIdAt,
  type JournalStore,
  type Operation,
  type OperationQuery,
} from '../reports/index.ts'
import type { Querier, Row } from './connection.ts'
import { listOperations } from './statements/list-operations.ts'
import { eachOne } from './statements/look-up.ts'
import {
  OPERATION_COLUMNS,
  OPERATION_JOINS,
  type OperationRow,
  operationOf,
} from './statements/operations.ts'
import { type EntryRow, entryOf } from './statements/read-state.ts'
import { READ_BALANCES_AT, rangesUntil } from './statements/value-dates.ts'
import { amountOf, plainArray, textArray } from './types.ts'

const FACTS = `b.id, b.account_id as "accountId", b.ledger_id as "ledgerId", a.alias, b.key, b.asset_code as "assetCode",
  a.type as "accountType", b.normal_side as "normalSide", a.external, b.internal,
  b.principal_id as "principalId", b.companion_id as "companionId"`

/** Reads the journal: committed facts only, straight from the tables, every look-up by key. */
export class PostgresJournalStore implements JournalStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  balancesByName(
    bookId: number,
    ledgerId: string,
    names: readonly BalanceName[],
  ): Promise<readonly BalanceFacts[]> {
    return this.#querier.query<BalanceFacts & Row>(
      'balances by name',
      `select ${FACTS}
         from unnest($3::text[], $4::text[]) as u (alias, key)
         ${eachOne('accounts', 'a', 'x.book_id = $1 and x.ledger_id = $2 and x.alias = u.alias and x.deleted_at is null')}
         ${eachOne('balances', 'b', 'x.book_id = $1 and x.account_id = a.id and x.key = u.key and x.deleted_at is null')}`,
      [
        bookId,
        ledgerId,
        textArray(names.map(({ alias }) => alias)),
        textArray(names.map(({ key }) => key)),
      ],
    )
  }

  balanceFacts(bookId: number, ids: readonly string[]): Promise<readonly BalanceFacts[]> {
    return this.#querier.query<BalanceFacts & Row>(
      'balance facts',
      `select ${FACTS}
         from unnest($2::uuid[]) as u (id)
         ${eachOne('balances', 'b', 'x.book_id = $1 and x.id = u.id')}
         ${eachOne('accounts', 'a', 'x.book_id = $1 and x.id = b.account_id')}`,
      [bookId, plainArray(ids)],
    )
  }

  async operationsOf(
    bookId: number,
    transactionIds: readonly string[],
  ): Promise<readonly Operation[]> {
    if (transactionIds.length === 0) return []
    const rows = await this.#querier.query<OperationRow>(
      'operations of transactions',
      `select ${OPERATION_COLUMNS}
         from unnest($2::uuid[]) as u (id)
         cross join lateral (
           select u.id
           union all
           (select x.id from transactions x
             where x.book_id = $1 and x.parent_id = u.id and x.kind in ('settlement', 'release') offset 0)) f
         ${eachOne('entries', 'e', 'x.book_id = $1 and x.transaction_id = f.id')}
         ${OPERATION_JOINS}
        order by e.transaction_id, e.leg`,
      [bookId, plainArray(transactionIds)],
    )
    return rows.map(operationOf)
  }

  async operation(bookId: number, transactionId: string, leg: number): Promise<Operation | null> {
    const [row] = await this.#querier.query<OperationRow>(
      'operation',
      `select ${OPERATION_COLUMNS}
         from (select x.* from entries x where x.book_id = $1 and x.transaction_id = $2 and x.leg = $3) e
         ${OPERATION_JOINS}`,
      [bookId, transactionId, leg],
    )
    return row === undefined ? null : operationOf(row)
  }

  listOperations(bookId: number, query: OperationQuery): Promise<readonly Operation[]> {
    return listOperations(this.#querier, bookId, query)
  }

  async balancesAt(
    bookId: number,
    balanceIds: readonly string[],
    at: Micros,
  ): Promise<readonly BalanceAt[]> {
    if (balanceIds.length === 0) return []
    const rows = await this.#querier.query<BalanceAtRow>('balances at', READ_BALANCES_AT, [
      bookId,
      plainArray(balanceIds),
      firstIdAt(at + 1),
      ...rangesUntil(at),
    ])
    return rows.map((row) => ({
      balanceId: row.id,
      posted: { debits: amountOf(row.debits), credits: amountOf(row.credits) },
      last: row.at === null ? null : { ...entryOf(row), at: row.at },
      settings: row.settings,
    }))
  }
}

/** Without an entry, its columns are null. */
type BalanceAtRow = EntryRow & {
  readonly id: string
  readonly at: Micros | null
  readonly settings: JsonObject | null
  readonly debits: string
  readonly credits: string
}
