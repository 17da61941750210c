/** Whether the entries of a balance follow from one another. */
import { formatDecimal } from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import type { BookReader, OddBalance, StepRow } from './port.ts'
import { entryName } from './posting.ts'
import {
  amountOf,
  changeOf,
  decimalsOf,
  equal,
  meaningOf,
  minus,
  NOTHING,
  plus,
  SUM_COLUMNS,
  type Sums,
  sumsOf,
} from './sums.ts'

/** An entry of which it is certain that one of its columns is wrong, but not yet which. */
export type Unclear = { readonly name: string; readonly columns: readonly string[] }

/**
 * Looks closer at the balances that are not in order.
 *
 * @returns entries that nothing but the chain can tell more of
 */
export async function checkBalances(
  reader: BookReader,
  findings: Findings,
): Promise<readonly Unclear[]> {
  const odd: OddBalance[] = []
  for await (const balance of reader.oddBalances()) odd.push(balance)
  const unclear: Unclear[] = []
  for (const { id, hasTerms, inStep } of odd) {
    if (!hasTerms)
      findings.add(
        'entries',
        `of balance ${id}`,
        'balance_id',
        { expected: 'a balance', found: id },
        'there is no such balance',
      )
    if (!inStep) unclear.push(...(await fold(id, reader, findings)))
  }
  for (const { assetCode, debits, credits } of await reader.assetSums())
    if (debits !== credits)
      findings.add(
        'entries',
        `in ${assetCode}`,
        ['posted_debits', 'posted_credits'],
        { expected: debits, found: credits },
        'all that is debited in an asset is credited in it',
      )
  return unclear
}

/** Where a balance stands after some of its entries, mistakes put right. */
type Course = { readonly sums: Sums; readonly scale: number }

/** Walks through the entries of a balance. */
async function fold(
  balanceId: string,
  reader: BookReader,
  findings: Findings,
): Promise<readonly Unclear[]> {
  const unclear: Unclear[] = []
  let course: Course = { sums: NOTHING, scale: 0 }
  let version = 0
  let previous: StepRow | null = null
  let current: StepRow | null = null
  const look = (step: StepRow, next: StepRow | null) => {
    version += 1
    if (step.version !== version) {
      tellGap(balanceId, step, version, findings)
      // What is missing is missing from the sums too: what stands here is believed.
      version = step.version
      course = { sums: sumsOf(step), scale: step.scale }
    } else {
      const after = checkStep(step, course, witness(next), findings)
      if (after === null) unclear.push({ name: nameOf(step), columns: OF_A_STEP })
      course = after ?? { sums: sumsOf(step), scale: step.scale }
    }
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
  for await (const next of reader.steps(balanceId)) {
    if (current !== null) look(current, next)
    current = next
  }
  if (current !== null) look(current, null)
  return unclear
}

const OF_A_STEP = ['side', 'effect', 'amount', ...SUM_COLUMNS.map(([, column]) => column)]

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

/** The sums that the entry after one says that there were before it; null where there is none that could. */
function witness(next: StepRow | null): Sums | null {
  const change = next === null ? null : changeOf(next.side, next.effect, amountOf(next.amount))
  return next === null || change === null ? null : minus(sumsOf(next), change)
}

/**
 * Checks one entry against where the balance stood before it.
 *
 * @returns where it stands after it, as it should; null when the entry contradicts itself and no other bears witness
 */
function checkStep(
  step: StepRow,
  before: Course,
  after: Sums | null,
  findings: Findings,
): Course | null {
  const found = sumsOf(step)
  const change = changeOf(step.side, step.effect, amountOf(step.amount))
  const expected = change === null ? null : plus(before.sums, change)
  if (expected !== null && equal(expected, found)) return checkScale(step, before, findings)
  if (expected !== null && after === null) return null
  const sumsAreRight = expected === null || (after !== null && equal(after, found))
  const meant = sumsAreRight ? meaningOf(minus(found, before.sums)) : null
  if (meant !== null) {
    const { side, effect } = meant
    const told = { side, effect, amount: formatDecimal(meant.amount) }
    for (const column of ['side', 'effect', 'amount'] as const)
      tellEntry(step, column, told[column], step[column], 'the sums after it tell', findings)
    return checkScale({ ...step, ...told }, before, findings)
  }
  for (const [index, [property, column]] of SUM_COLUMNS.entries()) {
    const value = formatDecimal((expected ?? before.sums)[index] ?? 0n)
    tellEntry(step, column, value, step[property], 'the entry before it tells', findings)
  }
  return { sums: expected ?? found, scale: Math.max(before.scale, decimalsOf(step.amount)) }
}

/** Checks how many decimals an entry says that its balance has had, whose amount and sums are right. */
function checkScale(step: StepRow, before: Course, findings: Findings): Course {
  const scale = Math.max(before.scale, decimalsOf(step.amount))
  if (step.scale !== scale)
    findings.add(
      'entries',
      nameOf(step),
      'scale',
      { expected: scale, found: step.scale },
      'it is the most decimals of the entries up to it',
    )
  return { sums: sumsOf(step), scale }
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
