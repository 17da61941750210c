/** Making the search index again, and how it is coming along. */
import type { FastifyReply } from 'fastify'
import type { Reindexing } from '../../../search/index.ts'
import type { JsonValue } from '../../exact-json.ts'
import { answer, type Face } from '../face.ts'
import { Problem } from '../wire/problem.ts'
import { timeText } from '../wire/time.ts'

export async function startReindex({ services, bookId }: Face, reply: FastifyReply) {
  const { index, wake } = services.search
  const begun = await index.reindex(bookId)
  if (begun === null) {
    const running = await index.reindexing(bookId)
    throw new Problem('SRCH_REINDEX_IN_PROGRESS', 'A reindex operation is already in progress', {
      beside: running === null ? {} : { progress: progressOf(running) },
    })
  }
  wake()
  return answer(reply, 202, {
    message: 'Reindex operation started',
    progress: progressOf(begun),
  })
}

export async function readReindex({ services, bookId }: Face, reply: FastifyReply) {
  const reindexing = await services.search.index.reindexing(bookId)
  if (reindexing === null)
    throw new Problem('SRCH_REINDEX_NOT_STARTED', 'No reindex operation has been started')
  return answer(reply, 200, progressOf(reindexing))
}

function progressOf(reindexing: Reindexing): { readonly [name: string]: JsonValue } {
  const { status, total, processed, failure, startedAt, completedAt } = reindexing
  return {
    status,
    phase: status === 'completed' ? 'completed' : total === null ? 'counting' : 'indexing',
    total_records: total ?? 0,
    processed_records: processed,
    ...(failure === null ? {} : { errors: [failure] }),
    started_at: timeText(startedAt),
    ...(completedAt === null ? {} : { completed_at: timeText(completedAt) }),
    paused: false,
  }
}
