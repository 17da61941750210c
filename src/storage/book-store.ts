import type { DirectoryReader } from '../directory/port.ts'
import type {
  Batch,
  BookStore,
  Found,
  Head,
  Names,
  Session,
  StoredHold,
  StoredRequest,
  TakenNames,
  UsedKey,
  Wants,
} from '../engine/port.ts'
import {
  assert,
  type Entry,
  known,
  type Lot,
  type Micros,
  type PostedStep,
  type Reversible,
  routeIdOf,
  type Transaction,
} from '../ledger/index.ts'
import type { Connections, Querier, Row, Sender } from './connection.ts'
import { DirectoryTables } from './directory-store.ts'
import { commitBatch } from './statements/commit-batch.ts'
import {
  type HolderRow,
  lineagesOf,
  type PostedStepRow,
  postedStepOf,
  READ_HOLDERS,
  READ_LOTS,
  READ_POSTED_STEPS,
} from './statements/read-lots.ts'
import {
  READ_ONE_WAY_ROUTES,
  READ_ROUTES,
  type RouteRow,
  routesOf,
} from './statements/read-routes.ts'
import {
  type BalanceRow,
  balanceOf,
  type EntryRow,
  entryOf,
  READ_BALANCES,
  READ_POSTED,
  READ_TRANSACTIONS,
  type StateRow,
  transactionOf,
} from './statements/read-state.ts'
import { amountOf, plainArray, textArray } from './types.ts'

/** Keeps the books in PostgreSQL. */
export class PostgresBookStore implements BookStore<DirectoryReader> {
  readonly #connections: Connections
  /** The ledger whose assets a whole book shares. */
  readonly #sharedLedgerId: string

  constructor(connections: Connections, sharedLedgerId: string) {
    this.#connections = connections
    this.#sharedLedgerId = sharedLedgerId
  }

  async head(bookId: number): Promise<Head | null> {
    const row = await readHead(this.#connections, bookId, '')
    if (row === null) return null
    return headOf(bookId, row, await isClosed(this.#connections, bookId))
  }

  read(bookId: number, wants: Wants): Promise<Found> {
    return readState(this.#connections, bookId, wants, this.#sharedLedgerId)
  }

  names(bookId: number, names: Names): Promise<TakenNames> {
    return readNames(this.#connections, bookId, names)
  }

  commit(batch: Batch): Promise<void> {
    return this.#connections.writerOf(batch.to.bookId).send(commitBatch(batch))
  }

  sending(bookId: number): Promise<void> | null {
    return this.#connections.writerOf(bookId).sending()
  }

  locked<T>(
    bookId: number,
    work: (session: Session, reader: DirectoryReader) => Promise<T>,
  ): Promise<T> {
    return this.#connections.transaction(async (connection) => {
      const row = await readHead(connection, bookId, 'for update')
      assert(row !== null, 'only books that exist are locked')
      const head = headOf(bookId, row, await isClosed(connection, bookId))
      const session = new LockedBook(connection, head, this.#sharedLedgerId)
      return work(session, new DirectoryTables(connection))
    })
  }
}

type HeadRow = { readonly seq: number; readonly head: string; readonly recorded_at: Micros }

/** By the key; `for update` waits for whoever is about to advance the book. */
async function readHead(
  querier: Querier,
  bookId: number,
  lock: '' | 'for update',
): Promise<HeadRow | null> {
  const [row] = await querier.query<HeadRow>(
    `head ${lock}`,
    `select seq, head, recorded_at from books where book_id = $1 ${lock}`,
    [bookId],
  )
  return row ?? null
}

/**
 * By the key. It is a statement of its own, because one that has waited for the lock of the head still sees other
 * tables as they were before it waited; read before the lock, it may be out of date, which the guard finds out.
 */
async function isClosed(querier: Querier, bookId: number): Promise<boolean> {
  const [row] = await querier.query<{ closed: boolean }>(
    'is closed',
    'select exists (select from closures where book_id = $1) as closed',
    [bookId],
  )
  return row?.closed ?? false
}

function headOf(bookId: number, row: HeadRow, closed: boolean): Head {
  return { bookId, seq: row.seq, hash: row.head, recordedAt: row.recorded_at, closed }
}

/** A book whose row is locked until the transaction ends. */
class LockedBook implements Session {
  readonly head: Head
  readonly #connection: Querier & Sender
  readonly #sharedLedgerId: string

  constructor(connection: Querier & Sender, head: Head, sharedLedgerId: string) {
    this.#connection = connection
    this.head = head
    this.#sharedLedgerId = sharedLedgerId
  }

  async headOf(seq: number): Promise<string | null> {
    const [row] = await this.#connection.query<{ head: string }>(
      'head of batch',
      'select head from batches where book_id = $1 and seq = $2',
      [this.head.bookId, seq],
    )
    return row?.head ?? null
  }

  read(wants: Wants): Promise<Found> {
    return readState(this.#connection, this.head.bookId, wants, this.#sharedLedgerId)
  }

  names(names: Names): Promise<TakenNames> {
    return readNames(this.#connection, this.head.bookId, names)
  }

  write(batch: Batch): Promise<void> {
    return this.#connection.send(commitBatch(batch))
  }
}

async function readNames(querier: Querier, bookId: number, names: Names): Promise<TakenNames> {
  const references = await readReferences(querier, bookId, names.references)
  return { references, keys: await readKeys(querier, bookId, names.keys) }
}

async function readReferences(
  querier: Querier,
  bookId: number,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (references.length === 0) return new Map()
  const rows = await querier.query<{ reference: string; id: string }>(
    'references',
    'select reference, id from transactions where book_id = $1 and reference = any ($2::text[])',
    [bookId, textArray(references)],
  )
  return new Map(rows.map((row) => [row.reference, row.id]))
}

async function readKeys(
  querier: Querier,
  bookId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, UsedKey>> {
  if (keys.length === 0) return new Map()
  const rows = await querier.query<KeyRow>(
    'keys',
    `select key, fingerprint, transaction_id, expires_at
       from idempotency_keys where book_id = $1 and key = any ($2::text[])`,
    [bookId, textArray(keys)],
  )
  return new Map(
    rows.map((row) => [
      row.key,
      {
        key: row.key,
        fingerprint: row.fingerprint,
        transactionId: row.transaction_id,
        expiresAt: row.expires_at,
      },
    ]),
  )
}

type KeyRow = {
  readonly key: string
  readonly fingerprint: string
  readonly transaction_id: string
  readonly expires_at: Micros
}

async function readState(
  querier: Querier,
  bookId: number,
  wants: Wants,
  sharedLedgerId: string,
): Promise<Found> {
  const ids = [...new Set([...wants.holds, ...wants.reversibles, ...wants.requests])]
  const rows = await select<StateRow>(querier, 'transactions', READ_TRANSACTIONS, bookId, ids)
  const posted = await select<EntryRow & { original_id: string }>(
    querier,
    'posted entries',
    READ_POSTED,
    bookId,
    wants.reversibles,
  )
  const transactions = rows.map((row) => ({ row, transaction: transactionOf(row) }))
  const byOriginal = Map.groupBy(posted, (row) => row.original_id)
  const entries: Posted = new Map([...byOriginal].map(([id, some]) => [id, some.map(entryOf)]))
  const balanceIds = new Set(wants.balances)
  for (const { transaction } of transactions)
    for (const id of plannedBalances(transaction)) balanceIds.add(id)
  for (const some of entries.values()) for (const { balanceId } of some) balanceIds.add(balanceId)
  const balances = await select<BalanceRow>(
    querier,
    'balances',
    READ_BALANCES,
    bookId,
    [...balanceIds],
    [sharedLedgerId],
  )
  const tracked = balances.filter((row) => row.lineage !== null).map((row) => row.id)
  const traced =
    tracked.length === 0
      ? null
      : await readTraced(querier, bookId, tracked, wants.reversibles, sharedLedgerId)
  const named = transactions.map(({ transaction }) => routeIdOf(transaction.terms))
  const routeIds = new Set([...wants.routes, ...named.filter((id) => id !== null)])
  const routes = await select<RouteRow>(querier, 'routes', READ_ROUTES, bookId, [...routeIds])
  const oneWay = await readOneWayRoutes(querier, bookId, wants.reversibles, transactions, entries)
  return {
    balances: [...balances, ...(traced?.balances ?? [])].map(balanceOf),
    lineages: traced?.lineages ?? [],
    holds: transactions.filter(({ row }) => row.hold_status !== null).map(holdOf),
    reversibles: transactions.map(({ row, transaction }) =>
      reversibleOf(row, transaction, entries, traced?.steps.get(transaction.id) ?? [], oneWay),
    ),
    requests: transactions
      .filter(({ transaction }) => transaction.kind === 'request')
      .map(({ row, transaction }): StoredRequest => ({ transaction, executed: row.executed })),
    routes: routesOf(routes),
  }
}

/** What is known of the money of tracked balances, with the balances of their lots, and what was done to those. */
async function readTraced(
  querier: Querier,
  bookId: number,
  tracked: readonly string[],
  reversibles: readonly string[],
  sharedLedgerId: string,
) {
  const holders = await select<HolderRow>(querier, 'holders', READ_HOLDERS, bookId, tracked)
  const lots = await select<Lot>(querier, 'lots', READ_LOTS, bookId, tracked)
  const lotIds = new Set(lots.map((lot) => lot.id))
  const ids = new Set(lots.flatMap((lot) => [lot.id, lot.aggregateId]))
  const more = [sharedLedgerId]
  const balances = await select<BalanceRow>(
    querier,
    'balances',
    READ_BALANCES,
    bookId,
    [...ids],
    more,
  )
  const rows = await select<PostedStepRow>(
    querier,
    'posted steps',
    READ_POSTED_STEPS,
    bookId,
    reversibles,
  )
  const byOriginal = Map.groupBy(rows, (row) => row.originalId)
  return {
    balances,
    lineages: lineagesOf(holders, lots, sharedLedgerId),
    steps: new Map(
      [...byOriginal].map(([id, steps]) => [id, steps.map((row) => postedStepOf(row, lotIds))]),
    ),
  }
}

/** What was posted, by the transaction that it would be reversed with. */
type Posted = ReadonlyMap<string, readonly Entry[]>

/** Those operation routes, of all that were followed by what is to be reversed, that lead one way. */
async function readOneWayRoutes(
  querier: Querier,
  bookId: number,
  reversibles: readonly string[],
  transactions: readonly { readonly transaction: Transaction }[],
  entries: Posted,
): Promise<ReadonlySet<string>> {
  if (reversibles.length === 0) return new Set()
  const ids = new Set(transactions.flatMap(({ transaction }) => followed(transaction, entries)))
  const rows = await select<{ id: string }>(
    querier,
    'one-way routes',
    READ_ONE_WAY_ROUTES,
    bookId,
    [...ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** The operation routes that a transaction followed, or will when what it holds is posted. */
function followed({ id, plan }: Transaction, entries: Posted): readonly string[] {
  const legs = [...(plan?.kind === 'legs' ? plan.legs : []), ...(entries.get(id) ?? [])]
  return legs.map(({ details }) => routeIdOf(details)).filter((routeId) => routeId !== null)
}

async function select<R extends Row>(
  querier: Querier,
  name: string,
  text: string,
  bookId: number,
  ids: readonly string[],
  more: readonly unknown[] = [],
): Promise<readonly R[]> {
  return ids.length === 0 ? [] : querier.query<R>(name, text, [bookId, plainArray(ids), ...more])
}

function plannedBalances({ plan }: Transaction): readonly string[] {
  if (plan === null) return []
  const legs =
    plan.kind === 'legs' ? plan.legs : [...plan.command.sources, ...plan.command.destinations]
  return legs.map((leg) => leg.balanceId)
}

function holdOf({ row, transaction }: { row: StateRow; transaction: Transaction }): StoredHold {
  const status = known(row.hold_status, 'the status of a hold')
  const { plan } = transaction
  // The texts of a hold that has ended may have been erased: nothing will be done by its plan any more.
  assert(plan?.kind === 'legs' || status !== 'pending', 'a hold has legs')
  return {
    transaction,
    hold: {
      transactionId: transaction.id,
      status,
      amount: transaction.amount,
      settled: amountOf(known(row.hold_settled, 'what of a hold is settled')),
      plan: plan?.kind === 'legs' ? plan.legs : [],
    },
  }
}

function reversibleOf(
  row: StateRow,
  transaction: Transaction,
  entries: Posted,
  steps: readonly PostedStep[],
  oneWay: ReadonlySet<string>,
): Reversible {
  return {
    transaction,
    posted: entries.get(transaction.id) ?? [],
    reversalId: row.reversal_id,
    ...(steps.length === 0 ? {} : { steps }),
    oneWayRouteId: followed(transaction, entries).find((id) => oneWay.has(id)) ?? null,
  }
}
