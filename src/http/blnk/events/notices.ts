/** What events tell that no transaction tells. */
import { created, type DirectoryRefusal, newRow } from '../../../directory/index.ts'
import { accept, type JsonObject } from '../../../ledger/index.ts'
import type { Face } from '../face.ts'
import type { Problem } from '../wire/problem.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { timeText } from '../wire/time.ts'

/** Writes into the log what is to be told; it is told after everything that was committed before. */
export async function tellNotice(
  { services, bookId }: Face,
  event: string,
  dataAt: (time: string) => JsonObject,
  actor: string | null,
): Promise<void> {
  const { directory } = services
  const id = services.engine.freeId()
  const told = await directory.edit<null, DirectoryRefusal>(bookId, actor, async (_reader, now) => {
    const data = dataAt(timeText(now))
    const notice = { ...newRow(bookId, id, now, null), event, data }
    return accept({ changes: [created('notice', notice)], value: null })
  })
  if (!told.accepted) throw directoryProblem(told.refusal)
}

/** Tells how a bulk ended that its caller did not wait for. */
export function tellBulk(
  face: Face,
  bulk: {
    readonly wireId: string
    readonly inflight: boolean
    readonly count: number
    readonly failure: Problem | null
  },
  actor: string | null,
): Promise<void> {
  const { wireId: batch_id, inflight, count, failure } = bulk
  const status = failure !== null ? 'failed' : inflight ? 'inflight' : 'applied'
  return tellNotice(
    face,
    `bulk_transaction.${status}`,
    (timestamp) => ({
      batch_id,
      status,
      timestamp,
      ...(failure === null ? { transaction_count: count } : { error: failure.message }),
    }),
    actor,
  )
}
