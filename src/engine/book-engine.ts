/**
 * The one writer of one book.
 *
 * Groups of commands wait in a queue. Whatever has arrived is decided in memory as one batch and sent to the database as
 * one transaction; while it is on its way the next batch is already decided, on top of it, and sent behind it. There is
 * no timer: an idle engine sends a single command at once, a busy one sends as much as came in the meantime.
 *
 * A batch on its way is a flight. Flights land in the order in which they were sent, and a caller is answered when its
 * flight has landed: after COMMIT. The engine is in one of three states:
 *
 * - **open**: flights are sent and land.
 * - **recovering**: a flight failed. Those behind it were decided on top of it, so they fail too: the head of the book is
 *   not where they expect it. The book is locked; batches that were written after all are recognised by their heads; the
 *   rest is decided again from what is true under the lock. Even when nothing is left to write, the head is advanced, so
 *   that a batch whose fate was unknown can never be written later.
 * - **closed**: nothing more is accepted; what was accepted is still answered.
 *
 * Edits of the directory run between flights, under the lock of the book, because they read before they write.
 */
import {
  accept,
  assert,
  type Change,
  type Command,
  type Decision,
  type Micros,
  type Refusal,
  refuse,
} from '../ledger/index.ts'
import { BatchBuilder } from './batch.ts'
import { decideGroup } from './decide.ts'
import { type EngineLimits, Overloaded } from './limits.ts'
import type { GroupDecision } from './outcome.ts'
import {
  type Batch,
  type BookStore,
  Conflict,
  Fenced,
  type Head,
  Outage,
  type Session,
  type Surroundings,
} from './port.ts'
import { Working } from './working.ts'

/** Flights that may be under way at once: one that commits, and one that is written behind it. */
const FLIGHTS_MAX = 2

/** Edits that may share one database transaction. */
const EDITS_MAX = 64

/** A change of the directory that is decided under the lock of the book. */
export type Edit<Reader, Value, Reason> = (
  reader: Reader,
  now: Micros,
) => Promise<Decision<Edited<Value>, Reason>>

/** The book takes nothing more. */
export type BookClosed = Extract<Refusal, { readonly code: 'book_closed' }>

/** How the engine itself can turn an edit down. */
export type EditRefusal = NameTaken | BookClosed

/** A row has a name already that must be unique; the constraint tells which. */
export type NameTaken = Extract<Refusal, { readonly code: 'name_taken' }>

/** Is told what happens, for metrics and logs. */
export type EngineObserver = {
  landed(batch: Batch, micros: Micros): void
  recovering(cause: unknown): void
}

export type Edited<Value> = { readonly changes: readonly Change[]; readonly value: Value }

type GroupTicket = {
  readonly type: 'group'
  readonly commands: readonly Command[]
  readonly resolve: (decision: GroupDecision) => void
  readonly reject: (error: unknown) => void
}

type EditTicket<Reader> = {
  readonly type: 'edit'
  readonly edit: Edit<Reader, unknown, unknown>
  readonly actor: string | null
  readonly resolve: (decision: Decision<unknown, unknown>) => void
  readonly reject: (error: unknown) => void
}

type Ticket<Reader> = GroupTicket | EditTicket<Reader>

type Flight = {
  readonly tickets: readonly GroupTicket[]
  readonly decisions: readonly GroupDecision[]
  /** Null when every command was turned down: there is nothing to write, but what came before must land first. */
  readonly batch: Batch | null
  fate: 'under_way' | 'landed' | 'failed'
  /** Milliseconds of `elapsed`. */
  readonly sentAt: number
  /** Why it failed. */
  cause: unknown
}

export class BookEngine<Reader> {
  readonly #bookId: number
  readonly #store: BookStore<Reader>
  readonly #around: Surroundings
  readonly #limits: EngineLimits
  readonly #observer: EngineObserver
  readonly #working: Working
  readonly #queue: Ticket<Reader>[] = []
  #queuedCommands = 0
  #flights: Flight[] = []
  #head: Head | null = null
  #scheduled = false
  #pumping = false
  #recovering = false
  #closed = false
  /** Counts how often everything remembered was forgotten, so that a read begun before is not believed after. */
  #epoch = 0
  #idle: (() => void)[] = []

  constructor(
    bookId: number,
    store: BookStore<Reader>,
    around: Surroundings,
    limits: EngineLimits,
    observer: EngineObserver,
  ) {
    this.#bookId = bookId
    this.#store = store
    this.#around = around
    this.#limits = limits
    this.#observer = observer
    this.#working = new Working({ balances: limits.balancesMax, others: limits.othersMax })
  }

  /**
   * Submits a group of commands: all are accepted and committed together, or none leaves a trace.
   *
   * @throws Overloaded when too much is waiting; Outage when the database could not be reached, in which case the
   * outcome is unknown; Bug when an assumption of the program is broken.
   */
  submit(commands: readonly Command[]): Promise<GroupDecision> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ type: 'group', commands, resolve, reject }, commands.length)
    })
  }

  /** Edits the directory under the lock of the book. */
  edit<Value, Reason>(
    edit: Edit<Reader, Value, Reason>,
    actor: string | null,
  ): Promise<Decision<Value, Reason | EditRefusal>> {
    return new Promise((resolve, reject) => {
      this.#enqueue(
        {
          type: 'edit',
          edit,
          actor,
          resolve: (decision) => resolve(decision as Decision<Value, Reason | EditRefusal>),
          reject,
        },
        1,
      )
    })
  }

  /** Accepts nothing more and waits until everything accepted is answered. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.isIdle) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** How many commands wait to be decided. */
  get waiting(): number {
    return this.#queuedCommands
  }

  /** Whether nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return (
      this.#queue.length === 0 && this.#flights.length === 0 && !this.#pumping && !this.#recovering
    )
  }

  #enqueue(ticket: Ticket<Reader>, weight: number): void {
    if (this.#closed) throw new Overloaded('The server is shutting down')
    if (this.#queuedCommands + weight > this.#limits.queueMax && this.#queuedCommands > 0)
      throw new Overloaded('Too much is waiting to be posted')
    this.#queue.push(ticket)
    this.#queuedCommands += weight
    this.#schedule()
  }

  /** Pumps once the requests that arrived together have all been read. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump().catch((error: unknown) => this.#failEverything(error))
    })
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#queue.length > 0 && this.#isOpen()) {
        if (this.#queue[0]?.type === 'edit') {
          if (this.#flights.length > 0) return
          await this.#runEdits(this.#takeEdits())
        } else {
          if (this.#flights.length >= FLIGHTS_MAX) return
          await this.#send(this.#takeGroups())
        }
      }
    } finally {
      this.#pumping = false
      this.#tellIdle()
    }
  }

  #isOpen(): boolean {
    return !this.#recovering && this.#flights.every((flight) => flight.fate !== 'failed')
  }

  #tellIdle(): void {
    if (!this.isIdle) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #takeGroups(): GroupTicket[] {
    const tickets: GroupTicket[] = []
    let commands = 0
    for (const ticket of this.#queue) {
      if (ticket.type !== 'group') break
      if (tickets.length > 0 && commands + ticket.commands.length > this.#limits.batchMax) break
      tickets.push(ticket)
      commands += ticket.commands.length
    }
    this.#queue.splice(0, tickets.length)
    this.#queuedCommands -= commands
    return tickets
  }

  #takeEdits(): EditTicket<Reader>[] {
    const tickets: EditTicket<Reader>[] = []
    for (const ticket of this.#queue) {
      if (ticket.type !== 'edit' || tickets.length === EDITS_MAX) break
      tickets.push(ticket)
    }
    this.#queue.splice(0, tickets.length)
    this.#queuedCommands -= tickets.length
    return tickets
  }

  #putBack(tickets: readonly GroupTicket[]): void {
    this.#queue.unshift(...tickets)
    for (const ticket of tickets) this.#queuedCommands += ticket.commands.length
  }

  /** Reads what the tickets need to know, decides them, and sends the batch. */
  async #send(tickets: readonly GroupTicket[]): Promise<void> {
    const epoch = this.#epoch
    let flight: Flight
    try {
      const head = this.#head ?? (await this.#store.head(this.#bookId))
      assert(head !== null, 'commands are submitted to books that exist')
      this.#working.startRound()
      const wants = this.#working.missing(tickets.flatMap((ticket) => ticket.commands))
      const found = wants === null ? null : await this.#store.read(this.#bookId, wants)
      if (epoch !== this.#epoch || !this.#isOpen()) {
        this.#putBack(tickets)
        return
      }
      if (wants !== null && found !== null) this.#working.learn(wants, found)
      this.#head ??= head
      flight = this.#decide(tickets, new BatchBuilder(this.#head, this.#around), false)
    } catch (error) {
      this.#flights.push({ ...failedFlight(tickets), cause: error })
      this.#settle()
      return
    }
    this.#launch(flight)
  }

  /** Decides tickets in order. With `evenIfEmpty`, there is a batch even when all of them are turned down. */
  #decide(tickets: readonly GroupTicket[], builder: BatchBuilder, evenIfEmpty: boolean): Flight {
    const decisions = tickets.map((ticket) =>
      builder.isClosed
        ? refuse({ index: 0, refusal: closed(this.#bookId) })
        : decideGroup(ticket.commands, this.#working, builder),
    )
    const batch = builder.isEmpty && !evenIfEmpty ? null : builder.build()
    if (batch !== null) this.#head = batch.to
    return {
      tickets,
      decisions,
      batch,
      fate: 'under_way',
      sentAt: this.#around.elapsed(),
      cause: null,
    }
  }

  #launch(flight: Flight): void {
    this.#flights.push(flight)
    const written = flight.batch === null ? Promise.resolve() : this.#store.commit(flight.batch)
    written.then(
      () => {
        flight.fate = 'landed'
        this.#settle()
      },
      (error: unknown) => {
        flight.fate = 'failed'
        flight.cause = error
        this.#settle()
      },
    )
  }

  /** Answers the flights that have landed, in order; starts recovery when all behind a failed one are back. */
  #settle(): void {
    while (this.#flights[0]?.fate === 'landed') {
      const flight = this.#flights.shift()
      if (flight !== undefined) this.#answer(flight)
    }
    const first = this.#flights[0]
    if (first?.fate === 'failed') {
      if (this.#flights.some((flight) => flight.fate === 'under_way')) return
      const failed = this.#flights
      this.#flights = []
      this.#recovering = true
      this.#observer.recovering(first.cause)
      void this.#recover(failed).finally(() => {
        this.#recovering = false
        this.#schedule()
        this.#tellIdle()
      })
      return
    }
    if (this.#queue.length > 0) this.#schedule()
    this.#tellIdle()
  }

  #answer(flight: Flight): void {
    if (flight.batch !== null)
      this.#observer.landed(flight.batch, (this.#around.elapsed() - flight.sentAt) * 1000)
    for (const [index, ticket] of flight.tickets.entries()) {
      const decision = flight.decisions[index]
      assert(decision !== undefined, 'every ticket of a flight was decided')
      ticket.resolve(decision)
    }
  }

  /** Finds out what was written after all and decides the rest again under the lock of the book. */
  async #recover(failed: readonly Flight[]): Promise<void> {
    let open = failed
    const deadline = this.#around.elapsed() + this.#limits.outageMs
    for (let attempt = 0; open.length > 0; attempt += 1) {
      if (attempt > 0) await this.#around.pause(Math.min(25 * 2 ** attempt, 500))
      const redo: { flight: Flight | null } = { flight: null }
      this.#forget()
      try {
        await this.#store.locked(this.#bookId, async (session) => {
          open = await this.#unwritten(open, session)
          redo.flight = await this.#decideUnderLock(open, session)
          if (redo.flight.batch !== null) await session.write(redo.flight.batch)
        })
        if (redo.flight !== null) this.#answer(redo.flight)
        return
      } catch (error) {
        if (redo.flight !== null) open = [redo.flight]
        this.#forget()
        const passing = error instanceof Outage || error instanceof Fenced
        if (passing && this.#around.elapsed() < deadline) continue
        const tickets = open.flatMap((flight) => flight.tickets)
        if (passing || tickets.length === 1) {
          for (const ticket of tickets) ticket.reject(error)
          return
        }
        await this.#recoverApart(tickets)
        return
      }
    }
  }

  /** One of the tickets breaks the batch: each is decided on its own, so that the others do not suffer. */
  async #recoverApart(tickets: readonly GroupTicket[]): Promise<void> {
    for (const ticket of tickets) await this.#recover([failedFlight([ticket])])
  }

  /** Answers the flights that were written after all and returns the others. */
  async #unwritten(flights: readonly Flight[], session: Session): Promise<readonly Flight[]> {
    const open: Flight[] = []
    for (const flight of flights) {
      const written =
        flight.batch !== null &&
        open.length === 0 &&
        (await session.headOf(flight.batch.to.seq)) === flight.batch.to.hash
      if (written) this.#answer(flight)
      else open.push(flight)
    }
    return open
  }

  /** Decides from what is true under the lock. The batch is written even when empty, so that the head moves. */
  async #decideUnderLock(open: readonly Flight[], session: Session): Promise<Flight> {
    const working = this.#working
    const tickets = open.flatMap((flight) => flight.tickets)
    const commands = tickets.flatMap((ticket) => ticket.commands)
    working.startRound()
    const wants = working.missing(commands)
    if (wants !== null) working.learn(wants, await session.read(wants))
    const names = namesOf(commands)
    for (const [reference, id] of await session.references(names.references))
      working.references.set(reference, id)
    for (const [key, used] of await session.keys(names.keys)) working.keys.set(key, used)
    return this.#decide(tickets, new BatchBuilder(session.head, this.#around), true)
  }

  #forget(): void {
    this.#epoch += 1
    this.#working.forget()
    this.#head = null
  }

  /** Runs edits in one database transaction; when one of them cannot be written, each in its own. */
  async #runEdits(tickets: readonly EditTicket<Reader>[]): Promise<void> {
    const deadline = this.#around.elapsed() + this.#limits.outageMs
    let unknown: EditRun | null = null
    for (let attempt = 0; ; attempt += 1) {
      if (attempt > 0) await this.#around.pause(Math.min(25 * 2 ** attempt, 500))
      let run: EditRun | null = null
      try {
        await this.#store.locked(this.#bookId, async (session, reader) => {
          if (unknown !== null && (await session.headOf(unknown.to.seq)) === unknown.to.hash) {
            run = unknown
            return
          }
          run = { decisions: [], changes: [], from: session.head, to: session.head }
          for (const ticket of tickets) await this.#decideEdit(ticket, session, reader, run)
        })
        assert(run !== null, 'the edits were run')
        this.#answerEdits(tickets, run)
        return
      } catch (error) {
        const passing = error instanceof Outage && this.#around.elapsed() < deadline
        if (passing) {
          unknown = run
          continue
        }
        if (tickets.length > 1 && !(error instanceof Outage)) {
          for (const ticket of tickets) await this.#runEdits([ticket])
          return
        }
        if (error instanceof Conflict)
          tickets[0]?.resolve(refuse({ code: 'name_taken', constraint: error.constraint }))
        else for (const ticket of tickets) ticket.reject(error)
        return
      }
    }
  }

  async #decideEdit(
    ticket: EditTicket<Reader>,
    session: Session,
    reader: Reader,
    run: EditRun,
  ): Promise<void> {
    const builder = new BatchBuilder(run.to, this.#around)
    if (builder.isClosed) {
      run.decisions.push(refuse(closed(this.#bookId)))
      return
    }
    const decision = await ticket.edit(reader, builder.recordedAt)
    run.decisions.push(decision.accepted ? accept(decision.outcome.value) : decision)
    if (!decision.accepted || decision.outcome.changes.length === 0) return
    for (const change of decision.outcome.changes) builder.addChange(change, ticket.actor)
    const batch = builder.build()
    await session.write(batch)
    run.to = batch.to
    run.changes.push(...decision.outcome.changes)
  }

  #answerEdits(tickets: readonly EditTicket<Reader>[], run: EditRun): void {
    if (this.#head?.seq === run.from.seq) this.#forgetChanged(run.changes)
    else this.#forget()
    this.#head = run.to
    for (const [index, ticket] of tickets.entries()) {
      const decision = run.decisions[index]
      assert(decision !== undefined, 'every edit was decided')
      ticket.resolve(decision)
    }
  }

  #forgetChanged(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.entity === 'balance') this.#working.balances.delete(change.id)
      else if (change.entity === 'account') this.#working.forgetAccount(change.id)
      else if (change.entity === 'asset') this.#working.balances.clear()
    }
  }

  /** A fault of the program itself, outside of any ticket: nothing that waits can be trusted to be answered. */
  #failEverything(error: unknown): void {
    this.#forget()
    for (const ticket of this.#queue.splice(0)) ticket.reject(error)
    this.#queuedCommands = 0
    this.#tellIdle()
  }
}

type EditRun = {
  readonly decisions: Decision<unknown, unknown>[]
  readonly changes: Change[]
  readonly from: Head
  /** Where the book stands after the last edit that wrote something. */
  to: Head
}

function closed(bookId: number): BookClosed {
  return { code: 'book_closed', bookId }
}

function failedFlight(tickets: readonly GroupTicket[]): Flight {
  return { tickets, decisions: [], batch: null, fate: 'failed', sentAt: 0, cause: null }
}

function namesOf(commands: readonly Command[]): {
  readonly references: readonly string[]
  readonly keys: readonly string[]
} {
  const references = new Set<string>()
  const keys = new Set<string>()
  for (const command of commands) {
    if (command.type === 'execute') continue
    if (command.reference !== null) references.add(command.reference)
    if (command.type !== 'post' && command.type !== 'reverse') continue
    if (command.request !== null && command.request.reference !== null)
      references.add(command.request.reference)
    if (command.key !== null) keys.add(command.key.key)
  }
  return { references: [...references], keys: [...keys] }
}
