/** Signs the books that grow, every now and then and at the end. */
import type { Hash, Micros } from '../ledger/index.ts'
import { signBook } from './checkpoints.ts'
import type { Signer } from './key.ts'
import type { CheckpointStore } from './port.ts'

export type PublisherOptions = {
  readonly store: CheckpointStore
  readonly signer: Signer
  readonly around: { readonly hash: Hash; readonly now: () => Micros }
  readonly everyMs: number
  /** Books that are looked at together at the start. */
  readonly pageMax: number
  readonly signed: (bookId: number, count: number) => void
  readonly failed: (error: unknown) => void
}

/**
 * Waits, signs what has grown, waits again. At its start it looks at every book, since another server may have ended without
 * signing; afterwards only at those that this server has written to.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #grown = new Set<number>()
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null
  #isSwept = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.#turn(), this.#options.everyMs)
    this.#timer.unref()
    this.#turn()
  }

  committed(bookId: number): void {
    this.#grown.add(bookId)
  }

  /** Signs what has grown until now, and no more. */
  async stop(): Promise<void> {
    if (this.#timer === null) return
    clearInterval(this.#timer)
    await this.#running
    this.#turn()
    await this.#running
  }

  /** One turn at a time; what fails is left to the next. */
  #turn(): void {
    this.#running ??= this.#sign()
      .catch(this.#options.failed)
      .finally(() => {
        this.#running = null
      })
  }

  async #sign(): Promise<void> {
    if (!this.#isSwept) await this.#sweep()
    for (const bookId of [...this.#grown]) {
      this.#grown.delete(bookId)
      try {
        const { store, signer, around } = this.#options
        const count = await signBook(store, bookId, signer, around)
        if (count > 0) this.#options.signed(bookId, count)
      } catch (error) {
        this.#grown.add(bookId)
        this.#options.failed(error)
      }
    }
  }

  async #sweep(): Promise<void> {
    const { store, pageMax } = this.#options
    let last = 0
    for (;;) {
      const books = await store.booksAfter(last, pageMax)
      for (const { bookId, seq } of books) {
        const signed = await store.lastCheckpoint(bookId)
        if ((signed?.seq ?? 0) < seq) this.#grown.add(bookId)
        last = bookId
      }
      if (books.length < pageMax) break
    }
    this.#isSwept = true
  }
}
