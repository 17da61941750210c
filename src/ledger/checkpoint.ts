/** Checkpoints: heads of a book as somebody signed them whose key the database does not have. */
import { isoOf, type Micros } from './time.ts'

/** What is signed. */
export type Attestation = {
  readonly bookId: number
  /** The last batch that the checkpoint before it covers; 0 for the first. */
  readonly fromSeq: number
  /** The last batch that it covers. */
  readonly seq: number
  /** The head of the book after that batch. */
  readonly head: string
  /** One hash over the heads of all batches that it covers. */
  readonly root: string
  readonly signedAt: Micros
}

export type Checkpoint = Attestation & {
  /** The 32 bytes of an Ed25519 key, and the 64 of a signature, in base64url. */
  readonly publicKey: string
  readonly signature: string
}

/** Batches under one checkpoint: a multiple of what fits under one node, so that proofs are short. */
export const SPAN_MAX = 4096

/** The text that is signed. */
export function attestationText(of: Attestation): string {
  return `k|${of.bookId}|${of.fromSeq}|${of.seq}|${of.head}|${of.root}|${isoOf(of.signedAt)}`
}
