/**
 * Says that this server lives, as long as it tells anybody anything. What it holds is its own until it has not been heard of for a
 * while; so a server that dies is followed by another soon, however long it would have waited for an answer.
 */
import type { OutboxStore } from './port.ts'

export type HeartLimits = { readonly beatMs: number; readonly aliveMs: number }

export class Heart {
  readonly #store: Pick<OutboxStore, 'beat'>
  readonly #holder: string
  readonly #elapsed: () => number
  readonly #limits: HeartLimits
  readonly #failed: (error: unknown) => void
  #beatAt = Number.NEGATIVE_INFINITY
  #beating: Promise<void> | null = null
  #working = 0
  #timer: NodeJS.Timeout | null = null

  constructor(
    store: Pick<OutboxStore, 'beat'>,
    holder: string,
    elapsed: () => number,
    limits: HeartLimits,
    failed: (error: unknown) => void,
  ) {
    this.#store = store
    this.#holder = holder
    this.#elapsed = elapsed
    this.#limits = limits
    this.#failed = failed
  }

  /** Whether the others still believe that this server lives. A little sooner than they do, it believes it no more. */
  get isBeating(): boolean {
    return this.#elapsed() - this.#beatAt < this.#limits.aliveMs * 0.75
  }

  /** Lives for as long as the work takes. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1
    this.#timer ??= this.#keepBeating()
    try {
      if (this.#elapsed() - this.#beatAt >= this.#limits.beatMs) await this.#beat()
      return await work()
    } finally {
      this.#working -= 1
      if (this.#working === 0 && this.#timer !== null) {
        clearInterval(this.#timer)
        this.#timer = null
      }
    }
  }

  #keepBeating(): NodeJS.Timeout {
    return setInterval(() => void this.#beat().catch(this.#failed), this.#limits.beatMs).unref()
  }

  /** The time counts from when the beat was sent: the database cannot have believed it for longer. */
  #beat(): Promise<void> {
    const sentAt = this.#elapsed()
    this.#beating ??= this.#store
      .beat(this.#holder, this.#limits.aliveMs)
      .then(() => {
        this.#beatAt = sentAt
      })
      .finally(() => {
        this.#beating = null
      })
    return this.#beating
  }
}
