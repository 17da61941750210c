/** Transactions and entries from the lines in which they come, in the order of the columns of their statements. */
import type { JsonObject, Micros } from '../../ledger/index.ts'
import type { Leg, TransactionRow } from '../../verification/port.ts'
import { textOf, trimmed } from './copy.ts'

/** A time as it stands in a line; a whole number of whatever size. */
export type Readers = {
  readonly time: (text: string) => Micros
  readonly integer: (text: string) => number
}

type Fields = { readonly [index: number]: string }

/** A transaction that is still to be given its entries. */
export type Draft = { -readonly [Name in keyof TransactionRow]: TransactionRow[Name] }

export function transactionOf(line: string, { time, integer }: Readers): Draft {
  const fields: Fields = line.split('\t')
  const text = (index: number) => textOf(fields[index] ?? '')
  const name = (index: number) => text(index) ?? ''
  const effectiveAt = text(5)
  const metadata = text(15)
  return {
    id: name(0),
    seq: integer(name(1)),
    kind: name(2),
    status: name(3),
    recordedAt: time(name(4)),
    effectiveAt: effectiveAt === null ? null : time(effectiveAt),
    parentId: text(6),
    requestId: text(7),
    reversesId: text(8),
    reference: text(9),
    assetCode: name(10),
    amount: trimmed(name(11)),
    sourceId: text(12),
    destinationId: text(13),
    description: text(14),
    metadata: metadata === null ? null : (JSON.parse(metadata) as JsonObject),
    terms: text(16),
    plan: text(17),
    actor: text(18),
    seal: text(19),
    parentKind: text(20),
    hasCompanion: name(21) === 't',
    batchRecordedAt: null,
    legs: [],
    details: null,
  }
}

const PLAIN_END = '\t\\N'

/** An entry, after the transaction that it belongs to. Most have no details, and nothing in them that is escaped. */
function entryOf(line: string): { readonly leg: Leg; readonly details: string | null } {
  const isPlain = line.endsWith(PLAIN_END) && line.indexOf('\\') === line.length - 2
  const raw = line.split('\t')
  const fields = isPlain ? raw : raw.map((field) => textOf(field) ?? '')
  return {
    leg: legOf(fields, 1),
    details: isPlain ? null : textOf(raw[12] ?? ''),
  }
}

/** An entry whose fields stand in order from one place on. */
export function legOf(fields: readonly string[], from = 0): Leg {
  return {
    leg: Number(fields[from]),
    balanceId: fields[from + 1] ?? '',
    version: Number(fields[from + 2]),
    side: fields[from + 3] ?? '',
    effect: fields[from + 4] ?? '',
    amount: trimmed(fields[from + 5] ?? ''),
    postedDebits: trimmed(fields[from + 6] ?? ''),
    postedCredits: trimmed(fields[from + 7] ?? ''),
    pendingDebits: trimmed(fields[from + 8] ?? ''),
    pendingCredits: trimmed(fields[from + 9] ?? ''),
    scale: Number(fields[from + 10]),
  }
}

/** Gives transactions their entries; both come in the order of their ids, and entries of others are left out. */
export function giveEntries(transactions: readonly Draft[], lines: readonly string[]): void {
  let at = 0
  for (const row of transactions) {
    const legs: Leg[] = []
    for (let line = lines[at]; line !== undefined; line = lines[++at]) {
      if (!line.startsWith(row.id)) {
        if (line > row.id) break
        continue
      }
      const { leg, details } = entryOf(line)
      if (details !== null) row.details ??= legs.map(() => null)
      legs.push(leg)
      if (row.details !== null) row.details = [...row.details, details]
    }
    row.legs = legs
  }
}
