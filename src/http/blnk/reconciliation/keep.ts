/** Keeps the records of an upload: all of them, or none. */
import { type Actor, beginUpload, endUpload, type Upload } from '../../../directory/index.ts'
import { type ExternalRecord, recordOf, type WrittenRecord } from '../../../reconciliation/index.ts'
import type { Face } from '../face.ts'
import { directoryProblem } from '../wire/refusals.ts'
import { faultOfRecord, UploadFault } from './faults.ts'

export type Incoming = {
  readonly kind: Upload['kind']
  readonly records: AsyncIterable<WrittenRecord> | Iterable<WrittenRecord>
  /** Whom the records are from; asked when all of them have come. */
  readonly source: () => Promise<string>
}

/**
 * Keeps what comes in, record by record, without ever holding much of it.
 *
 * @throws UploadFault when a record cannot be kept; then nothing of the upload counts
 */
export async function keepUpload(
  face: Face,
  { kind, records, source }: Incoming,
  actor: Actor,
): Promise<Upload> {
  const { directory, reconciliation } = face.services
  const begun = await beginUpload(directory, face.bookId, { kind, source: '' }, actor)
  if (!begun.accepted) throw directoryProblem(begun.refusal)
  const { id } = begun.outcome
  try {
    const recordCount = await keepRecords(face, id, records)
    const end = { status: 'ready', recordCount, source: await source() } as const
    const ended = await endUpload(directory, face.bookId, id, end, actor)
    if (!ended.accepted) throw directoryProblem(ended.refusal)
    return ended.outcome
  } catch (error) {
    // While records are left, the upload stays one that did not end, and is cleared away later.
    const end = { status: 'refused', recordCount: 0 } as const
    await reconciliation.store
      .removeRecords(face.bookId, id)
      .then(() => endUpload(directory, face.bookId, id, end, actor))
      .catch(() => {})
    throw error
  }
}

async function keepRecords(
  { services, bookId }: Face,
  uploadId: string,
  records: Incoming['records'],
): Promise<number> {
  const { store, limits } = services.reconciliation
  let kept = 0
  let batch: ExternalRecord[] = []
  const flush = async () => {
    await store.addRecords(bookId, uploadId, kept + 1, batch)
    kept += batch.length
    batch = []
  }
  for await (const written of records) {
    const record = recordOf(written)
    if (!record.accepted) throw faultOfRecord(record.refusal, kept + batch.length + 1)
    batch.push(record.outcome)
    if (batch.length === limits.recordsMax) await flush()
  }
  if (batch.length > 0) await flush()
  if (kept === 0) throw new UploadFault('there are no records')
  const repeated = await store.repeatedRecord(bookId, uploadId)
  if (repeated !== null)
    throw new UploadFault(`another row before it has the id ${repeated.id}`, repeated.number, 'id')
  return kept
}
