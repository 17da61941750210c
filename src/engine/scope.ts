/** What the commands of one group see and change, until all of them are accepted. */
import {
  type Balance,
  type Change,
  type Draft,
  type Entry,
  isUndoneWith,
  type Lineage,
  type Refusal,
  type Reversible,
  type Transaction,
  type TransactionRoute,
} from '../ledger/index.ts'
import type { BatchBuilder } from './batch.ts'
import type { Traced } from './lineage.ts'
import type { Done } from './outcome.ts'
import type { DueRow, StoredHold, StoredRequest, UsedKey } from './port.ts'
import type { RouteBook } from './routing.ts'
import type { Working } from './working.ts'

/** A map that costs nothing while it is empty, as most are for most groups. */
class Few<T> {
  #entries: Map<string, T> | null = null

  get(id: string): T | undefined {
    return this.#entries?.get(id)
  }

  set(id: string, value: T): void {
    this.#entries ??= new Map()
    this.#entries.set(id, value)
  }

  entries(): Iterable<readonly [string, T]> {
    return this.#entries ?? []
  }
}

/** A fact that opens a lot, with the id of its event. */
type Opened = { readonly id: string; readonly change: Change; readonly actor: string | null }

/** What one group has decided so far, on top of everything before it. */
export class Scope implements Traced, RouteBook {
  readonly now: number
  /** Why the group's joint requests are all rejected. */
  readonly sharedRejection: Refusal | null
  readonly #working: Working
  readonly #batch: BatchBuilder
  readonly #balances = new Few<Balance>()
  readonly #lineages = new Few<Lineage>()
  readonly #holds = new Few<StoredHold>()
  readonly #reversibles = new Few<Reversible>()
  readonly #requests = new Few<StoredRequest>()
  readonly #references = new Few<string>()
  readonly #keys = new Few<UsedKey>()
  readonly #recorded: Done[] = []
  readonly #outdated: Transaction[] = []
  readonly #due: DueRow[] = []
  readonly #opened: Opened[] = []

  constructor(working: Working, batch: BatchBuilder, sharedRejection: Refusal | null) {
    this.sharedRejection = sharedRejection
    this.#working = working
    this.#batch = batch
    this.now = batch.recordedAt
  }

  get(id: string): Balance | undefined {
    return this.#balances.get(id) ?? this.#working.balances.get(id)
  }

  get bookId(): number {
    return this.#batch.bookId
  }

  lineage(balanceId: string): Lineage | undefined {
    return this.#lineages.get(balanceId) ?? this.#working.lineages.get(balanceId)
  }

  /** Remembers a lot that was opened, with the facts that open it. */
  open(
    lineage: Lineage,
    balances: readonly Balance[],
    changes: readonly Change[],
    actor: string | null,
  ): void {
    this.#lineages.set(lineage.balanceId, lineage)
    for (const balance of balances) this.#balances.set(balance.id, balance)
    for (const change of changes) this.#opened.push({ id: this.mintId(), change, actor })
  }

  hold(id: string): StoredHold | undefined {
    return this.#holds.get(id) ?? this.#working.holds.get(id)
  }

  reversible(id: string): Reversible | undefined {
    return this.#reversibles.get(id) ?? this.#working.reversibles.get(id)
  }

  route(id: string): TransactionRoute | undefined {
    return this.#working.routes.get(id)
  }

  request(id: string): StoredRequest | undefined {
    return this.#requests.get(id) ?? this.#working.requests.get(id)
  }

  /** The transaction that has the reference, as far as is remembered; the database has the last word. */
  holderOf(reference: string): string | undefined {
    return this.#references.get(reference) ?? this.#working.references.get(reference)
  }

  usedKey(key: string): UsedKey | undefined {
    const used = this.#keys.get(key) ?? this.#working.keys.get(key)
    return used === undefined || used.expiresAt <= this.now ? undefined : used
  }

  mintId(): string {
    return this.#batch.mintId()
  }

  /** Remembers a transaction, what it changed, and the names that it claims. */
  record(transaction: Transaction, draft: Draft | null, hold: StoredHold | null): Done {
    const entries = draft?.entries ?? []
    let touchesOverdraft = false
    for (const balance of draft?.changed ?? []) {
      this.#balances.set(balance.id, balance)
      if (balance.terms.overdraft !== null || balance.terms.principalId !== null)
        touchesOverdraft = true
    }
    if (transaction.reference !== null) this.#references.set(transaction.reference, transaction.id)
    if (hold !== null) this.#holds.set(hold.transaction.id, hold)
    const done: Done = {
      type: 'done',
      transaction,
      entries,
      touchesOverdraft,
      request: null,
      hold: hold?.hold ?? null,
      rejection: null,
    }
    this.#recorded.push(done)
    return done
  }

  claimKey(key: UsedKey): void {
    this.#keys.set(key.key, key)
  }

  changeHold(stored: StoredHold): void {
    this.#holds.set(stored.transaction.id, stored)
  }

  /** A hold was settled: whoever reverses it from now on reverses these entries too. */
  extendReversible(hold: Transaction, posted: readonly Entry[]): void {
    this.#outdated.push(hold)
    const known = this.reversible(hold.id)
    if (known !== undefined)
      this.#reversibles.set(hold.id, { ...known, posted: [...known.posted, ...posted] })
  }

  /** A transaction was reversed, and with it everything that moved the same money. */
  endReversibles(original: Transaction, reversalId: string): void {
    this.#outdated.push(original)
    // Only a hold does not know who else moved its money.
    const related =
      original.kind === 'hold'
        ? this.#working.reversibles.keys()
        : [original.id, original.parentId ?? original.id]
    for (const id of related) {
      const known = this.reversible(id)
      if (known !== undefined && isUndoneWith(known.transaction, original))
        this.#reversibles.set(id, { ...known, reversalId: known.reversalId ?? reversalId })
    }
  }

  changeRequest(stored: StoredRequest): void {
    this.#requests.set(stored.transaction.id, stored)
  }

  addDue(row: DueRow): void {
    this.#due.push(row)
  }

  /** Makes the group's decisions those of the batch and of everything after it. */
  keep(): void {
    const working = this.#working
    this.#keepRecords()
    for (const [id, balance] of this.#balances.entries()) working.balances.set(id, balance)
    for (const [id, stored] of this.#holds.entries()) {
      working.holds.set(id, stored)
      this.#batch.changeHold(stored.hold)
    }
    for (const [id, reversible] of this.#reversibles.entries())
      working.reversibles.set(id, reversible)
    for (const transaction of this.#outdated) working.outdate(transaction)
    for (const [id, stored] of this.#requests.entries()) working.requests.set(id, stored)
    for (const [reference, id] of this.#references.entries()) working.references.set(reference, id)
    for (const [key, used] of this.#keys.entries()) {
      working.keys.set(key, used)
      this.#batch.addKey(used)
    }
    for (const row of this.#due) this.#batch.addDue(row)
    for (const [id, lineage] of this.#lineages.entries()) working.lineages.set(id, lineage)
  }

  /** Hands over what is recorded in the order of its ids, which is the order of the journal. */
  #keepRecords(): void {
    const batch = this.#batch
    let next = 0
    const openedBefore = (id: string | null) => {
      for (; next < this.#opened.length; next += 1) {
        const opened = this.#opened[next]
        if (opened === undefined || (id !== null && opened.id > id)) return
        batch.addChange(opened.change, opened.actor, opened.id)
      }
    }
    for (const { transaction, entries } of this.#recorded) {
      openedBefore(transaction.id)
      batch.addTransaction(transaction, entries)
    }
    openedBefore(null)
  }
}
