/**
 * The way from one server to the database, on which everything can go wrong: a call fails before the database hears of
 * it, after it has done it, or with an outcome that nobody knows; what was sent may be carried out long after the server
 * gave up; a connection breaks with several batches on it; the server dies.
 */
import {
  type Batch,
  type BookStore,
  type Found,
  type Head,
  type Names,
  Outage,
  type Session,
  type TakenNames,
  type Wants,
} from '../../src/engine/port.ts'
import type { Chance } from '../support/chance.ts'
import {
  apply,
  type BalanceRow,
  copyOf,
  findBalances,
  findNames,
  findTransactions,
} from './database.ts'
import type { Postgres } from './postgres.ts'
import type { Timeline } from './timeline.ts'

export type Reader = { row(id: string): Promise<BalanceRow | undefined> }

export type Weather = {
  /** How likely a call goes wrong. */
  fault: number
  /** How likely what is still on its way comes very late. */
  late: number
}

const LOCK_MS = 5000

/** A promise that nobody will ever keep: the server that waits for it is dead. */
function never<T>(): Promise<T> {
  return new Promise(() => {})
}

export class FlakyStore implements BookStore<Reader> {
  readonly #postgres: Postgres
  readonly #timeline: Timeline
  readonly #chance: Chance
  readonly #weather: Weather
  #connection: Connection | null = null
  #isDead = false
  readonly #openSessions = new Set<() => void>()

  constructor(postgres: Postgres, timeline: Timeline, chance: Chance, weather: Weather) {
    this.#postgres = postgres
    this.#timeline = timeline
    this.#chance = chance
    this.#weather = weather
  }

  /** The server is killed: it learns nothing any more, and what it had sent may still be carried out. */
  kill(): void {
    this.#isDead = true
    this.#connection?.break()
    for (const abandon of this.#openSessions) abandon()
  }

  async head(): Promise<Head> {
    await this.#trip()
    const { head } = this.#postgres.tables
    await this.#trip()
    return head
  }

  async read(_bookId: number, wants: Wants): Promise<Found> {
    await this.#trip()
    const found = findTransactions(this.#postgres.tables, wants)
    await this.#trip()
    const balances = findBalances(this.#postgres.tables, wants, found)
    await this.#trip()
    return { ...found, balances }
  }

  async names(_bookId: number, names: Names): Promise<TakenNames> {
    await this.#trip()
    const taken = findNames(this.#postgres.tables, names)
    await this.#trip()
    return taken
  }

  commit(batch: Batch): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isDead) return
      if (this.#connection === null || this.#connection.isBroken)
        this.#connection = new Connection(
          this.#postgres,
          this.#timeline,
          this.#chance,
          this.#weather,
          () => this.#isDead,
        )
      this.#connection.send(batch, resolve, reject)
    })
  }

  /** Now and then a batch takes a while to leave, or the connection breaks before it has. */
  sending(): Promise<void> | null {
    return this.#chance.isHit(0.1) ? this.#timeline.pause(this.#delay()) : null
  }

  async locked<T>(
    _bookId: number,
    work: (session: Session, reader: Reader) => Promise<T>,
  ): Promise<T> {
    await this.#trip()
    const release = await this.#lock()
    const shadow = copyOf(this.#postgres.tables)
    const written: Batch[] = []
    let state: 'open' | 'committing' | 'over' = 'open'
    const abandon = () => {
      if (state !== 'open') return
      state = 'over'
      this.#timeline.after(this.#delay(), release)
    }
    this.#openSessions.add(abandon)
    try {
      const result = await work(this.#session(shadow, written), this.#reader(shadow))
      if (state === 'open') {
        await this.#trip()
        state = 'committing'
      } else return await never()
      await this.#commitSession(written, release)
      state = 'over'
      return result
    } catch (error) {
      abandon()
      throw error
    } finally {
      this.#openSessions.delete(abandon)
    }
  }

  /** COMMIT was sent: it may be lost, be carried out with the answer lost, or be carried out much later. */
  async #commitSession(written: readonly Batch[], release: () => void): Promise<void> {
    const finish = () => {
      this.#postgres.commitAll(written)
      release()
    }
    if (!this.#chance.isHit(this.#weather.fault)) {
      await this.#timeline.pause(this.#delay())
      finish()
      await this.#trip()
      return
    }
    const ending = this.#chance.isHit(0.5) ? finish : release
    this.#timeline.after(this.#lateness(), ending)
    await this.#timeline.pause(this.#delay())
    if (this.#isDead) return never()
    throw new Outage('The connection broke during COMMIT')
  }

  #lock(): Promise<() => void> {
    return new Promise((resolve, reject) => {
      let state: 'waiting' | 'over' = 'waiting'
      const giveUp = this.#postgres.lock((release) => {
        state = 'over'
        if (this.#isDead) this.#timeline.after(this.#delay(), release)
        else resolve(release)
      })
      this.#timeline.after(LOCK_MS, () => {
        if (state === 'over') return
        giveUp()
        if (!this.#isDead) reject(new Outage('The lock was not given in time'))
      })
    })
  }

  #session(shadow: ReturnType<typeof copyOf>, written: Batch[]): Session {
    return {
      head: shadow.head,
      headOf: async (seq) => {
        await this.#trip()
        return shadow.batches.get(seq)?.to.hash ?? null
      },
      read: async (wants) => {
        await this.#trip()
        const found = findTransactions(shadow, wants)
        return { ...found, balances: findBalances(shadow, wants, found) }
      },
      names: async (names) => {
        await this.#trip()
        return findNames(shadow, names)
      },
      write: async (batch) => {
        await this.#trip()
        apply(shadow, batch)
        written.push(batch)
        await this.#trip()
      },
    }
  }

  #reader(shadow: ReturnType<typeof copyOf>): Reader {
    return {
      row: async (id) => {
        await this.#trip()
        return shadow.rows.get(id)
      },
    }
  }

  /** Half a way to the database and back; it may fail, and a dead server never arrives. */
  async #trip(): Promise<void> {
    await this.#timeline.pause(this.#delay())
    if (this.#isDead) return never()
    if (this.#chance.isHit(this.#weather.fault / 4)) throw new Outage('The database did not answer')
  }

  #delay(): number {
    return this.#chance.between(0, 3)
  }

  #lateness(): number {
    const { late } = this.#weather
    return this.#chance.isHit(late) ? this.#chance.between(1, 12_000) : this.#chance.between(0, 20)
  }
}

/** A connection that carries batches one behind the other, without waiting for the answers. */
class Connection {
  isBroken = false
  readonly #postgres: Postgres
  readonly #timeline: Timeline
  readonly #chance: Chance
  readonly #weather: Weather
  readonly #isDead: () => boolean
  /** Sent by the server and not yet carried out by the database. */
  readonly #inbox: Sent[] = []
  /** Not answered yet. */
  #open: Sent[] = []
  #isWorking = false
  /** Answers come in the order of the batches: not before this time. */
  #answersFrom = 0

  constructor(
    postgres: Postgres,
    timeline: Timeline,
    chance: Chance,
    weather: Weather,
    isDead: () => boolean,
  ) {
    this.#postgres = postgres
    this.#timeline = timeline
    this.#chance = chance
    this.#weather = weather
    this.#isDead = isDead
  }

  send(batch: Batch, resolve: () => void, reject: (error: unknown) => void): void {
    const sent = { batch, resolve, reject }
    this.#open.push(sent)
    const isHit = this.#chance.isHit(this.#weather.fault)
    if (isHit && this.#chance.isHit(0.3)) {
      // It breaks before the batch arrives.
      this.#timeline.after(this.#chance.between(0, 2), () => this.break())
      return
    }
    this.#inbox.push(sent)
    if (isHit) this.#timeline.after(this.#chance.between(0, 10), () => this.break())
    this.#work()
  }

  /** The server sees it break at once. The database may go on for a while with what it has received. */
  break(): void {
    if (this.isBroken) return
    this.isBroken = true
    this.#inbox.splice(this.#chance.between(0, this.#inbox.length))
    const open = this.#open
    this.#open = []
    for (const sent of open) {
      if (!this.#isDead()) sent.reject(new Outage('The connection broke'))
    }
  }

  #work(): void {
    const sent = this.#isWorking ? undefined : this.#inbox.shift()
    if (sent === undefined) return
    this.#isWorking = true
    const { late } = this.#weather
    const isLate = this.isBroken && this.#chance.isHit(0.5) ? true : this.#chance.isHit(late / 10)
    const delay = isLate ? this.#chance.between(1, 12_000) : this.#chance.between(0, 4)
    this.#timeline.after(delay, () => this.#postgres.whenFree(() => this.#execute(sent)))
  }

  #execute(sent: Sent): void {
    let answer: () => void = sent.resolve
    try {
      this.#postgres.commit(sent.batch)
    } catch (error) {
      answer = () => sent.reject(error)
    }
    const { now } = this.#timeline
    this.#answersFrom = Math.max(this.#answersFrom, now + this.#chance.between(0, 4))
    this.#timeline.after(this.#answersFrom - now, () => {
      if (this.#open.includes(sent)) {
        this.#open = this.#open.filter((other) => other !== sent)
        if (!this.#isDead()) answer()
      }
    })
    this.#isWorking = false
    this.#work()
  }
}

type Sent = {
  readonly batch: Batch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}
