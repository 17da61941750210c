/**
 * Checks that what clients saw of a book, all of them at once, is one history: every answer could have been given by a
 * single clerk who did one thing after the other, each between its question and its answer.
 *
 * The versions of balances are the clerk's own notes: every entry tells the version and the sums after it, every reading
 * those it saw. So nothing has to be searched for; it is enough that the notes fit together, and fit the times.
 */
import { type Balance, type Entry, type Sums, sumsBefore } from '../../src/ledger/index.ts'

/** When something was asked and when it was answered, on one clock. */
export type Span = { readonly from: number; readonly to: number }

export type Written = Span & { readonly entries: readonly Entry[] }
export type Seen = Span & { readonly client: number; readonly balance: Balance }
/** A debit that was turned down because the balance did not have the amount. */
export type Refused = Span & { readonly balanceId: string; readonly amount: bigint }

export type History = {
  readonly written: readonly Written[]
  readonly seen: readonly Seen[]
  readonly refused: readonly Refused[]
}

type Step = Span & { readonly entry: Entry }

/** Everything that does not fit, in words. */
export function contradictions(history: History): readonly string[] {
  const faults: string[] = []
  const steps = history.written.flatMap(({ from, to, entries }) =>
    entries.map((entry): Step => ({ from, to, entry })),
  )
  for (const [id, own] of Map.groupBy(steps, (step) => step.entry.balanceId)) {
    const line = own.sort((left, right) => left.entry.version - right.entry.version)
    faults.push(...checkLine(id, line))
    faults.push(...checkOrder(id, line))
    const seen = history.seen.filter(({ balance }) => balance.id === id)
    faults.push(...checkReadings(id, line, seen))
    for (const refused of history.refused)
      if (refused.balanceId === id) faults.push(...checkRefusal(line, refused))
  }
  return faults
}

/** The versions are 1, 2, 3 …, and each has the sums of the one before and its own entry. */
function checkLine(id: string, line: readonly Step[]): readonly string[] {
  const faults: string[] = []
  for (const [index, { entry }] of line.entries()) {
    if (entry.version !== index + 1)
      return [`${id}: version ${index + 1} is missing or there twice`]
    const earlier = line[index - 1]?.entry
    if (earlier !== undefined && !isSame(sumsBefore(entry), earlier))
      faults.push(`${id}: version ${entry.version} does not follow from the one before`)
  }
  return faults
}

function isSame(left: Sums, right: Sums): boolean {
  return (
    left.postedDebits === right.postedDebits &&
    left.postedCredits === right.postedCredits &&
    left.pendingDebits === right.pendingDebits &&
    left.pendingCredits === right.pendingCredits
  )
}

/** What was answered before something else was asked has the lower version. */
function checkOrder(id: string, line: readonly Step[]): readonly string[] {
  const faults: string[] = []
  let latestQuestion = 0
  for (const { entry, from, to } of line) {
    if (to < latestQuestion) faults.push(`${id}: version ${entry.version} was answered too early`)
    latestQuestion = Math.max(latestQuestion, from)
  }
  return faults
}

/** A reading sees everything that was answered before it was asked, and nothing that was asked after its answer. */
function checkReadings(
  id: string,
  line: readonly Step[],
  seen: readonly Seen[],
): readonly string[] {
  const faults: string[] = []
  for (const { from, to, balance } of seen) {
    const { version } = balance
    const step = line[version - 1]
    if (version > 0 && (step === undefined || !isSame(step.entry, balance)))
      faults.push(`${id}: version ${version} was read with other sums`)
    if (step !== undefined && step.from > to)
      faults.push(`${id}: version ${version} was read early`)
    const missed = line.slice(version).find((later) => later.to < from)
    if (missed !== undefined)
      faults.push(`${id}: version ${version} was read after ${missed.entry.version} was answered`)
  }
  for (const [, own] of Map.groupBy(seen, (one) => one.client))
    for (const [index, one] of own.entries()) {
      const before = own[index - 1]
      if (
        before !== undefined &&
        before.to <= one.from &&
        before.balance.version > one.balance.version
      )
        faults.push(`${id}: a client read ${one.balance.version} after ${before.balance.version}`)
    }
  return faults
}

/** At some moment between the question and the answer the balance did not have the amount. */
function checkRefusal(line: readonly Step[], refused: Refused): readonly string[] {
  const { from, to, amount, balanceId } = refused
  const certain = line.findLastIndex((step) => step.to < from)
  const possible = line.filter((step, index) => index >= certain && step.from <= to)
  const isPossible =
    certain === -1 ||
    possible.some(
      ({ entry }) => entry.postedCredits - entry.postedDebits - entry.pendingDebits < amount,
    )
  return isPossible ? [] : [`${balanceId}: ${amount} was refused though it was always there`]
}
