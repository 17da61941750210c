/** Wires reconciliation: the thread that matches, the runner that sees runs through, and the book that tells of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Background } from './background.ts'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import {
  advanceReconciliation,
  type Directory,
  type DirectoryRefusal,
  endUpload,
  type Home,
  type Marked,
  markTransactions,
} from './directory/index.ts'
import type { ReconciliationServices } from './http/index.ts'
import type { Decision } from './ledger/index.ts'
import { backgroundLimits, backgroundThreadLimits, reconciliationLimits } from './limits.ts'
import { markOf, type ReconciledBook, Runner } from './reconciliation/index.ts'
import { Connections, PostgresControlStore, PostgresResultStore } from './storage/index.ts'

/** What callers know a reconciliation by. */
export const RECONCILIATION_PREFIX = 'recon_'

export class Reconciling {
  readonly services: ReconciliationServices
  readonly #connections: Connections
  readonly #store: PostgresControlStore
  readonly #database: Database
  #background: Background | null = null
  #runner: Runner | null = null

  constructor(database: Database, { uploadHosts }: Pick<Config, 'uploadHosts'>) {
    this.#database = database
    this.#connections = new Connections(database.serverUrl, {
      ...backgroundLimits,
      role: database.role,
    })
    this.#store = new PostgresControlStore(this.#connections)
    this.services = {
      store: this.#store,
      results: new PostgresResultStore(this.#connections),
      limits: reconciliationLimits,
      uploadHosts: uploadHosts ?? [],
      wake: () => this.#runner?.wake(),
    }
  }

  start(
    { directory, home }: { readonly directory: Directory; readonly home: Home },
    now: () => number,
    log: Logger,
  ): void {
    const { factsMax, pollMs } = backgroundThreadLimits
    const background = new Background(
      {
        databaseUrl: this.#database.serverUrl,
        connections: { ...backgroundLimits, role: this.#database.role },
        run: reconciliationLimits,
        follow: { factsMax, pollMs },
        bookId: home.bookId,
      },
      backgroundThreadLimits,
      ({ name, message }) =>
        log.warn(
          { cause: name, reason: message },
          'the search index cannot be moved, and is tried again',
        ),
    )
    background.start()
    this.#background = background
    this.#runner = new Runner({
      store: this.#store,
      book: bookOf(directory, now),
      match: (run, signal) => background.match(run, signal),
      limits: reconciliationLimits,
      now,
      pause: (millis, signal) =>
        sleep(millis, undefined, { signal, ref: false }).catch(() => undefined),
      failed: (error) => {
        const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' }
        log.warn({ cause: name, reason: message }, 'a reconciliation was interrupted')
      },
    })
    this.#runner.start()
  }

  /** The book has grown. */
  committed(): void {
    this.#background?.wake()
  }

  /** To be called before the engine is closed: what is under way is cut off, and taken up again at the next start. */
  async stop(): Promise<void> {
    await this.#runner?.stop()
    await this.#background?.stop()
    await this.#connections.close()
  }
}

function bookOf(directory: Directory, now: () => number): ReconciledBook {
  return {
    begin: async ({ bookId, id }) =>
      done(await advanceReconciliation(directory, bookId, id, { status: 'in_progress' })),
    mark: async ({ bookId, id }, matches) => {
      const at = now()
      const marks = new Map<string, Marked>()
      for (const match of matches) {
        const added = markOf(match, `${RECONCILIATION_PREFIX}${id}`, at)
        for (const { id: marked, ...recorded } of match.family)
          marks.set(marked, { id: marked, recorded, added })
      }
      done(await markTransactions(directory, bookId, [...marks.values()]))
    },
    complete: async ({ bookId, id }, counts) =>
      done(await advanceReconciliation(directory, bookId, id, { status: 'completed', ...counts })),
    fail: async ({ bookId, id }, failure) =>
      done(await advanceReconciliation(directory, bookId, id, { status: 'failed', failure })),
    abandonUpload: async (bookId, id) => {
      const end = { status: 'refused', recordCount: 0 } as const
      done(await endUpload(directory, bookId, id, end, null))
    },
  }
}

function done(decision: Decision<unknown, DirectoryRefusal>): void {
  if (!decision.accepted)
    throw new Error(`The book refuses to go on with a reconciliation: ${decision.refusal.code}`)
}
