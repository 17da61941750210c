/** Signs where books stand. */
import { type Hash, type Micros, rootOf, SPAN_MAX } from '../ledger/index.ts'
import type { Signer } from './key.ts'
import type { CheckpointStore } from './port.ts'

const HEADS_MAX = SPAN_MAX

/**
 * Signs every batch of a book that is not under a checkpoint yet.
 *
 * @returns how many checkpoints were made
 */
export async function signBook(
  store: CheckpointStore,
  bookId: number,
  signer: Signer,
  { hash, now }: { readonly hash: Hash; readonly now: () => Micros },
): Promise<number> {
  let count = 0
  for (;;) {
    const last = await store.lastCheckpoint(bookId)
    const fromSeq = last?.seq ?? 0
    const rows = await store.headsAfter(bookId, fromSeq, HEADS_MAX)
    const end = rows.at(-1)
    if (end === undefined) return count
    // A journal with a gap is not signed: what is missing would be vouched for.
    if (end.seq !== fromSeq + rows.length)
      throw new Error(`Batches of book ${bookId} are missing after ${fromSeq}: run diptych verify`)
    const root = rootOf(
      rows.map(({ head }) => head),
      hash,
    )
    const { seq, head } = end
    await store.addCheckpoint(signer({ bookId, fromSeq, seq, head, root, signedAt: now() }))
    count += 1
    if (rows.length < HEADS_MAX) return count
  }
}
