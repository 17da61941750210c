import type { Command, Decision } from '../ledger/index.ts'
import { BookEngine, type Edit, type EditRefusal, type EngineObserver } from './book-engine.ts'
import type { EngineLimits } from './limits.ts'
import { freeId } from './mint.ts'
import type { GroupDecision } from './outcome.ts'
import type { BookStore, Surroundings } from './port.ts'
import { type Preview, type PreviewOptions, previewGroups } from './preview.ts'

/** Every change of every book passes here. */
export class Engine<Reader> {
  readonly #store: BookStore<Reader>
  readonly #around: Surroundings
  readonly #limits: EngineLimits
  readonly #observer: EngineObserver
  readonly #books = new Map<number, BookEngine<Reader>>()
  #closed = false

  constructor(
    store: BookStore<Reader>,
    around: Surroundings,
    limits: EngineLimits,
    observer: EngineObserver,
  ) {
    this.#store = store
    this.#around = around
    this.#limits = limits
    this.#observer = observer
  }

  /**
   * Submits commands to a book. They are accepted and committed together, or none leaves a trace; the answer comes
   * after COMMIT.
   *
   * @throws Overloaded when too much is waiting; Outage when the database could not be reached, in which case the
   * outcome is unknown.
   */
  submit(bookId: number, commands: readonly Command[]): Promise<GroupDecision> {
    return this.#book(bookId).submit(commands)
  }

  /** What would become of groups of commands if they were submitted now; nothing is written. */
  preview(
    bookId: number,
    groups: readonly (readonly Command[])[],
    options: PreviewOptions,
  ): Promise<readonly Preview[]> {
    return previewGroups(this.#store, this.#around, this.#limits, bookId, groups, options)
  }

  /** Edits the directory of a book under its lock; the answer comes after COMMIT. */
  edit<Value, Reason>(
    bookId: number,
    edit: Edit<Reader, Value, Reason>,
    actor: string | null,
  ): Promise<Decision<Value, Reason | EditRefusal>> {
    return this.#book(bookId).edit(edit, actor)
  }

  /** An id for something that is named before it is recorded. */
  freeId(): string {
    return freeId(this.#around.now(), this.#around.randomHex)
  }

  /** Commands that wait to be decided, in all books. */
  get waiting(): number {
    let waiting = 0
    for (const book of this.#books.values()) waiting += book.waiting
    return waiting
  }

  /** Accepts nothing more and waits until everything accepted is answered. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#books.values()].map((book) => book.close()))
  }

  #book(bookId: number): BookEngine<Reader> {
    let book = this.#books.get(bookId)
    if (book === undefined) {
      book = new BookEngine(bookId, this.#store, this.#around, this.#limits, this.#observer)
      this.#makeRoom()
      this.#books.set(bookId, book)
      if (this.#closed) void book.close()
    }
    return book
  }

  #makeRoom(): void {
    if (this.#books.size < this.#limits.booksMax) return
    for (const [bookId, book] of this.#books) {
      if (!book.isIdle) continue
      this.#books.delete(bookId)
      return
    }
  }
}
