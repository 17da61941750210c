import { VERSION } from '../app.ts'
import type { Config } from '../config.ts'
import { verifyDatabase } from '../maintenance.ts'
import { type BookReport, tell } from '../verification/index.ts'
import { ProgressFile } from './progress.ts'

export type VerifyOptions = {
  /** One JSON document instead of lines for people. */
  readonly asJson: boolean
  /** The only keys that checkpoints may be signed with; null when any will do. */
  readonly trusted: ReadonlySet<string> | null
  /** The file that knows how far books were verified; null to read everything. */
  readonly progressFile: string | null
}

/** Verifies every book and says what was found. Returns how many findings there were. */
export async function verifyCommand(
  config: Config,
  { asJson, trusted, progressFile }: VerifyOptions,
): Promise<number> {
  const started = performance.now()
  const startedAt = new Date().toISOString()
  const reports: BookReport[] = []
  const totals = { books: 0, batches: 0, transactions: 0, entries: 0, events: 0, erased: 0 }
  const onReport = (report: BookReport) => {
    totals.books += report.seq > 0 || report.findings.length === 0 ? 1 : 0
    for (const name of ['batches', 'transactions', 'entries', 'events', 'erased'] as const)
      totals[name] += report[name]
    if (asJson) reports.push(report)
    else for (const line of linesOf(report)) console.log(line)
  }
  const progress = progressFile === null ? null : new ProgressFile(progressFile)
  const findings = await verifyDatabase(config, onReport, { trusted, progress })
  progress?.save()
  const seconds = (performance.now() - started) / 1000
  if (asJson)
    console.log(
      JSON.stringify(
        { version: VERSION, startedAt, seconds, findings, totals, books: reports },
        null,
        2,
      ),
    )
  else console.log(summaryOf(totals, findings, seconds))
  return findings
}

function linesOf(report: BookReport): readonly string[] {
  const lines = report.findings.map(tell)
  if (report.trustedSeq > 0)
    lines.push(`book ${report.bookId}: what led to batch ${report.trustedSeq} was verified before`)
  if (report.unlisted > 0) lines.push(`book ${report.bookId}: and ${report.unlisted} more`)
  return lines
}

function summaryOf(
  totals: Readonly<
    Record<'books' | 'batches' | 'transactions' | 'entries' | 'events' | 'erased', number>
  >,
  findings: number,
  seconds: number,
): string {
  const { books, batches, transactions, entries, events, erased } = totals
  const read =
    `${books} books, ${batches} batches, ${transactions} transactions, ${entries} entries and ${events} events ` +
    `in ${seconds.toFixed(1)} s`
  const gone = erased === 0 ? '' : ` (${erased} of them with their texts erased)`
  const verdict =
    findings === 0 ? 'Everything is as it must be.' : `${findings} findings: something is wrong.`
  return `${read}${gone}. ${verdict}`
}
