/** Threads that read spans of books at the same time: as many as there are cores, once a book is long enough to need them. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { verifyingLimits } from './limits.ts'
import type { Helpers, SpanOrder, SpanReport } from './verification/index.ts'

export type FromSpanThread =
  | { readonly type: 'report'; readonly report: SpanReport | null }
  | { readonly type: 'failure'; readonly message: string }

/** Sources run as they are; what was built runs as JavaScript. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './span-thread.ts' : './span-thread.js',
  import.meta.url,
)

type Waiting = {
  readonly order: SpanOrder
  readonly resolve: (report: SpanReport | null) => void
  readonly reject: (error: unknown) => void
}

export class SpanThreads implements Helpers {
  readonly #ownerUrl: string
  readonly #queue: Waiting[] = []
  readonly #busy = new Map<Worker, Waiting>()
  readonly #idle: Worker[] = []

  constructor(ownerUrl: string) {
    this.#ownerUrl = ownerUrl
  }

  async *check(orders: readonly SpanOrder[]): AsyncIterable<SpanReport | null> {
    const reports = orders.map((order) => {
      const report = new Promise<SpanReport | null>((resolve, reject) =>
        this.#queue.push({ order, resolve, reject }),
      )
      // Whoever has heard enough does not hear of a failure either.
      report.catch(() => {})
      return report
    })
    this.#next()
    try {
      for (const report of reports) yield await report
    } finally {
      this.#queue.length = 0
    }
  }

  async close(): Promise<void> {
    const workers = [...this.#idle, ...this.#busy.keys()]
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start()
      const waiting = worker === null ? undefined : this.#queue.shift()
      if (worker === null || waiting === undefined) return
      this.#busy.set(worker, waiting)
      worker.postMessage(waiting.order)
    }
  }

  /** Starts one more; null when there are enough. */
  #start(): Worker | null {
    if (this.#busy.size >= Math.min(availableParallelism(), verifyingLimits.threadsMax)) return null
    const worker = new Worker(ENTRY, {
      workerData: { ownerUrl: this.#ownerUrl },
      resourceLimits: { maxOldGenerationSizeMb: verifyingLimits.memoryMaxMb },
    })
    worker.on('message', (message: FromSpanThread) => {
      const waiting = this.#busy.get(worker)
      this.#busy.delete(worker)
      this.#idle.push(worker)
      if (message.type === 'report') waiting?.resolve(message.report)
      else waiting?.reject(new Error(message.message))
      this.#next()
    })
    worker.on('error', (error) => {
      this.#busy.get(worker)?.reject(error)
      this.#busy.delete(worker)
    })
    return worker
  }
}
