import {
  assert,
  type Balance,
  type Command,
  type JsonObject,
  type Lineage,
  type Reversible,
  routeIdOf,
  type Transaction,
  type TransactionRoute,
} from '../ledger/index.ts'
import type { Found, StoredHold, StoredRequest, TakenNames, UsedKey, Wants } from './port.ts'

/**
 * What the engine remembers of one book: the state after the last batch that it has decided, which may still be on
 * its way to the database. While nobody else advances the book it is exactly what the database has, or will have;
 * when anything goes wrong it is forgotten and read again.
 *
 * What was not written for long is forgotten when there is too much, between rounds only: what the commands at hand need,
 * and what a batch on its way has changed, is always remembered, however much it is.
 */
export class Working {
  readonly balances: Recent<Balance>
  /** Of the balances that are tracked. */
  readonly lineages: Recent<Lineage>
  readonly holds: Recent<StoredHold>
  /** For this round alone: what a transaction has posted in all may have changed by the next. */
  readonly reversibles = new Map<string, Reversible>()
  readonly requests: Recent<StoredRequest>
  /** Routes that money moves under, until one of them is changed. */
  readonly routes: Recent<TransactionRoute>
  /** References and keys that were claimed lately, to see a repetition without asking the database. */
  readonly references: Recent<string>
  readonly keys: Recent<UsedKey>
  /** What was looked for and not found since the last commands were taken. */
  readonly #absent = new Set<string>()
  /**
   * Holds that were settled, and transactions that were reversed with those they belong to, by batches that may still be
   * on their way: what the database knows of them is out of date.
   */
  readonly #outdated = new Set<string>()
  #tidiedAt = 0

  constructor(limits: { readonly balances: number; readonly others: number }) {
    this.balances = new Recent(limits.balances)
    this.lineages = new Recent(limits.others)
    this.holds = new Recent(limits.others)
    this.requests = new Recent(limits.others)
    this.routes = new Recent(limits.others)
    this.references = new Recent(limits.others)
    this.keys = new Recent(limits.others)
  }

  forget(): void {
    for (const part of this.#recent()) part.clear()
    this.reversibles.clear()
    this.#outdated.clear()
    this.#absent.clear()
  }

  #recent(): readonly Recent<unknown>[] {
    return [
      this.balances,
      this.lineages,
      this.holds,
      this.requests,
      this.routes,
      this.references,
      this.keys,
    ]
  }

  /** Forgets the balances of an account, whose terms were changed. */
  forgetAccount(accountId: string): void {
    for (const [id, balance] of this.balances.entries())
      if (balance.terms.accountId === accountId) this.forgetBalance(id)
  }

  forgetBalance(id: string): void {
    this.balances.delete(id)
    this.lineages.delete(id)
  }

  /**
   * Starts a round: what was not there in the one before may be there now. At most two batches are on their way, one at
   * most when a round starts; so what has become old, and then older, since other batches were launched has landed.
   */
  startRound(launched: number, isAnyUnderWay: boolean): void {
    this.#absent.clear()
    this.reversibles.clear()
    if (!isAnyUnderWay) this.#outdated.clear()
    if (launched === this.#tidiedAt) return
    this.#tidiedAt = launched
    for (const part of this.#recent()) part.tidy()
  }

  /** Remembers that what a transaction posted, or that it was reversed, is not in the database yet. */
  outdate(transaction: Transaction): void {
    for (const id of familyOf(transaction)) this.#outdated.add(id)
  }

  /** Whether something was read that a batch on its way has changed, so that it must be read again when it has landed. */
  isOutdated(found: Found): boolean {
    return found.reversibles.some(({ transaction }) =>
      familyOf(transaction).some((id) => this.#outdated.has(id)),
    )
  }

  /** What the commands need to know and the engine does not remember, or null when it remembers everything. */
  missing(commands: Iterable<Command>): Wants | null {
    const balances = new Set<string>()
    const holds = new Set<string>()
    const reversibles = new Set<string>()
    const requests = new Set<string>()
    const routes = new Set<string>()
    const want = (set: Set<string>, remembered: Remembered, id: string) => {
      if (!remembered.has(id) && !this.#absent.has(id)) set.add(id)
    }
    const wantRoute = (terms: JsonObject | null | undefined, legs: readonly Named[] = []) => {
      const id = this.#isPerhapsRouted(legs) ? routeIdOf(terms ?? null) : null
      if (id !== null) want(routes, this.routes, id)
    }
    for (const command of commands) {
      switch (command.type) {
        case 'post':
          this.#wantBalances(balances, command.sources)
          this.#wantBalances(balances, command.destinations)
          wantRoute(command.terms, [...command.sources, ...command.destinations])
          break
        case 'settle':
        case 'release':
          want(holds, this.holds, command.holdId)
          this.#wantBalances(balances, this.holds.get(command.holdId)?.hold.plan)
          wantRoute(
            this.holds.get(command.holdId)?.transaction.terms,
            this.holds.get(command.holdId)?.hold.plan,
          )
          break
        case 'reverse':
          want(reversibles, this.reversibles, command.transactionId)
          this.#wantBalances(balances, this.reversibles.get(command.transactionId)?.posted)
          wantRoute(
            this.reversibles.get(command.transactionId)?.transaction.terms,
            this.reversibles.get(command.transactionId)?.posted,
          )
          break
        case 'execute':
          want(requests, this.requests, command.requestId)
          this.#wantBalances(balances, legsOf(this.requests.get(command.requestId)))
          break
      }
    }
    if (balances.size + holds.size + reversibles.size + requests.size + routes.size === 0)
      return null
    return {
      balances: [...balances],
      holds: [...holds],
      reversibles: [...reversibles],
      requests: [...requests],
      routes: [...routes],
    }
  }

  /** Whether a ledger that moves money under routes only may be concerned, as far as is known. */
  #isPerhapsRouted(legs: readonly Named[]): boolean {
    return legs.some(({ balanceId }) => this.balances.get(balanceId)?.terms.routed ?? true)
  }

  #wantBalances(balances: Set<string>, named: readonly Named[] | undefined): void {
    for (const { balanceId } of named ?? []) {
      const balance = this.balances.get(balanceId)
      if (balance === undefined) {
        if (!this.#absent.has(balanceId)) balances.add(balanceId)
        continue
      }
      // A balance and the companion that carries its overdraft are needed together.
      const other = balance.terms.overdraft?.companionId ?? balance.terms.principalId
      if (other !== null && !this.balances.has(other) && !this.#absent.has(other))
        balances.add(other)
      if (balance.terms.lineage !== null && !this.#knowsLots(balanceId)) balances.add(balanceId)
    }
  }

  /** Whether the lots of a tracked balance are remembered. */
  #knowsLots(balanceId: string): boolean {
    const lineage = this.lineages.get(balanceId)
    return (
      lineage?.lots.every(
        (lot) => this.balances.has(lot.id) && this.balances.has(lot.aggregateId),
      ) ?? false
    )
  }

  /** What the scheduled requests among the commands will post. */
  planned(commands: readonly Command[]): readonly Command[] {
    return commands.flatMap((command) => {
      const request = command.type === 'execute' ? this.requests.get(command.requestId) : undefined
      const plan = request?.transaction.plan
      return plan?.kind === 'command' ? [plan.command] : []
    })
  }

  learnNames(taken: TakenNames): void {
    for (const [reference, id] of taken.references) this.references.set(reference, id)
    for (const [key, used] of taken.keys) this.keys.set(key, used)
  }

  /** Remembers what was read, except where something newer was decided in the meantime. */
  learn(wants: Wants, found: Found): void {
    for (const balance of found.balances) this.balances.setIfAbsent(balance.id, balance)
    for (const lineage of found.lineages ?? [])
      this.lineages.setIfAbsent(lineage.balanceId, lineage)
    for (const stored of found.holds) this.holds.setIfAbsent(stored.transaction.id, stored)
    for (const stored of found.reversibles) this.reversibles.set(stored.transaction.id, stored)
    for (const stored of found.requests) this.requests.setIfAbsent(stored.transaction.id, stored)
    for (const route of found.routes) this.routes.setIfAbsent(route.id, route)
    const looked: readonly (readonly [readonly string[], Remembered])[] = [
      [wants.balances, this.balances],
      [wants.holds, this.holds],
      [wants.reversibles, this.reversibles],
      [wants.requests, this.requests],
      [wants.routes, this.routes],
    ]
    for (const [ids, remembered] of looked)
      for (const id of ids) if (!remembered.has(id)) this.#absent.add(id)
    for (const list of [
      ...found.holds.map((stored) => stored.hold.plan),
      ...found.reversibles.map((stored) => stored.posted),
      ...found.requests.map(legsOf),
    ])
      for (const { balanceId } of list ?? [])
        if (!this.balances.has(balanceId)) this.#absent.add(balanceId)
  }
}

type Named = { readonly balanceId: string }

type Remembered = { has(id: string): boolean }

/** A transaction and the hold that it settles. */
function familyOf({ id, kind, parentId }: Transaction): readonly string[] {
  return kind === 'settlement' && parentId !== null ? [id, parentId] : [id]
}

function legsOf(stored: StoredRequest | undefined): readonly Named[] | undefined {
  const plan = stored?.transaction.plan
  if (plan?.kind !== 'command') return undefined
  return [...plan.command.sources, ...plan.command.destinations]
}

/**
 * A map that forgets what was not written for a while, when it is told to tidy up. It keeps two generations: what is
 * written goes into the young one, what is read is looked for in both. Tidying drops the old generation once the young one
 * holds half of what there may be, and the young one becomes old; so nothing is ever moved one by one, and what was
 * written since the last tidying but one is always there.
 */
export class Recent<T> {
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  readonly #generationMax: number

  constructor(max: number) {
    assert(max > 1, 'something can be remembered')
    this.#generationMax = Math.ceil(max / 2)
  }

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id)
  }

  get(id: string): T | undefined {
    return this.#young.get(id) ?? this.#old.get(id)
  }

  set(id: string, value: T): void {
    this.#young.set(id, value)
  }

  tidy(): void {
    if (this.#young.size < this.#generationMax) return
    this.#old = this.#young
    this.#young = new Map()
  }

  setIfAbsent(id: string, value: T): void {
    if (!this.has(id)) this.set(id, value)
  }

  delete(id: string): void {
    this.#young.delete(id)
    this.#old.delete(id)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  *entries(): Iterable<[string, T]> {
    yield* [...this.#old, ...this.#young]
  }
}
