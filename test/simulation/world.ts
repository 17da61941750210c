/** One run of the simulation: servers that come and go, clients that never give up, and what they saw. */
import { hash } from 'node:crypto'
import { Engine, type GroupDecision, Outage, Overloaded } from '../../src/engine/index.ts'
import type { Batch } from '../../src/engine/port.ts'
import { accept, type Decision, GENESIS, refuse } from '../../src/ledger/index.ts'
import { Chance } from '../support/chance.ts'
import { emptyTables, type Tables } from './database.ts'
import { type Known, makeOrder, type Order, ROWS } from './orders.ts'
import { Postgres } from './postgres.ts'
import { FlakyStore, type Reader, type Weather } from './store.ts'
import { Timeline } from './timeline.ts'

const BOOK = 1
/** 2026-01-01 in microseconds. */
const BEGINNING = 1_767_225_600_000_000

export type Answer =
  | { readonly type: 'group'; readonly decision: GroupDecision }
  | { readonly type: 'edit'; readonly decision: Decision<unknown, unknown> }
  /** The server failed with something that is no outage. */
  | { readonly type: 'error'; readonly error: unknown }
  /** Nobody knows. */
  | { readonly type: 'unknown' }
  /** Turned away before anything was done. */
  | { readonly type: 'overloaded' }

export type Attempt = {
  readonly order: Order
  /** Tells an edit from its repetition. */
  readonly tag: string
  readonly from: number
  readonly to: number
  readonly answer: Answer
}

export type Moment = { readonly at: number; readonly batch: Batch; readonly before: Tables }

type Server = {
  readonly engine: Engine<Reader>
  readonly store: FlakyStore
  readonly killed: Promise<void>
  readonly kill: () => void
}

export class World {
  readonly timeline = new Timeline()
  readonly attempts: Attempt[] = []
  readonly moments: Moment[] = []
  readonly postgres: Postgres
  readonly #chance: Chance
  readonly #known: Known = { holds: [], posted: [], scheduled: [] }
  readonly #servers: Server[] = []
  readonly #weather: Weather
  #clockOffset = 0
  #busyClients = 0

  constructor(seed: number) {
    this.#chance = new Chance(seed)
    const chance = this.#chance
    this.#weather = {
      fault: chance.pick([0, 0.02, 0.1, 0.3]),
      late: chance.pick([0, 0.1, 0.5]),
    }
    const head = { bookId: BOOK, seq: 0, hash: GENESIS, recordedAt: BEGINNING, closed: false }
    this.postgres = new Postgres(emptyTables(head, ROWS), (batch, before) =>
      this.moments.push({ at: this.timeline.now, batch, before }),
    )
  }

  async run(): Promise<void> {
    const chance = this.#chance
    const serverCount = chance.pick([1, 1, 2])
    for (let count = 0; count < serverCount; count += 1) this.#startServer()
    const kills = chance.pick([0, 0, 1, 3])
    for (let count = 0; count < kills; count += 1)
      this.timeline.after(chance.between(1, 400), () => this.#killOne())
    if (chance.isHit(0.3))
      this.timeline.after(chance.between(1, 200), () => {
        this.#clockOffset = chance.pick([-1, 1]) * chance.between(1, 10 ** 10) * 1000
      })
    const calmAt = chance.between(50, 20_000)
    this.timeline.after(calmAt, () => {
      this.#weather.fault = 0
      this.#weather.late = 0
    })
    const clients = chance.between(2, 5)
    for (let client = 0; client < clients; client += 1)
      void this.#client(client, chance.between(3, 8))
    await this.timeline.run(() => false, 200_000)
    if (this.#busyClients > 0) throw new Error('A client still waits for an answer')
  }

  #startServer(): void {
    const chance = this.#chance
    const store = new FlakyStore(this.postgres, this.timeline, chance, this.#weather)
    const engine = new Engine<Reader>(
      store,
      {
        now: () => BEGINNING + Math.round(this.timeline.now * 1000) + this.#clockOffset,
        elapsed: () => this.timeline.now,
        pause: (millis) => this.timeline.pause(millis),
        randomHex: (digits) => chance.hex(digits),
        hash: (text) => hash('sha256', text, 'hex'),
      },
      {
        booksMax: 1,
        queueMax: chance.pick([3, 100]),
        batchMax: chance.pick([1, 2, 10]),
        balancesMax: chance.pick([2, 4, 1000]),
        othersMax: chance.pick([2, 4, 1000]),
        outageMs: chance.pick([100, 5000]),
      },
      { landed: () => {}, recovering: () => {} },
    )
    let kill = () => {}
    const killed = new Promise<void>((resolve) => {
      kill = () => {
        store.kill()
        resolve()
      }
    })
    this.#servers.push({ engine, store, killed, kill })
  }

  #killOne(): void {
    const place = this.#chance.below(this.#servers.length)
    const [server] = this.#servers.splice(place, 1)
    server?.kill()
    this.#startServer()
  }

  async #client(client: number, orders: number): Promise<void> {
    this.#busyClients += 1
    for (let count = 0; count < orders; count += 1) {
      await this.timeline.pause(this.#chance.between(0, 30))
      const order = makeOrder(`order ${client}-${count}`, this.#known, this.#chance)
      for (let tries = 0; ; tries += 1) {
        const answer = await this.#attempt(order, `${order.tag}#${tries}`)
        if (answer.type !== 'unknown' && answer.type !== 'overloaded') break
        await this.timeline.pause(this.#chance.between(1, 3000))
      }
    }
    this.#busyClients -= 1
  }

  async #attempt(order: Order, tag: string): Promise<Answer> {
    const server = this.#chance.pick(this.#servers)
    const from = this.timeline.now
    const answer = await Promise.race([
      this.#ask(server, order, tag),
      server.killed.then((): Answer => ({ type: 'unknown' })),
    ])
    this.attempts.push({ order, tag, from, to: this.timeline.now, answer })
    if (answer.type === 'group') this.#learn(answer.decision)
    return answer
  }

  async #ask(server: Server, order: Order, tag: string): Promise<Answer> {
    try {
      if (order.type === 'commands')
        return { type: 'group', decision: await server.engine.submit(BOOK, order.commands) }
      return { type: 'edit', decision: await server.engine.edit(BOOK, editOf(order, tag), null) }
    } catch (error) {
      if (error instanceof Outage) return { type: 'unknown' }
      if (error instanceof Overloaded) return { type: 'overloaded' }
      return { type: 'error', error }
    }
  }

  #learn(decision: GroupDecision): void {
    if (!decision.accepted) return
    for (const outcome of decision.outcome) {
      if (outcome.type === 'replay') continue
      const { id, kind, status } = outcome.transaction
      if (kind === 'hold') this.#known.holds.push(id)
      if (kind === 'transfer' || kind === 'settlement') this.#known.posted.push(id)
      if (kind === 'request' && status === 'scheduled') this.#known.scheduled.push(id)
    }
  }
}

/** Counts the edits of a row, so that one that is made twice is seen. */
function editOf(order: Extract<Order, { readonly type: 'edit' }>, tag: string) {
  return async (reader: Reader) => {
    const row = await reader.row(order.balanceId)
    if (row === undefined || order.edit === 'refuse') return refuse('not now')
    if (order.edit === 'break') throw new Error('a fault of the edit itself')
    if (order.edit === 'nothing') return accept({ changes: [], value: row.edits })
    const maySend = order.edit === 'touch' ? row.terms.maySend : order.edit === 'thaw'
    const after = { ...row, terms: { ...row.terms, maySend }, edits: row.edits + 1, tag }
    const change = {
      entity: 'balance' as const,
      verb: 'updated' as const,
      id: row.id,
      before: row as unknown as Record<string, never>,
      after: after as unknown as Record<string, never>,
    }
    return accept({ changes: [change], value: after.edits })
  }
}
