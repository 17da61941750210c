/** The thread that verifies all books once, and ends. It shares nothing with the server but the database. */
import { parentPort, workerData } from 'node:worker_threads'
import { bookMadeAt, PostgresVerificationStore } from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'
import { verifyBooks } from './verification/index.ts'
import type { FromVerifying } from './verifying.ts'

const { ownerUrl } = workerData as { readonly ownerUrl: string }
const tell = (message: FromVerifying) => parentPort?.postMessage(message)

async function verify(): Promise<number> {
  const store = await PostgresVerificationStore.open(ownerUrl)
  try {
    return await verifyBooks(store, machineSurroundings().hash, bookMadeAt, (report) =>
      tell({ type: 'report', report }),
    )
  } finally {
    await store.close()
  }
}

verify().then(
  (findings) => tell({ type: 'end', findings }),
  (error: unknown) =>
    tell({ type: 'failure', message: error instanceof Error ? error.message : 'unknown' }),
)
