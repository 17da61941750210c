import type { Hold, HoldStatus, JsonObject, Micros } from '../ledger/index.ts'
import {
  type BalanceView,
  type EntryView,
  equals,
  FIRST_PAGE,
  type ListQuery,
  type ReportStore,
  type TransactionView,
} from '../reports/index.ts'
import type { Connections, Row } from './connection.ts'
import { countStatement, listStatement } from './list-statement.ts'
import {
  type BalanceRow,
  balanceOf,
  type EntryRow,
  entryOf,
  type TransactionRow,
  transactionOf,
} from './statements/read-state.ts'
import { amountOf, carriedOf, plainArray } from './types.ts'
import { selectionOf, textById, type View } from './view.ts'
import { balanceView, entryView, transactionView } from './views.ts'

/** Reads what is shown: committed facts only, straight from the tables. */
export class PostgresReportStore implements ReportStore {
  readonly #connections: Connections
  readonly #sharedLedgerId: string

  constructor(connections: Connections, sharedLedgerId: string) {
    this.#connections = connections
    this.#sharedLedgerId = sharedLedgerId
  }

  async balances(bookId: number, ids: readonly string[]): Promise<readonly BalanceView[]> {
    const rows = await this.#byId(balanceView, [bookId, this.#sharedLedgerId], ids)
    return rows.map(balanceViewOf)
  }

  async listBalances(bookId: number, query: ListQuery): Promise<readonly BalanceView[]> {
    const rows = await this.#list(balanceView, [bookId, this.#sharedLedgerId], query)
    return rows.map(balanceViewOf)
  }

  async countBalances(bookId: number, query: ListQuery): Promise<number> {
    return this.#count(balanceView, [bookId, this.#sharedLedgerId], query)
  }

  async transactions(bookId: number, ids: readonly string[]): Promise<readonly TransactionView[]> {
    const rows = await this.#byId(transactionView, [bookId], ids)
    return rows.map(transactionViewOf)
  }

  async transactionByReference(bookId: number, reference: string): Promise<TransactionView | null> {
    const query = { ...FIRST_PAGE, within: [equals('reference', reference)], limit: 1 }
    const [transaction] = await this.listTransactions(bookId, query)
    return transaction ?? null
  }

  async family(bookId: number, id: string): Promise<readonly TransactionView[]> {
    const rows = await this.#connections.query<{ id: string }>(
      'family',
      `select id from transactions where book_id = $1 and id = $2::uuid
 union select id from transactions where book_id = $1 and parent_id = $2::uuid
 union select id from transactions where book_id = $1 and request_id = $2::uuid`,
      [bookId, id],
    )
    const views = await this.transactions(
      bookId,
      rows.map((row) => row.id),
    )
    return views.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  }

  async listTransactions(bookId: number, query: ListQuery): Promise<readonly TransactionView[]> {
    const rows = await this.#list(transactionView, [bookId], query)
    return rows.map(transactionViewOf)
  }

  async countTransactions(bookId: number, query: ListQuery): Promise<number> {
    return this.#count(transactionView, [bookId], query)
  }

  async entriesOf(
    bookId: number,
    transactionIds: readonly string[],
  ): Promise<readonly EntryView[]> {
    if (transactionIds.length === 0) return []
    const rows = await this.#connections.query<Row>(
      'entries of transactions',
      `select ${selectionOf(entryView)}
  from ${entryView.from}
 where e.book_id = $1 and e.transaction_id in (
   select id from transactions where book_id = $1 and id = any ($2::uuid[])
   union all
   select id from transactions
    where book_id = $1 and parent_id = any ($2::uuid[]) and kind in ('settlement', 'release'))
 order by e.transaction_id, e.leg`,
      [bookId, plainArray(transactionIds)],
    )
    return rows.map(entryViewOf)
  }

  async listEntries(bookId: number, query: ListQuery): Promise<readonly EntryView[]> {
    const rows = await this.#list(entryView, [bookId], query)
    return rows.map(entryViewOf)
  }

  async #byId(view: View, leading: readonly unknown[], ids: readonly string[]) {
    if (ids.length === 0) return []
    return this.#connections.query<Row>(`${view.name} by id`, textById(view, leading.length + 1), [
      ...leading,
      plainArray(ids),
    ])
  }

  async #list(view: View, leading: readonly unknown[], query: ListQuery) {
    const { text, values } = listStatement(view, leading, query)
    return this.#connections.query<Row>('', text, values)
  }

  async #count(view: View, leading: readonly unknown[], query: ListQuery): Promise<number> {
    const { text, values } = countStatement(view, leading, query)
    const [row] = await this.#connections.query<{ count: number }>('', text, values)
    return row?.count ?? 0
  }
}

function balanceViewOf(row: Row): BalanceView {
  return {
    ...balanceOf(row as unknown as BalanceRow),
    bookId: row['book_id'] as number,
    indicator: row['indicator'] as string | null,
    accountMetadata: row['account_metadata'] as JsonObject | null,
    metadata: row['metadata'] as JsonObject | null,
    settings: row['settings'] as JsonObject | null,
    carried: carriedOf(row['drawn'], row['drawn_held']),
    createdAt: row['created_at'] as Micros,
    updatedAt: row['updated_at'] as Micros,
    deletedAt: row['deleted_at'] as Micros | null,
  }
}

function transactionViewOf(row: Row): TransactionView {
  const transaction = transactionOf(row as unknown as TransactionRow)
  const status = row['hold_status'] as HoldStatus | null
  const hold: Hold | null =
    status === null
      ? null
      : {
          transactionId: transaction.id,
          status,
          amount: transaction.amount,
          settled: amountOf(row['hold_settled'] as string),
        }
  return {
    ...transaction,
    hold,
    reversalId: row['reversal_id'] as string | null,
    amendedAt: row['amended_at'] as Micros | null,
  }
}

function entryViewOf(row: Row): EntryView {
  const entry = entryOf(row as unknown as EntryRow)
  return {
    ...entry,
    accountId: row['account_id'] as string,
    alias: row['alias'] as string,
    key: row['key'] as string,
    recordedAt: row['recorded_at'] as Micros,
    amendment:
      row['amended_at'] === null
        ? null
        : {
            description: row['amended_description'] as string | null,
            metadata: row['amended_metadata'] as JsonObject | null,
            at: row['amended_at'] as Micros,
          },
  }
}
