/** Whether checkpoints are signed, follow one another, and attest what is in the book. */
import { type Checkpoint, type Hash, rootOf, SPAN_MAX } from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import type { BookReader } from './port.ts'
import { isSigned } from './signature.ts'
import { timeText } from './time-text.ts'

/** Public keys that checkpoints must be signed with; null when any key will do. */
export type TrustedKeys = ReadonlySet<string> | null

/** Returns the last batch that is under a checkpoint. */
export async function checkCheckpoints(
  reader: BookReader,
  trusted: TrustedKeys,
  findings: Findings,
  hash: Hash,
): Promise<number> {
  const batches = reader.batches(0)[Symbol.asyncIterator]()
  let covered = 0
  for await (const checkpoint of reader.checkpoints()) {
    const heads: string[] = []
    let seq = covered
    while (seq < checkpoint.seq && heads.length <= SPAN_MAX) {
      const batch = await batches.next()
      if (batch.done === true) break
      seq = batch.value.seq
      heads.push(batch.value.head)
    }
    checkOne(checkpoint, { covered, seq, heads }, trusted, findings, hash)
    covered = checkpoint.seq
  }
  return covered
}

/** The batches that a checkpoint should cover, as they are there. */
type Span = { readonly covered: number; readonly seq: number; readonly heads: readonly string[] }

function checkOne(
  checkpoint: Checkpoint,
  { covered, seq, heads }: Span,
  trusted: TrustedKeys,
  findings: Findings,
  hash: Hash,
): void {
  const id = String(checkpoint.seq)
  if (!isSigned(checkpoint)) {
    const { signedAt, signature: found } = checkpoint
    const columns = [
      'from_seq',
      'seq',
      'head',
      'root',
      'signed_at',
      'public_key',
      'signature',
      'book_id',
    ]
    findings.add(
      'checkpoints',
      id,
      columns,
      { found },
      `the signature of ${timeText(signedAt)} is of something else`,
    )
    return
  }
  if (trusted !== null && !trusted.has(checkpoint.publicKey))
    findings.add(
      'checkpoints',
      id,
      'public_key',
      { expected: [...trusted], found: checkpoint.publicKey },
      'it is signed with another key',
    )
  if (checkpoint.fromSeq !== covered) {
    findings.add(
      'checkpoints',
      id,
      'from_seq',
      { expected: covered, found: checkpoint.fromSeq },
      'each takes up where the one before it ended: one is missing, or was added',
    )
    return
  }
  const root = rootOf(heads, hash)
  const agrees =
    seq === checkpoint.seq && heads.at(-1) === checkpoint.head && root === checkpoint.root
  if (!agrees)
    findings.add(
      'batches',
      `${covered + 1} to ${checkpoint.seq}`,
      ['head', 'seq'],
      { expected: checkpoint.head, found: heads.at(-1) },
      `the checkpoint of ${timeText(checkpoint.signedAt)} attests another history`,
    )
}
