/** The thread beside the one that answers requests: started with it, and started again when it dies. */
import { type ResourceLimits, Worker } from 'node:worker_threads'
import { Outdated, type Run, type RunLimits } from './reconciliation/index.ts'
import type { ConnectionLimits } from './storage/index.ts'

/** What the thread is given when it starts. */
export type ThreadData = {
  readonly databaseUrl: string
  readonly connections: ConnectionLimits
  readonly run: RunLimits
  readonly follow: FollowLimits
  /** The book whose log it follows. */
  readonly bookId: number
}

export type FollowLimits = {
  /** Facts of the log that are taken in at once. */
  readonly factsMax: number
  /** How often the log is looked at when nobody tells of anything new. */
  readonly pollMs: number
}

export type ToThread =
  | { readonly type: 'wake' }
  | { readonly type: 'match'; readonly number: number; readonly run: Run }

export type FromThread = {
  /** Which order it answers; null for what was not ordered. */
  readonly number: number | null
  readonly failure: { readonly name: string; readonly message: string } | null
}

type Waiter = { readonly resolve: () => void; readonly reject: (error: unknown) => void }

/** Sources run as they are; what was built runs as JavaScript. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './background-thread.ts' : './background-thread.js',
  import.meta.url,
)

export class Background {
  readonly #data: ThreadData
  readonly #resources: ResourceLimits
  readonly #wakeMs: number
  readonly #failed: (error: Error) => void
  readonly #waiting = new Map<number, Waiter>()
  #worker: Worker | null = null
  #count = 0
  #woken: NodeJS.Timeout | null = null
  #stopped = false

  /** `failed` hears what goes wrong with what was not ordered, which is tried again. */
  constructor(
    data: ThreadData,
    limits: { readonly memoryMaxMb: number; readonly youngMaxMb: number; readonly wakeMs: number },
    failed: (error: Error) => void,
  ) {
    this.#data = data
    this.#failed = failed
    this.#resources = {
      maxOldGenerationSizeMb: limits.memoryMaxMb,
      maxYoungGenerationSizeMb: limits.youngMaxMb,
    }
    this.#wakeMs = limits.wakeMs
  }

  start(): void {
    this.#thread()
  }

  /** The log of the book has grown. Many calls in a short time count as one. */
  wake(): void {
    if (this.#woken !== null || this.#stopped) return
    this.#woken = setTimeout(() => {
      this.#woken = null
      this.#send({ type: 'wake' })
    }, this.#wakeMs)
    this.#woken.unref()
  }

  /** Matches a run in the thread. What was matched until the signal comes stays. */
  match(run: Run, signal: AbortSignal): Promise<void> {
    const number = this.#count
    this.#count += 1
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#stopped) {
        reject(new Error('stopped'))
        return
      }
      signal.addEventListener('abort', () => this.#settle(number, new Error('stopped')), {
        once: true,
      })
      this.#waiting.set(number, { resolve, reject })
      this.#send({ type: 'match', number, run })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#woken !== null) clearTimeout(this.#woken)
    const worker = this.#worker
    this.#worker = null
    this.#failAll(new Error('stopped'))
    await worker?.terminate()
  }

  #send(message: ToThread): void {
    if (!this.#stopped) this.#thread().postMessage(message)
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker
    const worker = new Worker(ENTRY, {
      workerData: this.#data,
      resourceLimits: this.#resources,
    })
    this.#worker = worker
    worker.unref()
    worker.on('message', ({ number, failure }: FromThread) => {
      const error = failure === null ? null : errorOf(failure)
      if (number !== null) this.#settle(number, error)
      else if (error !== null) this.#failed(error)
    })
    const gone = (error: unknown) => {
      if (this.#worker === worker) this.#worker = null
      this.#failAll(error)
    }
    worker.on('error', gone)
    worker.on('exit', () => gone(new Error('The thread in the background has ended')))
    return worker
  }

  #settle(number: number, error: unknown): void {
    const waiter = this.#waiting.get(number)
    if (waiter === undefined) return
    this.#waiting.delete(number)
    if (error === null) waiter.resolve()
    else waiter.reject(error)
  }

  #failAll(error: unknown): void {
    for (const number of [...this.#waiting.keys()]) this.#settle(number, error)
  }
}

function errorOf({ name, message }: NonNullable<FromThread['failure']>): Error {
  return name === 'Outdated' ? new Outdated(message) : Object.assign(new Error(message), { name })
}
