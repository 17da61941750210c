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
 * A refusal advances the head as an acceptance does, unless it states a fact that can never change. So it is true of the
 * book as it stands, whatever another server did; and what an earlier server sent for the same caller and never got
 * answered cannot be written any more once the caller has been turned down.
 *
 * Edits of the directory run between flights, under the lock of the book, because they read before they write.
 */
import {
  accept,
  assert,
  Bug,
  type Change,
  type Command,
  type Decision,
  type Micros,
  type Refusal,
  type RefusalCode,
  refuse,
} from '../ledger/index.ts'
import { BatchBuilder } from './batch.ts'
import { decideByName, decideGroup } from './decide.ts'
import { type EngineLimits, Overloaded } from './limits.ts'
import type { GroupDecision } from './outcome.ts'
import {
  type Batch,
  type BookStore,
  Conflict,
  Fenced,
  type Head,
  type Names,
  Outage,
  type Session,
  type Surroundings,
  type TakenNames,
} from './port.ts'
import { Working } from './working.ts'

/** Flights that may be under way at once: one that commits, and one that is written behind it. */
const FLIGHTS_MAX = 2

/** Transactions of a batch, on average of its commands; most make one or two. */
const TRANSACTIONS_PER_COMMAND = 4

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
  /** Changes of the directory are committed. */
  edited?(bookId: number, changes: readonly Change[]): void
  recovering(cause: unknown): void
}

export type Edited<Value> = { readonly changes: readonly Change[]; readonly value: Value }

type GroupTicket = {
  readonly type: 'group'
  readonly commands: readonly Command[]
  /** What it costs to write, in commands of two legs. */
  readonly weight: number
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
  /** Null when every answer states a fact: there is nothing to write, but what came before must land first. */
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
  /** The next batch needs to see what flights under way have changed. */
  #waitsForLanding = false
  #launched = 0
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
    const weight = weightOf(commands)
    return new Promise((resolve, reject) => {
      this.#enqueue({ type: 'group', commands, weight, resolve, reject }, weight)
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
        const sending = this.#store.sending(this.#bookId)
        if (sending !== null) {
          // The database would wait for the rest of a batch while the next one is decided.
          await sending
          continue
        }
        if (this.#queue[0]?.type === 'edit') {
          if (this.#flights.length > 0) return
          await this.#runEdits(this.#takeEdits())
        } else {
          if (this.#flights.length >= (this.#waitsForLanding ? 1 : FLIGHTS_MAX)) return
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
    let weight = 0
    for (const ticket of this.#queue) {
      if (ticket.type !== 'group') break
      if (tickets.length > 0 && weight + ticket.weight > this.#limits.batchMax) break
      tickets.push(ticket)
      weight += ticket.weight
    }
    this.#queue.splice(0, tickets.length)
    this.#queuedCommands -= weight
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
    for (const ticket of tickets) this.#queuedCommands += ticket.weight
  }

  /** Reads what the tickets need to know, decides them, and sends the batch. */
  async #send(tickets: readonly GroupTicket[]): Promise<void> {
    const epoch = this.#epoch
    const isStale = () => epoch !== this.#epoch || !this.#isOpen()
    this.#waitsForLanding = false
    let flight: Flight
    try {
      const head = this.#head ?? (await this.#store.head(this.#bookId))
      assert(head !== null, 'commands are submitted to books that exist')
      this.#working.startRound(this.#launched, this.#flights.length > 0)
      const wants = this.#working.missing(tickets.flatMap((ticket) => ticket.commands))
      const found = wants === null ? null : await this.#store.read(this.#bookId, wants)
      this.#waitsForLanding = found !== null && this.#working.isOutdated(found)
      if (isStale() || this.#waitsForLanding) {
        this.#putBack(tickets)
        return
      }
      if (wants !== null && found !== null) this.#working.learn(wants, found)
      this.#head ??= head
      const builder = new BatchBuilder(this.#head, this.#around)
      const decisions = this.#decideAll(tickets, builder)
      if (!(await this.#checkNames(tickets, decisions, builder, isStale))) {
        this.#putBack(tickets)
        return
      }
      flight = this.#flightOf(tickets.slice(0, decisions.length), decisions, builder, false)
      this.#putBack(tickets.slice(decisions.length))
    } catch (error) {
      const cause = await this.#causeOf(error)
      if (isStale()) {
        this.#putBack(tickets)
        return
      }
      this.#flights.push({ ...failedFlight(tickets), cause })
      this.#settle()
      return
    }
    this.#launch(flight)
  }

  /**
   * Why a batch could not be decided. What is remembered and what was just read may be of different moments where another
   * server wrote in between; an assumption that such a mixture breaks says nothing about the program.
   */
  async #causeOf(error: unknown): Promise<unknown> {
    if (!(error instanceof Bug) || this.#head === null) return error
    const flying = this.#flights.flatMap(({ batch }) =>
      batch === null ? [] : [batch.from, batch.to],
    )
    const ours = new Set([this.#head, ...flying].map(({ hash }) => hash))
    const head = await this.#store.head(this.#bookId).catch(() => null)
    return head === null || ours.has(head.hash)
      ? error
      : new Fenced('Another server wrote while this one was reading', { cause: error })
  }

  /** Decides tickets in order until there are no more or the batch is full: one payment may draw on many lots. */
  #decideAll(tickets: readonly GroupTicket[], builder: BatchBuilder): GroupDecision[] {
    const decisions: GroupDecision[] = []
    for (const ticket of tickets) {
      if (builder.size >= this.#limits.batchMax * TRANSACTIONS_PER_COMMAND) break
      decisions.push(this.#decide(ticket, builder))
    }
    return decisions
  }

  #decide(ticket: GroupTicket, builder: BatchBuilder): GroupDecision {
    return builder.isClosed
      ? refuse({ index: 0, refusal: closed(this.#bookId) })
      : decideGroup(ticket.commands, this.#working, builder)
  }

  /**
   * Looks whether what was turned down has been done before: a name that is taken comes before any other reason. What is
   * accepted needs no such look, because a name cannot be written twice.
   *
   * @returns false when what was decided so far does not count any more
   */
  async #checkNames(
    tickets: readonly GroupTicket[],
    decisions: GroupDecision[],
    builder: BatchBuilder,
    isStale: () => boolean,
  ): Promise<boolean> {
    const open = [...tickets.entries()].filter(([index, { commands }]) =>
      mayBeOlder(decisions[index], commands),
    )
    const names = namesOf(open.flatMap(([, ticket]) => ticket.commands))
    if (names.references.length + names.keys.length === 0) return true
    const taken = await this.#store.names(this.#bookId, names)
    if (isStale()) return false
    this.#working.learnNames(taken)
    for (const [index, { commands }] of open) {
      const decision = decisions[index]
      if (decision !== undefined && !decision.accepted)
        decisions[index] =
          this.#decideByNames(commands, decision.refusal.index, taken, builder) ?? decision
    }
    return true
  }

  #decideByNames(
    commands: readonly Command[],
    reason: number,
    taken: TakenNames,
    builder: BatchBuilder,
  ): GroupDecision | null {
    for (let index = 0; index <= reason; index += 1) {
      const { references, keys } = namesOf(commands.slice(index, index + 1))
      const isTaken =
        references.some((name) => taken.references.has(name)) ||
        keys.some((name) => taken.keys.has(name))
      const decision = isTaken ? decideByName(commands, index, this.#working, builder) : null
      if (decision !== null) return decision
    }
    return null
  }

  /** With `evenIfEmpty`, there is a batch even when it would only state facts. */
  #flightOf(
    tickets: readonly GroupTicket[],
    decisions: readonly GroupDecision[],
    builder: BatchBuilder,
    evenIfEmpty: boolean,
  ): Flight {
    const needsNoBatch = builder.isEmpty && !evenIfEmpty && decisions.every(isFact)
    const batch = needsNoBatch ? null : builder.build()
    if (batch !== null) this.#head = batch.to
    const sentAt = this.#around.elapsed()
    return { tickets, decisions, batch, fate: 'under_way', sentAt, cause: null }
  }

  #launch(flight: Flight): void {
    this.#launched += 1
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
    for (const [index, ticket] of flight.tickets.entries()) {
      const decision = flight.decisions[index]
      assert(decision !== undefined, 'every ticket of a flight was decided')
      ticket.resolve(decision)
    }
    if (flight.batch !== null)
      this.#observer.landed(flight.batch, (this.#around.elapsed() - flight.sentAt) * 1000)
  }

  /**
   * Finds out what was written after all and decides the rest again under the lock of the book. When one of the tickets
   * breaks the batch, half as many are tried, until it is alone; so the others do not suffer.
   */
  async #recover(failed: readonly Flight[]): Promise<void> {
    const deadline = this.#around.elapsed() + this.#limits.outageMs
    const recovery: Recovery = {
      doubtful: failed,
      waiting: failed.flatMap((flight) => flight.tickets),
      redone: null,
    }
    let size = recovery.waiting.length
    for (let outages = 0; recovery.waiting.length > 0; ) {
      if (outages > 0) await this.#around.pause(Math.min(25 * 2 ** outages, 500))
      try {
        await this.#redo(recovery, size)
      } catch (error) {
        this.#forget()
        if (error instanceof Outage || error instanceof Fenced) {
          outages += 1
          if (recovery.redone !== null) recovery.doubtful = [...failed, recovery.redone]
          if (this.#around.elapsed() >= deadline) {
            this.#giveUp(recovery.waiting, error)
            return
          }
        } else if (size > 1) size = Math.ceil(size / 2)
        else {
          recovery.waiting[0]?.reject(error)
          recovery.waiting = recovery.waiting.slice(1)
          size = recovery.waiting.length
        }
        continue
      }
      // The head has moved: nothing that was in doubt can be written any more.
      recovery.doubtful = []
      if (recovery.redone !== null) this.#settleRedone(recovery, recovery.redone)
    }
  }

  /** Answers what the lock shows as written, and writes some of the rest, in one database transaction. */
  async #redo(recovery: Recovery, size: number): Promise<void> {
    recovery.redone = null
    this.#forget()
    await this.#store.locked(this.#bookId, async (session) => {
      for (const flight of recovery.doubtful) {
        const { batch } = flight
        // Empty batches of two servers may be one like the other, and what they turned down is decided again anyway.
        if (batch === null || batch.leafCount === 0) continue
        if ((await session.headOf(batch.to.seq)) !== batch.to.hash) continue
        this.#settleRedone(recovery, flight)
      }
      if (recovery.waiting.length === 0) return
      recovery.redone = await this.#decideUnderLock(recovery.waiting.slice(0, size), session)
      if (recovery.redone.batch !== null) await session.write(recovery.redone.batch)
    })
  }

  #settleRedone(recovery: Recovery, flight: Flight): void {
    const answered = new Set(flight.tickets)
    recovery.waiting = recovery.waiting.filter((ticket) => !answered.has(ticket))
    this.#answer(flight)
  }

  /** The database is away for too long: whoever waits is told, so that nobody waits for it several times over. */
  #giveUp(tickets: readonly Ticket<Reader>[], error: unknown): void {
    this.#forget()
    for (const ticket of tickets) ticket.reject(error)
    for (const ticket of this.#queue.splice(0)) ticket.reject(error)
    this.#queuedCommands = 0
  }

  /** Decides from what is true under the lock. The batch is written even when empty, so that the head moves. */
  async #decideUnderLock(tickets: readonly GroupTicket[], session: Session): Promise<Flight> {
    const working = this.#working
    const commands = tickets.flatMap((ticket) => ticket.commands)
    working.startRound(this.#launched, false)
    const wants = working.missing(commands)
    if (wants !== null) working.learn(wants, await session.read(wants))
    const names = namesOf([...commands, ...working.planned(commands)])
    working.learnNames(await session.names(names))
    const builder = new BatchBuilder(session.head, this.#around)
    const decisions = this.#decideAll(tickets, builder)
    return this.#flightOf(tickets.slice(0, decisions.length), decisions, builder, true)
  }

  #forget(): void {
    this.#epoch += 1
    this.#working.forget()
    this.#head = null
  }

  /** Runs edits in one database transaction; when one of them cannot be written, each in its own. */
  async #runEdits(
    tickets: readonly EditTicket<Reader>[],
    deadline = this.#around.elapsed() + this.#limits.outageMs,
  ): Promise<void> {
    const runs: EditRuns = { finished: null, doubtful: null }
    for (let outages = 0; ; outages += 1) {
      if (outages > 0) await this.#around.pause(Math.min(25 * 2 ** outages, 500))
      let run: EditRun
      try {
        run = await this.#runUnderLock(tickets, runs)
      } catch (error) {
        if (error instanceof Outage) {
          runs.doubtful = runs.finished ?? runs.doubtful
          if (this.#around.elapsed() < deadline) continue
          this.#giveUp(tickets, error)
        } else if (tickets.length > 1)
          for (const ticket of tickets) await this.#runEdits([ticket], deadline)
        else if (error instanceof Conflict)
          tickets[0]?.resolve(refuse({ code: 'name_taken', constraint: error.constraint }))
        else tickets[0]?.reject(error)
        return
      }
      this.#answerEdits(tickets, run)
      return
    }
  }

  /** Whoever has the lock knows what became of the run before: it is written, or never will be. */
  async #runUnderLock(tickets: readonly EditTicket<Reader>[], runs: EditRuns): Promise<EditRun> {
    runs.finished = null
    return this.#store.locked(this.#bookId, async (session, reader) => {
      const { doubtful } = runs
      if (doubtful !== null && (await session.headOf(doubtful.to.seq)) === doubtful.to.hash)
        return doubtful
      runs.doubtful = null
      const run: EditRun = { decisions: [], changes: [], from: session.head, to: session.head }
      for (const ticket of tickets) await this.#decideEdit(ticket, session, reader, run)
      runs.finished = run
      return run
    })
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
    if (this.#head?.hash === run.from.hash) this.#forgetChanged(run.changes)
    else this.#forget()
    this.#head = run.to
    if (run.changes.length > 0) this.#observer.edited?.(this.#bookId, run.changes)
    for (const [index, ticket] of tickets.entries()) {
      const decision = run.decisions[index]
      assert(decision !== undefined, 'every edit was decided')
      ticket.resolve(decision)
    }
  }

  #forgetChanged(changes: readonly Change[]): void {
    for (const { entity, verb, id } of changes) {
      if (entity === 'asset' || entity === 'ledger_rules') this.#working.balances.clear()
      else if (entity === 'operation_route' || entity === 'transaction_route')
        this.#working.routes.clear()
      else if (verb === 'created') continue
      else if (entity === 'balance') this.#working.forgetBalance(id)
      else if (entity === 'identity') this.#working.lineages.clear()
      else if (entity === 'account') this.#working.forgetAccount(id)
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

/** What a recovery still has to do. */
type Recovery = {
  /** Flights that may have been written, and those that a late answer of the database may still write. */
  doubtful: readonly Flight[]
  waiting: readonly GroupTicket[]
  /** What was decided under the lock the last time. */
  redone: Flight | null
}

/** The runs of the same edits: one that was carried through, and one that may have been committed. */
type EditRuns = { finished: EditRun | null; doubtful: EditRun | null }

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

/** Legs that cost as much to write as one command. */
const LEGS_PER_COMMAND = 2

function weightOf(commands: readonly Command[]): number {
  let weight = 0
  for (const command of commands) {
    const legs = command.type === 'post' ? command.sources.length + command.destinations.length : 0
    weight += Math.max(1, legs / LEGS_PER_COMMAND)
  }
  return weight
}

/**
 * Whether a group was turned down for a reason that a name which is not remembered would come before: any but that of a
 * name itself. Of a command with a key and a reference only the reference may be remembered, and the key comes first.
 */
function mayBeOlder(decision: GroupDecision | undefined, commands: readonly Command[]): boolean {
  if (decision === undefined || decision.accepted) return false
  const { index, refusal } = decision.refusal
  if (refusal.code === 'reference_taken') return hasKey(commands[index])
  return refusal.code !== 'key_reused' && refusal.code !== 'book_closed'
}

function hasKey(command: Command | undefined): boolean {
  return (command?.type === 'post' || command?.type === 'reverse') && command.key !== null
}

/**
 * Whether an answer holds whatever is written later: a repetition, or a refusal for what has been recorded for good. What
 * a later command of a group is refused for may be the doing of an earlier one, which was never recorded.
 */
function isFact(decision: GroupDecision): boolean {
  if (decision.accepted) return true
  const { index, refusal } = decision.refusal
  return index === 0 && FACTS.has(refusal.code)
}

const FACTS: ReadonlySet<RefusalCode> = new Set([
  'book_closed',
  'reference_taken',
  'key_reused',
  'already_reversed',
  'is_reversal',
  'hold_already_posted',
  'hold_already_voided',
])

/** The references and keys that commands would claim. */
function namesOf(commands: readonly Command[]): Names {
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
