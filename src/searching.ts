/** Wires search: connections of its own to ask the index with, and what moves the index. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database.ts'
import { SHARED_LEDGER_ID } from './directory/index.ts'
import { Overloaded } from './engine/index.ts'
import type { SearchServices } from './http/index.ts'
import { searchConnectionLimits, searchLimits } from './limits.ts'
import { Connections, PostgresSearchIndex, PostgresSearchStore } from './storage/index.ts'

/** The index of a book is being made, and will take longer than a client should wait. */
class NotReady extends Overloaded {
  constructor() {
    super('The search index of the book is being made for the first time')
  }
}

export class Searching {
  readonly services: SearchServices
  readonly #connections: Connections
  readonly #begun = new Set<number>()
  readonly #complete = new Set<number>()

  /** `wake` tells whoever moves the index that there is something to do. */
  constructor(database: Database, wake: () => void) {
    this.#connections = new Connections(database.serverUrl, {
      ...searchConnectionLimits,
      role: database.role,
    })
    this.services = {
      store: new PostgresSearchStore(this.#connections, SHARED_LEDGER_ID),
      index: new PostgresSearchIndex(this.#connections, SHARED_LEDGER_ID),
      ready: (bookId) => this.#ready(bookId),
      begin: (bookId) => void this.#begin(bookId).catch(() => {}),
      wake,
    }
  }

  /**
   * The index of a book is made when it is first asked for. Whoever asks first makes it, with all others who wait, and is
   * asked to come back when that takes long.
   */
  async #ready(bookId: number): Promise<void> {
    if (this.#complete.has(bookId)) return
    const { index } = this.services
    await this.#begin(bookId)
    const until = performance.now() + searchLimits.firstMs
    for (;;) {
      const { complete, position } = await index.follow(bookId, searchLimits.factsMax)
      if (complete) break
      if (performance.now() > until) throw new NotReady()
      if (position === null) await sleep(searchLimits.pauseMs)
    }
    this.#complete.add(bookId)
  }

  async #begin(bookId: number): Promise<void> {
    if (!this.#begun.has(bookId)) await this.services.index.begin(bookId)
    this.#begun.add(bookId)
    this.services.wake()
  }

  stop(): Promise<void> {
    return this.#connections.close()
  }
}
