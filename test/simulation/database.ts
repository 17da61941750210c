/** What the database holds of one book, with the constraints that the real schema has. */
import {
  type Batch,
  Conflict,
  Fenced,
  type Found,
  type Head,
  type Names,
  type StoredHold,
  type TakenNames,
  type TransactionRow,
  type UsedKey,
  type Wants,
} from '../../src/engine/port.ts'
import {
  type Balance,
  type Entry,
  type Hold,
  known,
  NO_SUMS,
  type Reversible,
  type Terms,
} from '../../src/ledger/index.ts'

/** A row of the directory as the simulation has it: the terms of a balance, and how often it was edited. */
export type BalanceRow = {
  readonly id: string
  readonly terms: Terms
  readonly deleted: boolean
  readonly edits: number
}

export type Tables = {
  head: Head
  readonly batches: Map<number, Batch>
  readonly transactions: Map<string, TransactionRow>
  readonly references: Map<string, string>
  readonly reversals: Map<string, string>
  readonly rows: Map<string, BalanceRow>
  readonly balances: Map<string, Balance>
  readonly holds: Map<string, Hold>
  readonly keys: Map<string, UsedKey>
  /** Tags of edits that were written, in order. */
  readonly tags: string[]
}

export function emptyTables(head: Head, rows: readonly BalanceRow[]): Tables {
  return {
    head,
    batches: new Map(),
    transactions: new Map(),
    references: new Map(),
    reversals: new Map(),
    rows: new Map(rows.map((row) => [row.id, row])),
    balances: new Map(
      rows.map((row) => [
        row.id,
        { id: row.id, terms: row.terms, ...NO_SUMS, version: 0, scale: 0 },
      ]),
    ),
    holds: new Map(),
    keys: new Map(),
    tags: [],
  }
}

export function copyOf(tables: Tables): Tables {
  return {
    head: tables.head,
    batches: new Map(tables.batches),
    transactions: new Map(tables.transactions),
    references: new Map(tables.references),
    reversals: new Map(tables.reversals),
    rows: new Map(tables.rows),
    balances: new Map(tables.balances),
    holds: new Map(tables.holds),
    keys: new Map(tables.keys),
    tags: [...tables.tags],
  }
}

/** Where an entry leaves its balance. */
export function standingOf({
  postedDebits,
  postedCredits,
  pendingDebits,
  pendingCredits,
  version,
  scale,
}: Entry): Omit<Balance, 'id' | 'terms'> {
  return { postedDebits, postedCredits, pendingDebits, pendingCredits, version, scale }
}

/** Writes a batch, or throws as the real statement would and writes nothing. */
export function apply(tables: Tables, batch: Batch): void {
  const { head } = tables
  if (head.seq !== batch.from.seq || head.hash !== batch.from.hash) throw new Fenced('not here')
  refuseConflicts(tables, batch)
  tables.head = batch.to
  tables.batches.set(batch.to.seq, batch)
  for (const row of batch.transactions) {
    const { id, reference, reversesId } = row.transaction
    tables.transactions.set(id, row)
    if (reference !== null) tables.references.set(reference, id)
    if (reversesId !== null) tables.reversals.set(reversesId, id)
  }
  for (const { entries } of batch.transactions)
    for (const { entry } of entries) {
      const { terms } = known(tables.rows.get(entry.balanceId), 'the row of a balance')
      tables.balances.set(entry.balanceId, { id: entry.balanceId, terms, ...standingOf(entry) })
    }
  for (const hold of batch.holds) tables.holds.set(hold.transactionId, hold)
  for (const key of batch.keys) tables.keys.set(key.key, key)
  for (const { change } of batch.changes) {
    const row = change.after as unknown as BalanceRow & { readonly tag: string }
    tables.rows.set(row.id, row)
    tables.tags.push(row.tag)
    const balance = tables.balances.get(row.id)
    if (balance !== undefined) tables.balances.set(row.id, { ...balance, terms: row.terms })
  }
}

function refuseConflicts(tables: Tables, batch: Batch): void {
  const references = new Set(tables.references.keys())
  const reversed = new Set(tables.reversals.keys())
  for (const { transaction } of batch.transactions) {
    const { reference, reversesId } = transaction
    if (reference !== null && references.has(reference))
      throw new Conflict('transactions_by_reference')
    if (reversesId !== null && reversed.has(reversesId))
      throw new Conflict('transactions_by_reversed')
    if (reference !== null) references.add(reference)
    if (reversesId !== null) reversed.add(reversesId)
  }
  for (const key of batch.keys) {
    const used = tables.keys.get(key.key)
    if (used !== undefined && used.expiresAt > batch.to.recordedAt) throw new Fenced('key in use')
  }
}

export function findNames(tables: Tables, { references, keys }: Names): TakenNames {
  const taken = <T>(names: readonly string[], by: ReadonlyMap<string, T>) =>
    new Map(
      names.flatMap((name) => {
        const found = by.get(name)
        return found === undefined ? [] : [[name, found] as const]
      }),
    )
  return { references: taken(references, tables.references), keys: taken(keys, tables.keys) }
}

/** What a reader finds of transactions now; balances are read by a statement of their own, later. */
export function findTransactions(tables: Tables, wants: Wants): Omit<Found, 'balances'> {
  const ids = new Set([...wants.holds, ...wants.reversibles, ...wants.requests])
  const rows = [...ids].flatMap((id) => tables.transactions.get(id) ?? [])
  return {
    holds: rows.flatMap((row) => storedHold(tables, row) ?? []),
    reversibles: rows.map((row) => reversibleOf(tables, row)),
    requests: rows
      .filter((row) => row.transaction.kind === 'request')
      .map((row) => ({
        transaction: row.transaction,
        executed: childrenOf(tables, row.transaction.id).length > 0,
      })),
    routes: [],
  }
}

function storedHold(tables: Tables, row: TransactionRow): StoredHold | null {
  const hold = tables.holds.get(row.transaction.id)
  const { plan } = row.transaction
  if (hold === undefined || plan?.kind !== 'legs') return null
  return { transaction: row.transaction, hold: { ...hold, plan: plan.legs } }
}

function childrenOf(tables: Tables, id: string): readonly TransactionRow[] {
  return [...tables.transactions.values()].filter((row) => row.transaction.parentId === id)
}

function reversibleOf(tables: Tables, row: TransactionRow): Reversible {
  const { id, kind, parentId } = row.transaction
  const settlements = childrenOf(tables, id).filter(
    (child) => child.transaction.kind === 'settlement',
  )
  const family = kind === 'hold' ? settlements : []
  const posted = [row, ...family]
    .flatMap((one) => one.entries.map((written): Entry => written.entry))
    .filter((entry) => entry.effect === 'post' || entry.effect === 'settle')
  const related = [
    id,
    ...(kind === 'settlement' && parentId !== null ? [parentId] : []),
    ...family.map((one) => one.transaction.id),
  ]
  const reversalId = related.flatMap((one) => tables.reversals.get(one) ?? [])[0] ?? null
  return { transaction: row.transaction, posted, reversalId, oneWayRouteId: null }
}

/** The balances that are wanted, those that transactions name, and companions and principals of all of them. */
export function findBalances(
  tables: Tables,
  wants: Wants,
  found: Omit<Found, 'balances'>,
): readonly Balance[] {
  const ids = new Set(wants.balances)
  for (const { hold } of found.holds) for (const leg of hold.plan) ids.add(leg.balanceId)
  for (const { posted } of found.reversibles) for (const entry of posted) ids.add(entry.balanceId)
  for (const { transaction } of found.requests)
    if (transaction.plan?.kind === 'command') {
      const { sources, destinations } = transaction.plan.command
      for (const leg of [...sources, ...destinations]) ids.add(leg.balanceId)
    }
  for (const id of [...ids]) {
    const terms = tables.rows.get(id)?.terms
    if (terms?.overdraft != null) ids.add(terms.overdraft.companionId)
    if (terms?.principalId != null) ids.add(terms.principalId)
  }
  return [...ids].flatMap((id) =>
    tables.rows.get(id)?.deleted === false ? (tables.balances.get(id) ?? []) : [],
  )
}
