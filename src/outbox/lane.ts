/**
 * Tells one subscriber of one book, in the book's order.
 *
 * A lane is worked at in turns. A turn takes the lane, so that no other server works at it; reads the log from where the
 * subscriber is; sends message after message, each only when the one before it was taken; notes how far it came; and lets the lane
 * go. What is noted never runs ahead of what was taken: after a crash, whatever was sent since the last note is sent
 * again. When a message is not taken, everything behind it waits, and the lane comes back after a pause that doubles. What
 * stays untaken for days becomes a dead letter, and the lane goes on.
 */
import { assert, type Micros } from '../ledger/index.ts'
import { isHopeless, pauseAfter } from './backoff.ts'
import type { OutboxLimits } from './limits.ts'
import type {
  Attempt,
  DeadLetter,
  EventLog,
  Fact,
  LaneKey,
  OutboxStore,
  Progress,
  Subscriber,
} from './port.ts'
import { placeAfter } from './position.ts'
import type { Reply, Sender } from './sender.ts'
import { type Message, type Wording, wants } from './wording.ts'

/** What lanes share. */
export type LaneParts = {
  readonly store: OutboxStore
  readonly log: EventLog
  readonly sender: Sender
  readonly wordings: Readonly<Record<string, Wording>>
  readonly around: LaneSurroundings
  readonly limits: OutboxLimits
  readonly observer: OutboxObserver
  /** This server, among those on one database. */
  readonly holder: string
  /** Aborted when requests under way must end. */
  readonly ending: AbortSignal
  /** Whether the others know that this server lives, so that nobody takes what it holds. */
  readonly isAlive: () => boolean
  /** Whether turns are to end after the request at hand. */
  readonly isStopping: () => boolean
}

export type LaneSurroundings = {
  now(): Micros
  elapsed(): number
  randomHex(digits: number): string
}

/** Is told what happens, for metrics and logs. */
export type OutboxObserver = {
  delivered(subscriber: Subscriber, messages: number, millis: number): void
  failed(subscriber: Subscriber, bookId: number, attempts: number, attempt: Attempt): void
  gaveUp(subscriber: Subscriber, letters: readonly DeadLetter[]): void
  /** The outbox itself could not work. */
  broken(error: unknown): void
}

/** What is to be done with a lane after a turn. */
export type Next =
  /** Nothing is left to be told, or nobody to tell it. */
  | { readonly type: 'idle' }
  /** There is more. */
  | { readonly type: 'more' }
  /** Something was not taken: come back after so many milliseconds. */
  | { readonly type: 'later'; readonly millis: number }

const IDLE: Next = { type: 'idle' }
const MORE: Next = { type: 'more' }

/** Dead letters that are told again in one turn. */
const REPLAYS_MAX = 100

/** Another server has taken the lane. */
class Lost extends Error {}

/** Has one turn at a lane. */
export async function turn(key: LaneKey, parts: LaneParts): Promise<Next> {
  const { store, holder } = parts
  const subscriber = await store.subscriber(key.homeId, key.subscriptionId)
  const wording = subscriber === null ? undefined : parts.wordings[subscriber.wording]
  if (subscriber === null || wording === undefined) return IDLE
  const start = placeAfter(subscriber.since)
  const progress = await store.claim(key, holder, start)
  if (progress === null) return IDLE
  const lane = new Turn(key, subscriber, wording, progress, parts)
  try {
    return await lane.run()
  } catch (error) {
    if (error instanceof Lost) return IDLE
    throw error
  } finally {
    await lane.letGo()
  }
}

type Place = Pick<Progress, 'after' | 'part'>

/** Where a lane is when a group was taken: behind a fact, or between the parts of one. */
function placeBehind(
  group: readonly Message[],
  next: Message | undefined,
  before: ReadonlyMap<string, string>,
): Place {
  const last = group.at(-1)
  assert(last !== undefined, 'a group is not empty')
  if (next?.recordId !== last.recordId) return { after: last.recordId, part: 0 }
  const after = before.get(last.recordId)
  assert(after !== undefined, 'messages tell of facts of the page')
  return { after, part: last.part + 1 }
}

class Turn {
  readonly #key: LaneKey
  readonly #subscriber: Subscriber
  readonly #wording: Wording
  readonly #parts: LaneParts
  readonly #endsAt: number
  #progress: Progress
  #savedAt: number
  #isHeld = true

  constructor(
    key: LaneKey,
    subscriber: Subscriber,
    wording: Wording,
    progress: Progress,
    parts: LaneParts,
  ) {
    this.#key = key
    this.#subscriber = subscriber
    this.#wording = wording
    this.#progress = progress
    this.#parts = parts
    this.#savedAt = parts.around.elapsed()
    this.#endsAt = this.#savedAt + parts.limits.turnMs
  }

  async run(): Promise<Next> {
    await this.#replay()
    const { now } = this.#parts.around
    const { nextAttemptAt } = this.#progress
    if (nextAttemptAt !== null && nextAttemptAt > now())
      return { type: 'later', millis: (nextAttemptAt - now()) / 1000 }
    const { log, limits } = this.#parts
    while (!this.#isOver()) {
      const page = await log.page(this.#key.bookId, this.#progress.after, limits.pageMax)
      const pause = await this.#tellPage(page.facts)
      if (pause !== null) return pause
      const last = page.facts.at(-1)
      this.#move({
        after: last?.id ?? this.#progress.after,
        part: 0,
        seq: page.complete ? page.seq : this.#progress.seq,
      })
      if (page.complete) return IDLE
    }
    return MORE
  }

  /** Notes how far it came and lets the lane go, whatever happened. */
  async letGo(): Promise<void> {
    if (!this.#isHeld) return
    const { store, holder } = this.#parts
    await store.save(this.#key, holder, this.#progress, 'let go', [])
  }

  #isOver(): boolean {
    return this.#parts.isStopping() || this.#parts.around.elapsed() >= this.#endsAt
  }

  /** Tells what the subscriber wants to know of facts; says what is next when it did not come to their end. */
  async #tellPage(facts: readonly Fact[]): Promise<Next | null> {
    const [first] = facts
    if (first === undefined) return null
    const { after, part } = this.#progress
    const told = await this.#wording.tell(this.#key.bookId, facts)
    const open = told.filter(
      (message) =>
        wants(this.#subscriber.events, message.event) &&
        (message.recordId !== first.id || message.part >= part),
    )
    const before = new Map(facts.map((fact, index) => [fact.id, facts[index - 1]?.id ?? after]))
    const size = Math.max(1, this.#subscriber.batchMax)
    for (let index = 0; index < open.length; index += size) {
      if (this.#isOver()) return MORE
      const group = open.slice(index, index + size)
      const pause = await this.#tell(group, placeBehind(group, open[index + size], before))
      if (pause !== null) return { type: 'later', millis: pause }
    }
    return null
  }

  /** Sends a group of messages; returns how long to wait when it was not taken, and null when the lane may go on. */
  async #tell(group: readonly Message[], behind: Place): Promise<number | null> {
    const { around, observer } = this.#parts
    this.#assertHeld()
    const started = around.elapsed()
    const attempt = await this.#attempt(group)
    if (attempt === null) return 0
    if (attempt.error !== null) return this.#fail(group, behind, attempt)
    observer.delivered(this.#subscriber, group.length, around.elapsed() - started)
    const seen = { attempts: 0, failingSince: null, nextAttemptAt: null, last: attempt }
    this.#move({ ...behind, ...seen })
    if (around.elapsed() - this.#savedAt >= this.#parts.limits.saveMs) await this.#save([])
    return null
  }

  async #fail(group: readonly Message[], behind: Place, attempt: Attempt): Promise<number | null> {
    const { around, limits, observer } = this.#parts
    const { attemptsMax } = this.#subscriber
    const now = around.now()
    const attempts = this.#progress.attempts + 1
    const failingSince = this.#progress.failingSince ?? now
    observer.failed(this.#subscriber, this.#key.bookId, attempts, attempt)
    const happenedAt = group[0]?.at ?? now
    if (isHopeless({ attempts, attemptsMax, happenedAt, failingSince }, limits.patience, now)) {
      const letters = group.map((message) => this.#deadLetter(message, attempts, attempt))
      const seen = { attempts: 0, failingSince, nextAttemptAt: null, last: attempt }
      this.#move({ ...behind, ...seen })
      await this.#save(letters)
      observer.gaveUp(this.#subscriber, letters)
      return null
    }
    const chance = Number.parseInt(around.randomHex(4), 16) / 0x10000
    const pause = pauseAfter(attempts, limits.patience, chance)
    const nextAttemptAt = now + Math.ceil(pause * 1000)
    this.#move({ attempts, failingSince, nextAttemptAt, last: attempt })
    return pause
  }

  #deadLetter(message: Message, attempts: number, attempt: Attempt): DeadLetter {
    return {
      bookId: this.#key.bookId,
      subscriptionId: this.#key.subscriptionId,
      recordId: message.recordId,
      part: message.part,
      event: message.event,
      attempts,
      status: attempt.status,
      error: attempt.error ?? 'unknown',
      failedAt: attempt.at,
      replayAt: null,
    }
  }

  /** Sends a request; null when it was cut off because the server stops. */
  async #attempt(group: readonly Message[]): Promise<Attempt | null> {
    const { around, limits, sender, ending } = this.#parts
    const { url, timeoutMs } = this.#subscriber
    const letter = this.#wording.letter(group, this.#subscriber, around.now())
    const most = timeoutMs > 0 ? Math.min(timeoutMs, limits.timeoutMaxMs) : limits.timeoutMs
    const reply = await sender.post(url, letter, most, ending)
    if (ending.aborted) return null
    return { at: around.now(), ...this.#judged(reply) }
  }

  #judged(reply: Reply): Pick<Attempt, 'status' | 'error'> {
    if (!reply.answered) return { status: null, error: reply.reason }
    const { status, body } = reply
    if (this.#wording.isTaken(status, body)) return { status, error: null }
    return {
      status,
      error: status >= 200 && status < 300 ? 'the answer says no' : `status ${status}`,
    }
  }

  /** Tells again what somebody asked to be told again: once, whatever comes of it. */
  async #replay(): Promise<void> {
    const { store, log } = this.#parts
    const letters = await store.replays(this.#key, REPLAYS_MAX)
    if (letters.length === 0) return
    const ids = [...new Set(letters.map((letter) => letter.recordId))]
    const facts = await log.facts(this.#key.bookId, ids)
    const told = await this.#wording.tell(this.#key.bookId, facts)
    for (const letter of letters) {
      if (this.#parts.isStopping()) return
      const message = told.find(
        ({ recordId, part }) => recordId === letter.recordId && part === letter.part,
      )
      await this.#tellAgain(letter, message)
    }
  }

  async #tellAgain(letter: DeadLetter, message: Message | undefined): Promise<void> {
    const { store, around } = this.#parts
    // What the log no longer tells, because it was erased, cannot be told again.
    if (message === undefined) return store.bury(letter)
    this.#assertHeld()
    const attempt = await this.#attempt([message])
    if (attempt === null) return
    if (attempt.error === null) return store.bury(letter)
    await store.putBack({
      ...letter,
      attempts: letter.attempts + 1,
      status: attempt.status,
      error: attempt.error,
      failedAt: around.now(),
      replayAt: null,
    })
  }

  #move(change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change }
  }

  /** Nothing is sent by a server that the others may have given up: one of them may be sending it. */
  #assertHeld(): void {
    if (!this.#parts.isAlive()) throw new Lost()
  }

  async #save(givenUp: readonly DeadLetter[]): Promise<void> {
    const { store, holder, around } = this.#parts
    this.#savedAt = around.elapsed()
    this.#isHeld = await store.save(this.#key, holder, this.#progress, 'hold on', givenUp)
    if (!this.#isHeld) throw new Lost()
  }
}
