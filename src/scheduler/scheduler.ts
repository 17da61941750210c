/**
 * Does by itself what was promised for a time: carries out scheduled requests, commits and expires holds.
 *
 * The list of what is due is a work list and nothing more. Each item becomes an ordinary command of the engine, which does
 * a thing once however often it is asked; the item is taken off the list when the engine has answered. So several servers
 * may work on one list, and one that dies in between leaves nothing undone and does nothing twice. Items that belong to one
 * request are handed over together, because they may have to be carried out together.
 *
 * It asks for what is due again and again: at once while there is more than it takes at a time, after a pause when there
 * is nothing, after a longer one each time that the database does not answer.
 */
import type { Command, Decision, Micros } from '../ledger/index.ts'
import type { Due, DueStore } from './port.ts'

export type SchedulerLimits = {
  /** Items that are taken at a time. */
  readonly itemsMax: number
  /** How long to wait when nothing is due, in milliseconds. */
  readonly pauseMs: number
  /** The longest wait after the database did not answer. */
  readonly outagePauseMaxMs: number
}

/** What the scheduler is given by whoever runs it. */
export type Surroundings = {
  readonly submit: (
    bookId: number,
    commands: readonly Command[],
  ) => Promise<Decision<unknown, unknown>>
  readonly now: () => Micros
  /** The caller's own name for what is done by itself; null for none. */
  readonly referenceOf: (item: Due) => string | null
  /** Is told what went wrong; it is tried again. */
  readonly failed: (error: unknown) => void
}

export class Scheduler {
  readonly #store: DueStore
  readonly #around: Surroundings
  readonly #limits: SchedulerLimits
  #stopped = false
  #wake: (() => void) | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(store: DueStore, around: Surroundings, limits: SchedulerLimits) {
    this.#store = store
    this.#around = around
    this.#limits = limits
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Begins nothing more and waits for what is at hand. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    let pause = this.#limits.pauseMs
    while (!this.#stopped) {
      try {
        const isMore = await this.#tick()
        pause = isMore ? 0 : this.#limits.pauseMs
      } catch (error) {
        this.#around.failed(error)
        pause = Math.min(Math.max(pause, this.#limits.pauseMs) * 2, this.#limits.outagePauseMaxMs)
      }
      if (pause > 0 && !this.#stopped) await this.#sleep(pause)
    }
  }

  #sleep(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Does what is due now; whether there may be more. */
  async #tick(): Promise<boolean> {
    const items = await this.#store.due(this.#around.now(), this.#limits.itemsMax)
    if (items.length === 0) return false
    const groups = [...Map.groupBy(items, groupOf).values()]
    const results = await Promise.allSettled(groups.map((group) => this.#carryOut(group)))
    const failure = results.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    return items.length === this.#limits.itemsMax
  }

  /**
   * A group that is refused as a whole holds something that has been done already: what is left of it is done one by one.
   * A refusal of a single item is final: whatever it was to end has ended otherwise.
   */
  async #carryOut(group: readonly Due[]): Promise<void> {
    const [first] = group
    if (first === undefined) return
    const commands = group.map((item) => this.#commandOf(item))
    const decision = await this.#around.submit(first.bookId, commands)
    if (!decision.accepted && group.length > 1) {
      for (const item of group) await this.#carryOut([item])
      return
    }
    await this.#store.done(group)
  }

  #commandOf(item: Due): Command {
    const follow = {
      reference: this.#around.referenceOf(item),
      actor: null,
      inherit: true,
      holdId: item.transactionId,
    }
    switch (item.action) {
      case 'execute':
        return { type: 'execute', requestId: item.transactionId }
      case 'settle':
        return { ...follow, type: 'settle', amount: null }
      case 'expire':
        return { ...follow, type: 'release', status: 'expired' }
    }
  }
}

function groupOf({ bookId, action, requestId, transactionId }: Due): string {
  return `${bookId} ${action} ${action === 'execute' ? (requestId ?? transactionId) : transactionId}`
}
