/**
 * Tells subscribers what happens in the books.
 *
 * There is no queue and no row per event: the journal is the queue, and each subscriber has a place in it for each book (a
 * lane). A lane is worked at when the engine of this server has committed something to its book, and when a sweep of the
 * database finds one that nobody works at: after a start, after another server's commits, after another server's death.
 * Nothing depends on the sweep but how soon.
 */
import type { EntityName } from '../ledger/index.ts'
import { Heart } from './heart.ts'
import {
  type LaneParts,
  type LaneSurroundings,
  type Next,
  type OutboxObserver,
  turn,
} from './lane.ts'
import type { OutboxLimits } from './limits.ts'
import type { EventLog, LaneKey, OutboxStore, Subscriber } from './port.ts'
import type { Sender } from './sender.ts'
import { Turns } from './turns.ts'
import type { Wording } from './wording.ts'

/** Pauses up to this are waited for in memory; longer ones are left to the sweep. */
const WAIT_MAX_MS = 30_000

/** Books whose organization is remembered. */
const HOMES_MAX = 100_000

/** Lanes that one look at the database brings. */
const PENDING_MAX = 1000

export type OutboxParts = {
  readonly store: OutboxStore
  readonly log: EventLog
  readonly sender: Sender
  readonly wordings: Readonly<Record<string, Wording>>
  readonly around: LaneSurroundings
  readonly limits: OutboxLimits
  readonly observer: OutboxObserver
  /** An id of this server that no other has. */
  readonly holder: string
}

type Lane = {
  readonly key: LaneKey
  /** Something was committed while it was worked at. */
  again: boolean
  failing: boolean
  timer: NodeJS.Timeout | null
}

export class Outbox {
  readonly #parts: OutboxParts
  readonly #laneParts: LaneParts
  readonly #lanes = new Map<string, Lane>()
  /** The active subscribers of each organization, by its book. */
  readonly #subscribers = new Map<number, ReadonlySet<string>>()
  readonly #homes = new Map<number, number | null>()
  readonly #heart: Heart
  readonly #turns: Turns
  readonly #failingTurns: Turns
  readonly #ending = new AbortController()
  #stopping = false
  #sweeping: Promise<void> = Promise.resolve()
  #sweepTimer: NodeJS.Timeout | null = null
  #sweptTo: { readonly homeId: number; readonly id: string } | null = null

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#turns = new Turns(parts.limits.lanesMax)
    this.#failingTurns = new Turns(parts.limits.failingLanesMax)
    const { store, holder, around, limits, observer } = parts
    this.#heart = new Heart(store, holder, around.elapsed, limits, (error) =>
      observer.broken(error),
    )
    this.#laneParts = {
      ...parts,
      isAlive: () => this.#heart.isBeating,
      ending: this.#ending.signal,
      isStopping: () => this.#stopping,
    }
  }

  start(): void {
    this.#sweepSoon(0)
  }

  /** Ends the requests under way, in a while at most, and lets go of all lanes. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer)
    for (const lane of this.#lanes.values()) if (lane.timer !== null) clearTimeout(lane.timer)
    const cut = setTimeout(() => this.#ending.abort(), this.#parts.limits.drainMs)
    await Promise.all([this.#turns.end(), this.#failingTurns.end(), this.#sweeping])
    clearTimeout(cut)
    this.#parts.sender.close()
  }

  /** Something was committed to a book by this server. To be called after the commit; it costs a look into a map. */
  committed(bookId: number, changed: readonly EntityName[]): void {
    if (this.#stopping) return
    if (changed.includes('subscription')) this.#learn(bookId)
    if (this.#subscribers.size === 0) return
    const home = this.#subscribers.has(bookId) ? bookId : this.#homes.get(bookId)
    if (home === undefined) this.#findHome(bookId)
    else if (home !== null) this.#wakeAll(home, bookId)
  }

  /** Works at the lanes of a subscriber as soon as can be, for what was asked for again. */
  wake(homeId: number, subscriptionId: string): void {
    const only = [{ homeId, id: subscriptionId }]
    this.#run(async () => this.#wakePending(only))
  }

  #wakeAll(homeId: number, bookId: number): void {
    for (const subscriptionId of this.#subscribers.get(homeId) ?? [])
      this.#wake({ homeId, subscriptionId, bookId })
  }

  #learn(homeId: number): void {
    this.#run(async () => {
      this.#remember(homeId, await this.#parts.store.subscribersOf(homeId))
      this.#wakeAll(homeId, homeId)
    })
  }

  #findHome(bookId: number): void {
    this.#homes.set(bookId, null)
    this.#run(async () => {
      const home = await this.#parts.store.homeOf(bookId)
      if (this.#homes.size >= HOMES_MAX) this.#homes.clear()
      // A book may belong to nobody yet; it is asked for again with its next commit.
      if (home === null) this.#homes.delete(bookId)
      else {
        this.#homes.set(bookId, home)
        this.#wakeAll(home, bookId)
      }
    })
  }

  #remember(homeId: number, subscribers: readonly Subscriber[]): void {
    if (subscribers.length === 0) this.#subscribers.delete(homeId)
    else this.#subscribers.set(homeId, new Set(subscribers.map(({ id }) => id)))
  }

  #hurry(key: LaneKey): void {
    const name = nameOf(key)
    const lane = this.#lanes.get(name)
    if (lane === undefined || lane.timer === null) return
    clearTimeout(lane.timer)
    this.#queue(name, lane)
  }

  #wake(key: LaneKey): void {
    const name = nameOf(key)
    const lane = this.#lanes.get(name)
    if (lane !== undefined) {
      lane.again = true
      return
    }
    const made: Lane = { key, again: false, failing: false, timer: null }
    this.#lanes.set(name, made)
    this.#queue(name, made)
  }

  #queue(name: string, lane: Lane): void {
    lane.timer = null
    if (this.#stopping) return
    const turns = lane.failing ? this.#failingTurns : this.#turns
    turns.add(async () => {
      lane.again = false
      const next = await this.#turn(lane)
      this.#settle(name, lane, next)
    })
  }

  async #turn(lane: Lane): Promise<Next> {
    try {
      return await this.#heart.during(() => turn(lane.key, this.#laneParts))
    } catch (error) {
      if (!this.#stopping) this.#parts.observer.broken(error)
      return { type: 'later', millis: this.#parts.limits.sweepMs }
    }
  }

  #settle(name: string, lane: Lane, next: Next): void {
    lane.failing = next.type === 'later'
    if (next.type === 'later' && next.millis <= WAIT_MAX_MS && !this.#stopping) {
      lane.timer = setTimeout(() => this.#queue(name, lane), next.millis)
      lane.timer.unref()
    } else if (next.type === 'more' || (next.type === 'idle' && lane.again)) {
      this.#queue(name, lane)
    } else this.#lanes.delete(name)
  }

  #sweepSoon(millis: number): void {
    if (this.#stopping) return
    this.#sweepTimer = setTimeout(() => {
      this.#sweeping = this.#sweep().then(
        (isAtEnd) => this.#sweepSoon(isAtEnd ? this.#parts.limits.sweepMs : 0),
        (error: unknown) => {
          this.#parts.observer.broken(error)
          this.#sweepSoon(this.#parts.limits.sweepMs)
        },
      )
    }, millis)
    this.#sweepTimer.unref()
  }

  /** Looks at some of the subscribers; returns whether they were the last ones. */
  async #sweep(): Promise<boolean> {
    const { store, limits } = this.#parts
    const page = await store.subscribers(this.#sweptTo, limits.sweepMax)
    const isAtEnd = page.length < limits.sweepMax
    this.#forgetBetween(this.#sweptTo, isAtEnd ? null : page.at(-1))
    for (const { homeId, id } of page) {
      const known = this.#subscribers.get(homeId)
      this.#subscribers.set(homeId, new Set([...(known ?? []), id]))
    }
    await this.#wakePending(page)
    const last = page.at(-1)
    this.#sweptTo = isAtEnd || last === undefined ? null : { homeId: last.homeId, id: last.id }
    return isAtEnd
  }

  /** Forgets the subscribers of organizations that lie whole within a part of the sweep: those that live are found again. */
  #forgetBetween(
    from: { readonly homeId: number } | null,
    to: { readonly homeId: number } | null | undefined,
  ): void {
    for (const homeId of this.#subscribers.keys())
      if (homeId > (from?.homeId ?? -1) && homeId < (to?.homeId ?? Number.POSITIVE_INFINITY))
        this.#subscribers.delete(homeId)
  }

  async #wakePending(subscribers: readonly Pick<Subscriber, 'homeId' | 'id'>[]): Promise<void> {
    if (subscribers.length === 0) return
    const { store, around } = this.#parts
    const pending = await store.pending(subscribers, around.now(), PENDING_MAX)
    for (const key of pending) this.#wake(key)
    // A lane that waits for its next attempt does not wait with what somebody asked to be told again.
    for (const key of pending) this.#hurry(key)
  }

  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!this.#stopping) this.#parts.observer.broken(error)
    })
  }
}

function nameOf({ subscriptionId, bookId }: LaneKey): string {
  return `${subscriptionId}/${bookId}`
}
