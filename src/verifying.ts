/** Wires verification in the background: every so often a thread of its own reads all books, and what it finds is told. */
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import { verifyingLimits } from './limits.ts'
import type { Metrics } from './telemetry/index.ts'
import type { BookReport } from './verification/index.ts'

export type FromVerifying =
  | { readonly type: 'report'; readonly report: BookReport }
  | { readonly type: 'end'; readonly findings: number }
  | { readonly type: 'failure'; readonly message: string }

/** Sources run as they are; what was built runs as JavaScript. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './verifying-thread.ts' : './verifying-thread.js',
  import.meta.url,
)

/** Idle, or a thread is at work; one at a time, however long it takes. */
export class Verifying {
  readonly #ownerUrl: string
  readonly #everyMs: number | null
  readonly #metrics: Metrics
  readonly #log: Logger
  #timer: NodeJS.Timeout | null = null
  #worker: Worker | null = null

  constructor(
    database: Pick<Database, 'ownerUrl'>,
    { verifySeconds }: Pick<Config, 'verifySeconds'>,
    metrics: Metrics,
    log: Logger,
  ) {
    this.#ownerUrl = database.ownerUrl
    this.#everyMs = verifySeconds === null ? null : verifySeconds * 1000
    this.#metrics = metrics
    this.#log = log
  }

  start(): void {
    if (this.#everyMs === null) return
    this.#timer = setInterval(() => this.#begin(), this.#everyMs)
    this.#timer.unref()
    this.#begin()
  }

  /** What is under way is cut off; it begins anew at the next start. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #begin(): void {
    if (this.#worker !== null) return
    const started = performance.now()
    const worker = new Worker(ENTRY, {
      workerData: { ownerUrl: this.#ownerUrl },
      resourceLimits: { maxOldGenerationSizeMb: verifyingLimits.memoryMaxMb },
    })
    this.#worker = worker
    worker.unref()
    worker.on('message', (message: FromVerifying) => {
      if (this.#worker === worker) this.#hear(message, started)
    })
    worker.on('error', (error) => this.#fail(error instanceof Error ? error.message : 'unknown'))
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null
    })
  }

  #hear(message: FromVerifying, started: number): void {
    switch (message.type) {
      case 'report':
        this.#metrics.verificationEntries.inc(message.report.entries)
        // A finding shows values of rows, and those may be of people: the log has only where it is.
        for (const { bookId, table, id, columns, reason } of message.report.findings)
          this.#log.error({ book: bookId, table, row: id, columns, reason }, 'a book is not right')
        break
      case 'end':
        this.#metrics.verifications.labels(message.findings === 0 ? 'right' : 'wrong').inc()
        this.#metrics.verificationFindings.set(message.findings)
        this.#metrics.verificationSeconds.set((performance.now() - started) / 1000)
        this.#metrics.verifiedAt.setToCurrentTime()
        break
      case 'failure':
        this.#fail(message.message)
    }
  }

  #fail(reason: string): void {
    this.#metrics.verifications.labels('failed').inc()
    this.#log.warn({ reason }, 'the books could not be verified')
  }
}
