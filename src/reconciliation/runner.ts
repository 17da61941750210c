/**
 * Carries out reconciliations, one after the other or a few side by side.
 *
 * A reconciliation is taken from the list of open ones by a lease, which is renewed while somebody works on it. It goes
 * through two phases, and each can be cut off at any point and taken up again, by this server or another: what was matched
 * is written together with how far the matching has come, and marking a transaction twice leaves it as once. When attempt
 * after attempt comes no further, the reconciliation has failed, and says so.
 *
 * The runner is **idle** until something is open, **working**, or **stopped**; what is cut off by stopping is open still.
 */
import type { Claim, ControlStore, ReconciledBook } from './control.ts'
import { Outdated, type Run } from './run.ts'

export type RunnerLimits = {
  /** Reconciliations that are carried out side by side. */
  readonly runsMax: number
  /** How long a reconciliation is left alone after nothing was heard of whoever works on it. */
  readonly leaseMs: number
  /** How often open reconciliations are looked for that nobody told of. */
  readonly pollMs: number
  /** Transactions that are marked at once. */
  readonly marksMax: number
  /** Attempts that may come no further. */
  readonly stalledMax: number
  /** After so long an upload that never ended was abandoned. */
  readonly uploadMs: number
}

/** Matches a run to its end, elsewhere; rejects when it cannot, or when the signal says so. */
export type Match = (run: Run, signal: AbortSignal) => Promise<void>

export type RunnerParts = {
  readonly store: ControlStore
  readonly book: ReconciledBook
  readonly match: Match
  readonly limits: RunnerLimits
  readonly now: () => number
  /** Waits, or is woken by the signal. */
  readonly pause: (millis: number, signal: AbortSignal) => Promise<void>
  /** Is told of attempts that failed. */
  readonly failed: (error: unknown) => void
}

const MICROS_PER_MILLI = 1000

export class Runner {
  readonly #parts: RunnerParts
  readonly #stopping = new AbortController()
  readonly #runs = new Set<Promise<void>>()
  #waking = new AbortController()
  #loop: Promise<void> | null = null

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  start(): void {
    this.#loop ??= this.#work()
  }

  /** Something may be open now. */
  wake(): void {
    this.#waking.abort()
  }

  /** Leaves what is under way; it is taken up again by whoever looks next. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#loop
    await Promise.all(this.#runs)
  }

  async #work(): Promise<void> {
    const { limits, pause, failed } = this.#parts
    while (!this.#stopping.signal.aborted) {
      this.#waking = new AbortController()
      try {
        await this.#clearUploads()
        while (this.#runs.size < limits.runsMax && !this.#stopping.signal.aborted) {
          const claim = await this.#parts.store.claim(limits.leaseMs)
          if (claim === null) break
          this.#carryOut(claim)
        }
      } catch (error) {
        failed(error)
      }
      if (!this.#stopping.signal.aborted) await pause(limits.pollMs, this.#waking.signal)
    }
  }

  async #clearUploads(): Promise<void> {
    const { store, book, limits, now } = this.#parts
    const before = now() - limits.uploadMs * MICROS_PER_MILLI
    for (const { bookId, id } of await store.abandonedUploads(before)) {
      await store.removeRecords(bookId, id)
      await book.abandonUpload(bookId, id)
    }
  }

  #carryOut(claim: Claim): void {
    const run = this.#attempt(claim)
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => {
        this.#runs.delete(run)
        this.wake()
      })
    this.#runs.add(run)
  }

  async #attempt(claim: Claim): Promise<void> {
    const { limits, store, book } = this.#parts
    const { run } = claim
    if (claim.stalled > limits.stalledMax) {
      await book.fail(run, `given up after ${limits.stalledMax} attempts that came no further`)
      await store.forget(run)
      return
    }
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#stopping.signal])
    const leasing = this.#keepLease(run, ending)
    try {
      await this.#steps(claim, signal)
    } catch (error) {
      if (signal.aborted || error instanceof Outdated) return
      // Somebody tries again soon, unless too often already.
      await store.lease(run, limits.pollMs).catch(() => {})
      throw error
    } finally {
      ending.abort()
      await leasing
    }
  }

  async #steps({ run, phase, dryRun }: Claim, signal: AbortSignal): Promise<void> {
    const { store, book, match } = this.#parts
    await book.begin(run)
    let position = run.position
    if (phase === 'matching') {
      await match(run, signal)
      if (!(await store.startMarking(run))) throw new Outdated('Another attempt has begun')
      position = null
    }
    if (!dryRun) await this.#mark(run, position?.key ?? null, signal)
    await book.complete(run, await store.counts(run))
    await store.forget(run)
  }

  async #mark(run: Run, position: string | null, signal: AbortSignal): Promise<void> {
    const { store, book, limits } = this.#parts
    let after = position
    for (;;) {
      signal.throwIfAborted()
      const matches = await store.matchesToMark(run, after, limits.marksMax)
      const last = matches.at(-1)
      if (last === undefined) return
      await book.mark(run, matches)
      after = last.transactionId
      const kept = await store.keepMarked(run, { currency: '', value: '', key: after })
      if (!kept) throw new Outdated('Another attempt has begun')
    }
  }

  /** Renews the lease until the attempt ends; ends the attempt when another has begun. */
  async #keepLease(run: Run, ending: AbortController): Promise<void> {
    const { store, limits, pause } = this.#parts
    const signal = AbortSignal.any([ending.signal, this.#stopping.signal])
    while (!signal.aborted) {
      await pause(limits.leaseMs / 3, signal)
      if (signal.aborted) return
      const ours = await store.lease(run, limits.leaseMs).catch(() => true)
      if (!ours) ending.abort()
    }
  }
}
