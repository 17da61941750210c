/** What carrying out reconciliations needs: a store for how far each has come, and the book that they are about. */
import type { JsonObject, Micros } from '../ledger/index.ts'
import type { ExternalRecord } from './record.ts'
import { decodeCriterion, type Rule } from './rule.ts'
import type { Position, Run } from './run.ts'

export type RunPhase = 'matching' | 'marking'

/** A run that was taken, to be carried out by whoever took it. */
export type Claim = {
  readonly run: Run
  /** Attempts since the last that came any further, this one included. */
  readonly stalled: number
  readonly phase: RunPhase
  readonly dryRun: boolean
}

/** How far a run has come. */
export type Progress = {
  readonly phase: RunPhase
  /** Records that were dealt with. */
  readonly processed: number
  readonly matched: number
}

/** A transaction that was matched, and with what. */
export type Match = {
  readonly transactionId: string
  /** What the records are called by whoever wrote them. */
  readonly externalIds: readonly string[]
  /** The sum of the records, as decimal text. */
  readonly amount: string
  /** The transaction, and those that it carried out; with what was recorded of each. */
  readonly family: readonly {
    readonly id: string
    readonly description: string | null
    readonly metadata: JsonObject | null
  }[]
}

export interface ControlStore {
  /** Takes the oldest reconciliation that is open and that nobody works on. */
  claim(leaseMs: number): Promise<Claim | null>
  /** Says that the run is still worked on; false when another attempt has begun. */
  lease(run: Run, leaseMs: number): Promise<boolean>
  /** False when another attempt has begun. */
  startMarking(run: Run): Promise<boolean>
  matchesToMark(run: Run, after: string | null, limit: number): Promise<readonly Match[]>
  /** False when another attempt has begun. */
  keepMarked(run: Run, position: Position): Promise<boolean>
  /** Matches, and records without one. */
  counts(run: Run): Promise<{ readonly matched: number; readonly unmatched: number }>
  /** Forgets how far the run had come; what it matched stays. */
  forget(run: Run): Promise<void>
  progress(bookId: number, id: string): Promise<Progress | null>
  /** Keeps records of an upload, counted on from a number. */
  addRecords(
    bookId: number,
    uploadId: string,
    firstNumber: number,
    records: readonly ExternalRecord[],
  ): Promise<void>
  /** The first record whose id another record of the upload has before it. */
  repeatedRecord(
    bookId: number,
    uploadId: string,
  ): Promise<{ readonly number: number; readonly id: string } | null>
  removeRecords(bookId: number, uploadId: string): Promise<void>
  /** Uploads that began before and never ended. */
  abandonedUploads(
    before: Micros,
  ): Promise<readonly { readonly bookId: number; readonly id: string }[]>
}

/** How a reconciliation goes on in the book. */
export interface ReconciledBook {
  begin(run: Run): Promise<void>
  mark(run: Run, matches: readonly Match[]): Promise<void>
  complete(
    run: Run,
    counts: { readonly matched: number; readonly unmatched: number },
  ): Promise<void>
  fail(run: Run, failure: string): Promise<void>
  /** An upload that was abandoned counts for nothing. */
  abandonUpload(bookId: number, id: string): Promise<void>
}

export function decodeRules(rules: readonly JsonObject[]): readonly Rule[] {
  return rules.map((rule) => {
    const { id, criteria } = rule as { id: string; criteria: readonly JsonObject[] }
    return { id, criteria: criteria.map(decodeCriterion) }
  })
}

/** A record as it is kept, with its place in the upload, counted from 1. */
export type RecordView = ExternalRecord & { readonly number: number }

export type MatchView = { readonly record: RecordView; readonly transactionId: string }

/** The place of a match in the order of records. */
export type MatchPlace = { readonly number: number; readonly transactionId: string }

/** Reads what reconciliations found, in the order of the records. */
export interface ResultStore {
  matches(
    bookId: number,
    id: string,
    uploadId: string,
    after: MatchPlace,
    limit: number,
  ): Promise<readonly MatchView[]>
  unmatched(
    bookId: number,
    id: string,
    uploadId: string,
    after: number,
    limit: number,
  ): Promise<readonly RecordView[]>
}
