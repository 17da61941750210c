/** A thread that reads spans of books for one who verifies them, on a connection of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import type { FromSpanThread } from './span-threads.ts'
import { PostgresVerificationStore } from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'
import { checkSpan, type SpanOrder } from './verification/index.ts'

const { ownerUrl } = workerData as { readonly ownerUrl: string }
const { hash } = machineSurroundings()
const store = PostgresVerificationStore.open(ownerUrl)
const tell = (message: FromSpanThread) => parentPort?.postMessage(message)

async function read({ bookId, snapshotId, span }: SpanOrder): Promise<FromSpanThread> {
  const work = async () =>
    (await store).snapshot(bookId, (reader) => checkSpan(reader, span, hash), snapshotId)
  return { type: 'report', report: await work() }
}

parentPort?.on('message', (order: SpanOrder) => {
  read(order).then(tell, (error: unknown) =>
    tell({ type: 'failure', message: error instanceof Error ? error.message : 'unknown' }),
  )
})
