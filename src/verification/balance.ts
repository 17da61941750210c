/** Whether the entries of a balance follow from one another, and its sums from them. */
import { formatDecimal } from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import type { BalanceState, BookReader, OddBalance, StepRow } from './port.ts'
import { entryName } from './posting.ts'
import {
  amountOf,
  changeOf,
  equal,
  meaningOf,
  minus,
  NOTHING,
  plus,
  SUM_COLUMNS,
  type Sums,
  sumsOf,
} from './sums.ts'
import { timeText } from './time-text.ts'

/** Looks closer at the balances that are not in order. */
export async function checkBalances(reader: BookReader, findings: Findings): Promise<void> {
  const odd: OddBalance[] = []
  for await (const balance of reader.oddBalances()) odd.push(balance)
  for (const balance of odd) {
    tellMissing(balance, findings)
    const folded = balance.inStep ? balance.folded : await fold(balance, reader, findings)
    if (balance.kept !== null && balance.hasTerms)
      checkKept(balance, balance.kept, folded, findings)
  }
  for (const { assetCode, debits, credits } of await reader.assetSums())
    if (debits !== credits)
      findings.add(
        'balance_sums',
        `in ${assetCode}`,
        ['posted_debits', 'posted_credits'],
        { expected: debits, found: credits },
        'all that is debited in an asset is credited in it',
      )
}

function tellMissing(balance: OddBalance, findings: Findings): void {
  const { id, hasTerms, hasSums, folded } = balance
  const reason = 'there is no such balance'
  if (hasTerms && !hasSums)
    findings.add('balance_sums', id, 'id', { expected: 'a row', found: null }, 'a balance has sums')
  if (hasTerms) return
  if (hasSums) findings.add('balance_sums', id, 'id', { expected: 'a balance', found: id }, reason)
  if (folded.version > 0)
    findings.add(
      'entries',
      `of balance ${id}`,
      'balance_id',
      { expected: 'a balance', found: id },
      reason,
    )
}

/** Walks through the entries of a balance; returns what they come to, mistakes put right. */
async function fold(
  balance: OddBalance,
  reader: BookReader,
  findings: Findings,
): Promise<BalanceState> {
  let sums = NOTHING
  let version = 0
  let previous: StepRow | null = null
  let current: StepRow | null = null
  const look = (step: StepRow, next: StepRow | null) => {
    version += 1
    if (step.version !== version) {
      tellGap(balance.id, step, version, findings)
      // What is missing is missing from the sums too: what stands here is believed.
      version = step.version
      sums = sumsOf(step)
    } else sums = checkStep(step, sums, witness(balance, next), findings)
    if (previous !== null && step.transactionId < previous.transactionId)
      findings.add(
        'entries',
        nameOf(step),
        ['transaction_id', 'version'],
        { found: step.transactionId },
        'the entry before it belongs to a later transaction',
      )
    previous = step
  }
  for await (const next of reader.steps(balance.id)) {
    if (current !== null) look(current, next)
    current = next
  }
  if (current !== null) look(current, null)
  const texts = SUM_COLUMNS.map(([property], index) => [property, formatDecimal(sums[index] ?? 0n)])
  return { ...balance.folded, ...Object.fromEntries(texts), version }
}

function nameOf(step: StepRow): string {
  return entryName({ id: step.transactionId }, step.leg)
}

function tellGap(balanceId: string, step: StepRow, version: number, findings: Findings): void {
  findings.add(
    'entries',
    nameOf(step),
    ['version', 'balance_id'],
    { expected: version, found: step.version },
    `versions are counted without a gap: an entry of balance ${balanceId} is missing, or this one is not where it was`,
  )
}

/** The sums that the entry after this one, or else the row of the balance, says that there were after it. */
function witness(balance: OddBalance, next: StepRow | null): Sums | null {
  if (next === null) return balance.kept === null ? null : sumsOf(balance.kept)
  const change = changeOf(next.side, next.effect, amountOf(next.amount))
  return change === null ? null : minus(sumsOf(next), change)
}

/** Checks one entry against the sums before it; returns the sums after it, as they should be. */
function checkStep(step: StepRow, before: Sums, after: Sums | null, findings: Findings): Sums {
  const found = sumsOf(step)
  const change = changeOf(step.side, step.effect, amountOf(step.amount))
  const expected = change === null ? null : plus(before, change)
  if (expected !== null && equal(expected, found)) return found
  const sumsAreRight = expected === null || (after !== null && equal(after, found))
  const meant = sumsAreRight ? meaningOf(minus(found, before)) : null
  if (meant !== null) {
    const { side, effect } = meant
    const told = { side, effect, amount: formatDecimal(meant.amount) }
    for (const column of ['side', 'effect', 'amount'] as const)
      tellEntry(step, column, told[column], step[column], 'the sums after it tell', findings)
    return found
  }
  for (const [index, [property, column]] of SUM_COLUMNS.entries()) {
    const value = formatDecimal((expected ?? before)[index] ?? 0n)
    tellEntry(step, column, value, step[property], 'the entry before it tells', findings)
  }
  return expected ?? found
}

function tellEntry(
  step: StepRow,
  column: string,
  expected: string,
  found: string,
  reason: string,
  findings: Findings,
): void {
  if (expected === found) return
  findings.add('entries', nameOf(step), column, { expected, found }, reason)
  findings.repair('entries', nameOf(step), column, expected)
}

function checkKept(
  { id, inStep }: OddBalance,
  kept: BalanceState,
  folded: BalanceState,
  findings: Findings,
): void {
  const wrong = SUM_COLUMNS.filter(([property]) => kept[property] !== folded[property])
  if (kept.version > folded.version && wrong.length > 0) {
    findings.add(
      'entries',
      `of balance ${id}`,
      ['version', 'balance_id'],
      { expected: kept.version, found: folded.version },
      'the balance has had more entries than there are',
    )
    return
  }
  const tell = (column: string, expected: unknown, found: unknown, reason: string) => {
    if (expected !== found) findings.add('balance_sums', id, column, { expected, found }, reason)
  }
  for (const [property, column] of wrong)
    tell(column, folded[property], kept[property], 'its entries tell')
  tell('version', folded.version, kept.version, 'it is the number of its entries')
  // An amount that was changed may have other decimals than the right one.
  if (inStep) tell('scale', folded.scale, kept.scale, 'it is the most decimals of its entries')
  if (folded.updatedAt !== null)
    tell(
      'updated_at',
      timeText(folded.updatedAt),
      timeText(kept.updatedAt),
      'it is the time of its last entry',
    )
}
