/** Wires search: connections of its own to ask the index with, and what moves the index. */
import type { Database } from './database.ts'
import { SHARED_LEDGER_ID } from './directory/index.ts'
import type { SearchServices } from './http/index.ts'
import { searchConnectionLimits } from './limits.ts'
import { Connections, PostgresSearchIndex, PostgresSearchStore } from './storage/index.ts'

export class Searching {
  readonly services: SearchServices
  readonly #connections: Connections

  /** `wake` tells whoever moves the index that there is something to do. */
  constructor(database: Database, wake: () => void) {
    this.#connections = new Connections(database.serverUrl, {
      ...searchConnectionLimits,
      role: database.role,
    })
    this.services = {
      store: new PostgresSearchStore(this.#connections, SHARED_LEDGER_ID),
      index: new PostgresSearchIndex(this.#connections, SHARED_LEDGER_ID),
      wake,
    }
  }

  stop(): Promise<void> {
    return this.#connections.close()
  }
}
