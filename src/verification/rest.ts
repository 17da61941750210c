/**
 * Whether a book is right, found out as fast as can be: what is wrong is for those to say who look closer.
 */
import type { Hash } from '../ledger/index.ts'
import { type ChainTotals, checkChain, lastIdOf, type Mark } from './chain.ts'
import { Findings } from './finding.ts'
import { Fold } from './fold.ts'
import type { BatchRow, BookReader } from './port.ts'

/** What the rest of a book came to in which nothing is wrong. */
export type RestReport = ChainTotals & {
  /** Its last batch; null when there is none. */
  readonly last: BatchRow | null
}

/** Reads everything after a batch; null when something is wrong. */
export async function checkRest(
  reader: BookReader,
  after: BatchRow | null,
  hash: Hash,
  passed: (mark: Mark) => void,
): Promise<RestReport | null> {
  const findings = new Findings(reader.bookId)
  const fold = new Fold(reader)
  const chain = await checkChain(reader, after, fold, findings, hash, passed)
  const { end, missing: _missing, ...totals } = chain
  if (findings.count > 0 || fold.isOdd) return null
  if (chain.entries !== (await reader.countEntries(lastIdOf(after)))) return null
  return (await isBalanced(reader)) ? { ...totals, last: end.batch } : null
}

/** Whether in each asset all that is debited is credited, by the last entries of all balances: those before `after` too. */
async function isBalanced(reader: BookReader): Promise<boolean> {
  const sums = await reader.assetSums()
  return sums.every(({ debits, credits }) => debits === credits)
}
