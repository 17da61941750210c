/**
 * The tamper evidence of a book.
 *
 * Each item of a batch (a transaction with its entries, or a change of the directory) is a leaf: the hash of its
 * canonical text. Leaves are hashed together, sixteen at a time, up to one root. The root is hashed with the head of the
 * batch before; the result is the new head of the book. Whoever holds a head can tell whether anything that led to it
 * was changed, added, removed or swapped.
 *
 * Free-form texts (descriptions, metadata, terms) may name people, so they do not stand in a leaf. The leaf has their
 * commitment: the hash of a random salt and the texts. Deleting both erases the texts and leaves the chain whole.
 *
 * Everything is text and SHA-256, so that anybody can recompute it with standard tools.
 */
import type { Change } from './change.ts'
import type { Entry } from './entry.ts'
import type { Json } from './json.ts'
import { formatDecimal } from './money.ts'
import type { Micros } from './time.ts'
import type { Transaction } from './transaction.ts'

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
export type Hash = (text: string) => string

/** The head of a book without batches. */
export const GENESIS = '0'.repeat(64)

/** Hashes under one node. */
export const ARITY = 16

/** A text of any characters, so that neighbours in a row cannot be confused: its length, then itself. */
function field(text: string | null): string {
  return text === null ? '-' : `${text.length}:${text}`
}

/** JSON with the keys of objects in order, so that equal values have equal texts. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** The free-form texts of a transaction in the order in which they are committed to, or null when it has none. */
export function textsOfTransaction(
  transaction: Pick<Transaction, 'description' | 'metadata'>,
  termsText: string | null,
  planText: string | null,
  detailTexts: readonly (string | null)[],
): string | null {
  const { description, metadata } = transaction
  const hasDetails = detailTexts.some((text) => text !== null)
  if (
    description === null &&
    metadata === null &&
    termsText === null &&
    planText === null &&
    !hasDetails
  )
    return null
  const metadataText = metadata === null ? null : canonicalJson(metadata)
  let texts = `${field(description)}|${field(metadataText)}|${field(termsText)}|${field(planText)}`
  if (hasDetails) for (const text of detailTexts) texts += `|${field(text)}`
  return texts
}

/** The free-form texts of a change. */
export function textsOfChange(change: Pick<Change, 'before' | 'after'>): string {
  const before = change.before === null ? null : canonicalJson(change.before)
  return `${field(before)}|${field(canonicalJson(change.after))}`
}

export function commitment(salt: string, texts: string, hash: Hash): string {
  return hash(`c|${salt}|${texts}`)
}

/** An entry with its amounts as they are hashed and written: once formatted, used for both. */
export type WrittenEntry = {
  readonly entry: Entry
  readonly amount: string
  readonly postedDebits: string
  readonly postedCredits: string
  readonly pendingDebits: string
  readonly pendingCredits: string
}

export function writtenEntry(entry: Entry): WrittenEntry {
  return {
    entry,
    amount: formatDecimal(entry.amount),
    postedDebits: formatDecimal(entry.postedDebits),
    postedCredits: formatDecimal(entry.postedCredits),
    pendingDebits: formatDecimal(entry.pendingDebits),
    pendingCredits: formatDecimal(entry.pendingCredits),
  }
}

/** The leaf of a transaction with its entries in order of their legs. */
export function transactionLeaf(
  transaction: Transaction,
  entries: readonly WrittenEntry[],
  committed: string | null,
  hash: Hash,
): string {
  let text = transactionText(transaction, formatDecimal(transaction.amount), committed)
  for (const written of entries) text += entryText(written.entry, written)
  return hash(text)
}

/** What the leaf of a transaction is made of, before its entries, with the amount as it is written. */
export function transactionText(
  t: TransactionFields,
  amount: string,
  committed: string | null,
): string {
  return (
    `t|${t.id}|${t.kind}|${t.status}|${t.recordedAt}|${t.effectiveAt ?? '-'}|${t.parentId ?? '-'}|` +
    `${t.requestId ?? '-'}|${field(t.reference)}|${field(t.assetCode)}|${amount}|` +
    `${t.sourceId ?? '-'}|${t.destinationId ?? '-'}|${t.reversesId ?? '-'}|${field(t.actor)}|` +
    `${committed ?? '-'}`
  )
}

type TransactionFields = { readonly kind: string; readonly status: string } & Pick<
  Transaction,
  | 'id'
  | 'recordedAt'
  | 'effectiveAt'
  | 'parentId'
  | 'requestId'
  | 'reference'
  | 'assetCode'
  | 'sourceId'
  | 'destinationId'
  | 'reversesId'
  | 'actor'
>

/** What an entry adds to it. */
export function entryText(
  entry: Pick<Entry, 'leg' | 'balanceId' | 'version'> & {
    readonly side: string
    readonly effect: string
  },
  sums: Omit<WrittenEntry, 'entry'>,
): string {
  return (
    `|e|${entry.leg}|${entry.balanceId}|${entry.version}|${entry.side}|${entry.effect}|${sums.amount}|` +
    `${sums.postedDebits}|${sums.postedCredits}|${sums.pendingDebits}|${sums.pendingCredits}`
  )
}

/** The leaf of a change of the directory. */
export function changeLeaf(
  event: Pick<Change, 'entity' | 'verb' | 'id'> & {
    readonly eventId: string
    readonly actor: string | null
  },
  committed: string,
  hash: Hash,
): string {
  return hash(
    `v|${event.eventId}|${event.entity}|${event.verb}|${event.id}|${field(event.actor)}|${committed}`,
  )
}

/** The nodes over a row of hashes. */
export function levelAbove(level: readonly string[], hash: Hash): readonly string[] {
  const above: string[] = []
  for (let start = 0; start < level.length; start += ARITY)
    above.push(hash(`n|${level.slice(start, start + ARITY).join('|')}`))
  return above
}

/** One hash over all leaves of a batch. */
export function rootOf(leaves: readonly string[], hash: Hash): string {
  let level = leaves
  do level = levelAbove(level, hash)
  while (level.length > 1)
  return level[0] ?? hash('n|')
}

/** The head of a book after one more batch. */
export function headAfter(
  head: string,
  batch: {
    readonly bookId: number
    readonly seq: number
    readonly recordedAt: Micros
    readonly leafCount: number
    readonly root: string
  },
  hash: Hash,
): string {
  return hash(
    `b|${head}|${batch.bookId}|${batch.seq}|${batch.recordedAt}|${batch.leafCount}|${batch.root}`,
  )
}
