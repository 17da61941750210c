/**
 * The thread for work that takes long and that nobody waits for: following the log into the search index, and matching
 * reconciliations. It shares nothing with the thread that answers requests but the database.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ThreadData, ToThread } from './background.ts'
import { SHARED_LEDGER_ID } from './directory/index.ts'
import { matchRun, type Run } from './reconciliation/index.ts'
import { Connections, PostgresRunStore, PostgresSearchIndex } from './storage/index.ts'

const {
  databaseUrl,
  connections: limits,
  run: runLimits,
  follow,
  bookId,
} = workerData as ThreadData
const connections = new Connections(databaseUrl, limits)
const index = new PostgresSearchIndex(connections, SHARED_LEDGER_ID)
const runs = new PostgresRunStore(connections)
let waking = new AbortController()

/** Follows the log of the book, whenever told and every now and then. */
async function followLog(): Promise<void> {
  for (;;) {
    waking = new AbortController()
    const more = await index.follow(bookId, follow.factsMax).then(
      ({ complete, position, reindexing }) => (!complete && position !== null) || reindexing,
      (error: unknown) => {
        tell({ number: null, failure: failureOf(error) })
        return false
      },
    )
    if (!more) await sleep(follow.pollMs, null, { signal: waking.signal }).catch(() => {})
  }
}

/** Takes in the log up to a fact. */
async function followTo(book: number, fact: string): Promise<void> {
  await index.begin(book)
  for (;;) {
    const { complete, position } = await index.follow(book, follow.factsMax)
    if (complete || (position !== null && position >= fact)) return
    if (position === null) await sleep(20)
  }
}

async function match(run: Run): Promise<void> {
  await followTo(run.bookId, run.upTo)
  await matchRun(runs, run, runLimits)
}

function tell(answer: FromThread): void {
  parentPort?.postMessage(answer)
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'wake') return waking.abort()
  const { run, number } = message
  match(run).then(
    () => tell({ number, failure: null }),
    (error: unknown) => tell({ number, failure: failureOf(error) }),
  )
})

function failureOf(error: unknown): NonNullable<FromThread['failure']> {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: 'unknown' }
}

void followLog()
