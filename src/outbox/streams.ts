/**
 * Tells listeners what happens as it happens.
 *
 * However many listen to a book, one reader reads its log: what was told last is kept, and everybody takes from it at his own
 * pace. Nothing is kept for a listener but his place; one who is further behind than what is kept reads the log by himself
 * until he has caught up. So a slow listener costs nobody anything.
 */
import type { EventLog, Fact } from './port.ts'
import { BEGINNING } from './position.ts'
import type { Message, Wording } from './wording.ts'

export type StreamLimits = {
  /** Listeners at the same time, on all books. */
  readonly listenersMax: number
  /** Facts of a book that are kept. */
  readonly keptMax: number
  /** Facts that are read at a time. */
  readonly pageMax: number
  /** How often the database is asked for what other servers committed. */
  readonly pollMs: number
}

/** A fact, and what it means: nothing, maybe. */
export type Told = { readonly id: string; readonly messages: readonly Message[] }

/** There are as many listeners as there may be. */
export class TooManyListeners extends Error {
  override readonly name = 'TooManyListeners'
}

export class Streams {
  readonly #log: EventLog
  readonly #wordingOf: (name: string) => Wording | undefined
  readonly #limits: StreamLimits
  readonly #tails = new Map<string, Tail>()
  #listeners = 0
  #poll: NodeJS.Timeout | null = null
  #closed = false

  constructor(
    log: EventLog,
    wordingOf: (name: string) => Wording | undefined,
    limits: StreamLimits,
  ) {
    this.#log = log
    this.#wordingOf = wordingOf
    this.#limits = limits
  }

  get listeners(): number {
    return this.#listeners
  }

  /**
   * Begins to listen to a book in some words.
   *
   * @throws TooManyListeners
   */
  async listen(bookId: number, wording: string): Promise<Listener> {
    if (this.#closed || this.#listeners >= this.#limits.listenersMax) throw new TooManyListeners()
    const tail = this.#tail(bookId, wording)
    this.#listeners += 1
    tail.listeners += 1
    try {
      await tail.opened
      return new Listener(tail, () => this.#leave(tail))
    } catch (error) {
      this.#leave(tail)
      throw error
    }
  }

  /** Something was committed to a book by this server. */
  committed(bookId: number): void {
    if (this.#tails.size === 0) return
    for (const tail of this.#tails.values()) if (tail.bookId === bookId) tail.refresh()
  }

  /** Ends all listening. */
  close(): void {
    this.#closed = true
    if (this.#poll !== null) clearInterval(this.#poll)
    for (const tail of this.#tails.values()) tail.close()
    this.#tails.clear()
  }

  #tail(bookId: number, name: string): Tail {
    const key = `${name}/${bookId}`
    let tail = this.#tails.get(key)
    if (tail === undefined) {
      const wording = this.#wordingOf(name)
      if (wording === undefined) throw new Error(`Nobody speaks ${name}`)
      tail = new Tail(key, bookId, this.#log, wording, this.#limits)
      this.#tails.set(key, tail)
      this.#poll ??= setInterval(() => void this.#look().catch(() => {}), this.#limits.pollMs)
      this.#poll.unref()
    }
    return tail
  }

  #leave(tail: Tail): void {
    this.#listeners -= 1
    tail.listeners -= 1
    if (tail.listeners > 0 || this.#tails.get(tail.key) !== tail) return
    tail.close()
    this.#tails.delete(tail.key)
    if (this.#tails.size > 0 || this.#poll === null) return
    clearInterval(this.#poll)
    this.#poll = null
  }

  /** Finds the books that went on without this server's doing, with one statement for all. */
  async #look(): Promise<void> {
    const tails = [...this.#tails.values()]
    const seqs = await this.#log.seqs([...new Set(tails.map(({ bookId }) => bookId))])
    for (const tail of tails) if ((seqs.get(tail.bookId) ?? 0) > tail.seq) tail.refresh()
  }
}

/** The end of a book's log, as it was told last. */
class Tail {
  readonly key: string
  readonly bookId: number
  readonly opened: Promise<void>
  listeners = 0
  seq = 0
  isClosed = false
  /** Behind this place everything is kept. */
  start = BEGINNING
  end = BEGINNING
  #kept: Told[] = []
  readonly #log: EventLog
  readonly #wording: Wording
  readonly #limits: StreamLimits
  #reading = false
  #again = false
  #waiting: (() => void)[] = []

  constructor(key: string, bookId: number, log: EventLog, wording: Wording, limits: StreamLimits) {
    this.key = key
    this.bookId = bookId
    this.#log = log
    this.#wording = wording
    this.#limits = limits
    this.opened = this.#open()
  }

  async #open(): Promise<void> {
    const { last, seq } = await this.#log.end(this.bookId)
    this.start = last ?? BEGINNING
    this.end = this.start
    this.seq = seq
  }

  /** Reads what is new. */
  refresh(): void {
    this.#again = true
    if (this.#reading || this.isClosed) return
    this.#reading = true
    void this.#readAll().finally(() => {
      this.#reading = false
    })
  }

  async #readAll(): Promise<void> {
    while (this.#again && !this.isClosed) {
      this.#again = false
      try {
        await this.opened
        const page = await this.read(this.end)
        this.#keep(page.told)
        if (page.complete) this.seq = page.seq
        else this.#again = true
      } catch {
        // The database is away: the next poll or commit tries again.
        return
      }
    }
  }

  #keep(told: readonly Told[]): void {
    const last = told.at(-1)
    if (last === undefined) return
    this.#kept.push(...told)
    this.end = last.id
    const beyond = this.#kept.length - this.#limits.keptMax
    if (beyond > 0) this.start = this.#kept.splice(0, beyond).at(-1)?.id ?? this.start
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  async read(
    after: string,
  ): Promise<{ readonly told: readonly Told[]; readonly complete: boolean; readonly seq: number }> {
    const { facts, complete, seq } = await this.#log.page(this.bookId, after, this.#limits.pageMax)
    return { told: await this.#tell(facts), complete, seq }
  }

  async #tell(facts: readonly Fact[]): Promise<readonly Told[]> {
    const messages = await this.#wording.tell(this.bookId, facts)
    const byFact = Map.groupBy(messages, ({ recordId }) => recordId)
    return facts.map(({ id }) => ({ id, messages: byFact.get(id) ?? [] }))
  }

  /** What is kept behind a place that is not before the start. */
  behind(after: string): readonly Told[] {
    const first = this.#kept.findIndex(({ id }) => id > after)
    return first === -1 ? [] : this.#kept.slice(first, first + this.#limits.pageMax)
  }

  /** Resolves when there may be something new, or after a while. */
  wait(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== done)
        resolve()
      }, millis)
      this.#waiting.push(done)
    })
  }

  close(): void {
    this.isClosed = true
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** Somebody who listens to a book, at his own pace. */
export class Listener {
  readonly #tail: Tail
  readonly #leave: () => void
  #hasLeft = false

  constructor(tail: Tail, leave: () => void) {
    this.#tail = tail
    this.#leave = leave
  }

  /** The end of the book when it was read last: where who wants only what is new begins. */
  get end(): string {
    return this.#tail.end
  }

  /** Whether the server ends all listening. */
  get isOver(): boolean {
    return this.#tail.isClosed
  }

  /** What follows a place: it waits for something to happen, for a while at most, and then there is nothing. */
  async next(after: string, waitMs: number): Promise<readonly Told[]> {
    const tail = this.#tail
    if (after < tail.start) {
      const { told, complete } = await tail.read(after)
      if (told.length > 0 || !complete) return told
    }
    const kept = tail.behind(after)
    if (kept.length > 0 || tail.isClosed) return kept
    await tail.wait(waitMs)
    return tail.behind(after)
  }

  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.#leave()
  }
}
