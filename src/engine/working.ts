import type { Balance, Command, Reversible } from '../ledger/index.ts'
import { assert } from '../ledger/index.ts'
import type { Found, StoredHold, StoredRequest, UsedKey, Wants } from './port.ts'

/**
 * What the engine remembers of one book: the state after the last batch that it has decided, which may still be on
 * its way to the database. While nobody else advances the book it is exactly what the database has, or will have;
 * when anything goes wrong it is forgotten and read again.
 *
 * What was not written for long is forgotten when there is too much. What a batch on its way has changed is always
 * remembered, because the bound is far larger than what batches on their way can change.
 */
export class Working {
  readonly balances: Recent<Balance>
  readonly holds: Recent<StoredHold>
  readonly reversibles: Recent<Reversible>
  readonly requests: Recent<StoredRequest>
  /** References and keys that were claimed lately, to see a repetition without asking the database. */
  readonly references: Recent<string>
  readonly keys: Recent<UsedKey>
  /** What was looked for and not found since the last commands were taken. */
  readonly #absent = new Set<string>()

  constructor(limits: { readonly balances: number; readonly others: number }) {
    this.balances = new Recent(limits.balances)
    this.holds = new Recent(limits.others)
    this.reversibles = new Recent(limits.others)
    this.requests = new Recent(limits.others)
    this.references = new Recent(limits.others)
    this.keys = new Recent(limits.others)
  }

  forget(): void {
    for (const part of [this.balances, this.holds, this.reversibles, this.requests]) part.clear()
    this.references.clear()
    this.keys.clear()
    this.#absent.clear()
  }

  /** Forgets the balances of an account, whose terms were changed. */
  forgetAccount(accountId: string): void {
    for (const [id, balance] of this.balances.entries())
      if (balance.terms.accountId === accountId) this.balances.delete(id)
  }

  /** Starts a round: what was not there in the one before may be there now. */
  startRound(): void {
    this.#absent.clear()
  }

  /** What the commands need to know and the engine does not remember, or null when it remembers everything. */
  missing(commands: Iterable<Command>): Wants | null {
    const balances = new Set<string>()
    const holds = new Set<string>()
    const reversibles = new Set<string>()
    const requests = new Set<string>()
    const want = (set: Set<string>, remembered: Recent<unknown>, id: string) => {
      if (!remembered.has(id) && !this.#absent.has(id)) set.add(id)
    }
    for (const command of commands) {
      switch (command.type) {
        case 'post':
          for (const leg of command.sources) want(balances, this.balances, leg.balanceId)
          for (const leg of command.destinations) want(balances, this.balances, leg.balanceId)
          break
        case 'settle':
        case 'release':
          want(holds, this.holds, command.holdId)
          this.#wantBalances(balances, this.holds.get(command.holdId)?.hold.plan)
          break
        case 'reverse':
          want(reversibles, this.reversibles, command.transactionId)
          this.#wantBalances(balances, this.reversibles.get(command.transactionId)?.posted)
          break
        case 'execute':
          want(requests, this.requests, command.requestId)
          this.#wantBalances(balances, legsOf(this.requests.get(command.requestId)))
          break
      }
    }
    if (balances.size + holds.size + reversibles.size + requests.size === 0) return null
    return {
      balances: [...balances],
      holds: [...holds],
      reversibles: [...reversibles],
      requests: [...requests],
    }
  }

  #wantBalances(
    balances: Set<string>,
    named: readonly { readonly balanceId: string }[] | undefined,
  ): void {
    for (const { balanceId } of named ?? [])
      if (!this.balances.has(balanceId) && !this.#absent.has(balanceId)) balances.add(balanceId)
  }

  /** Remembers what was read, except where something newer was decided in the meantime. */
  learn(wants: Wants, found: Found): void {
    for (const balance of found.balances) this.balances.setIfAbsent(balance.id, balance)
    for (const stored of found.holds) this.holds.setIfAbsent(stored.transaction.id, stored)
    for (const stored of found.reversibles)
      this.reversibles.setIfAbsent(stored.transaction.id, stored)
    for (const stored of found.requests) this.requests.setIfAbsent(stored.transaction.id, stored)
    const looked: readonly (readonly [readonly string[], Recent<unknown>])[] = [
      [wants.balances, this.balances],
      [wants.holds, this.holds],
      [wants.reversibles, this.reversibles],
      [wants.requests, this.requests],
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

function legsOf(
  stored: StoredRequest | undefined,
): readonly { readonly balanceId: string }[] | undefined {
  const plan = stored?.transaction.plan
  if (plan?.kind !== 'command') return undefined
  return [...plan.command.sources, ...plan.command.destinations]
}

/**
 * A bounded map that forgets what was not used for a while. It keeps two generations: what is written goes into the
 * young one, what is read is looked for in both; when the young one is full, the old one is dropped and the young one
 * becomes old. So the last `max / 2` writes at least are remembered, and nothing is ever moved one by one.
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
