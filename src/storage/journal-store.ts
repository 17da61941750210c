import type { Micros } from '../ledger/index.ts'
import {
  type BalanceAt,
  type BalanceFacts,
  type BalanceName,
  firstIdAt,
  type JournalStore,
  type Operation,
  type OperationQuery,
  type PostedSums,
} from '../reports/index.ts'
import type { Querier, Row } from './connection.ts'
import { listOperations } from './statements/list-operations.ts'
import { eachOne } from './statements/look-up.ts'
import {
  entriesBefore,
  OPERATION_COLUMNS,
  OPERATION_JOINS,
  type OperationRow,
  operationOf,
} from './statements/operations.ts'
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './statements/read-state.ts'
import { READ_POSTED_AT, rangesUntil } from './statements/value-dates.ts'
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
    const rows = await this.#querier.query<EntryRow & { readonly at: Micros }>(
      'balances at',
      `select ${ENTRY_COLUMNS}, t.recorded_at as at
         from unnest($2::uuid[]) as u (id)
         ${eachOne('entries', 'e', `x.book_id = $1 and x.balance_id = u.id and x.version = ${entriesBefore('u.id', '$3::uuid')}`)}
         ${eachOne('transactions', 't', 'x.book_id = $1 and x.id = e.transaction_id')}`,
      [bookId, plainArray(balanceIds), firstIdAt(at + 1)],
    )
    return rows.map((row) => ({
      balanceId: row.balance_id,
      last: { ...entryOf(row), at: row.at },
    }))
  }

  async postedAt(bookId: number, balanceId: string, at: Micros): Promise<PostedSums> {
    const [row] = await this.#querier.query<{ readonly debits: string; readonly credits: string }>(
      'posted at',
      READ_POSTED_AT,
      [bookId, balanceId, firstIdAt(at + 1), ...rangesUntil(at)],
    )
    return { debits: amountOf(row?.debits ?? '0'), credits: amountOf(row?.credits ?? '0') }
  }
}
