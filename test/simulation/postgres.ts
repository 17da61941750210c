/** One database for several servers: what is committed, and the lock of the book's row. */
import type { Batch } from '../../src/engine/port.ts'
import { apply, copyOf, type Tables } from './database.ts'

export class Postgres {
  tables: Tables
  readonly #applied: (batch: Batch, before: Tables) => void
  #locked = false
  readonly #waiting: (() => void)[] = []

  constructor(tables: Tables, applied: (batch: Batch, before: Tables) => void) {
    this.tables = tables
    this.#applied = applied
  }

  /** Runs the work as soon as nobody has the lock. It must not wait for anything. */
  whenFree(work: () => void): void {
    this.#waiting.push(() => {
      work()
      this.#free()
    })
    this.#next()
  }

  /** Hands out the lock; whoever has it must give it back. The answer says how to stop waiting. */
  lock(work: (release: () => void) => void): () => void {
    const turn = () => work(() => this.#free())
    this.#waiting.push(turn)
    this.#next()
    return () => {
      const place = this.#waiting.indexOf(turn)
      if (place !== -1) this.#waiting.splice(place, 1)
    }
  }

  /** One statement that is a transaction of its own. */
  commit(batch: Batch): void {
    const before = copyOf(this.tables)
    apply(this.tables, batch)
    this.#applied(batch, before)
  }

  /** What a transaction wrote under the lock becomes true. */
  commitAll(batches: readonly Batch[]): void {
    for (const batch of batches) this.commit(batch)
  }

  #free(): void {
    this.#locked = false
    this.#next()
  }

  #next(): void {
    if (this.#locked) return
    const work = this.#waiting.shift()
    if (work === undefined) return
    this.#locked = true
    work()
  }
}
