/**
 * Metadata by name and value. What is written goes into a table beside the rows, in the same commit; a list asks that
 * table, in the order of its own, and looks at each row that it leads to. A name that is too long for the table, or comes
 * after as many others as it takes of one row, is not in it.
 */
import { hash } from 'node:crypto'
import type { TransactionRow } from '../../engine/port.ts'
import type { Entry, JsonObject, Transaction } from '../../ledger/index.ts'
import { plainArray, textArray } from '../types.ts'
import { copyText, type Step } from './statement.ts'

/** Bytes of a name that an entry of an index has room for. */
const NAME_BYTES_MAX = 400

/** Names of one row: more than Midaz takes, and few enough that no row holds up the others. */
const NAMES_MAX = 500

/** Whether rows can be looked up by this name. */
export function isKeptName(name: string): boolean {
  return Buffer.byteLength(name) <= NAME_BYTES_MAX
}

/** The value of a parameter as the table has it. */
export function hashSql(text: string): string {
  return `substring(sha256(convert_to(${text}, 'UTF8')) for 16)`
}

/** Each name of a JSON object and its value as text, as `m`. */
export function eachName(metadata: string): string {
  return `cross join lateral (
    select key, value from jsonb_each_text(${metadata})
     where value is not null and octet_length(key) <= ${NAME_BYTES_MAX} limit ${NAMES_MAX}) m`
}

const ADD_TRANSACTION_METADATA = `
insert into metadata_values (book_id, entity, key, value_hash, id)
select $1, 'transaction', m.key, ${hashSql('m.value')}, u.id
  from unnest($2::uuid[], $3::jsonb[]) as u (id, metadata)
  ${eachName('u.metadata')}`

const ADD_ENTRY_METADATA = `
insert into entry_metadata (book_id, balance_id, key, value_hash, version)
select $1, u.balance_id, m.key, ${hashSql('m.value')}, u.version
  from unnest($2::uuid[], $3::bigint[], $4::jsonb[]) as u (balance_id, version, metadata)
  ${eachName('u.metadata')}`

/** Whether there are names in it. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const COPY_TRANSACTION_METADATA =
  'copy metadata_values (book_id, entity, key, value_hash, id) from stdin'

const COPY_ENTRY_METADATA =
  'copy entry_metadata (book_id, balance_id, key, value_hash, version) from stdin'

/** What transactions and entries can be found by; nothing where none has metadata. */
export function metadataOfJournal(
  bookId: number,
  rows: readonly TransactionRow[],
): readonly Step[] {
  let transactionLines = ''
  let entryLines = ''
  const transactions: Transaction[] = []
  const entries: Entry[] = []
  for (const { transaction, entries: written } of rows) {
    const { id, metadata } = transaction
    if (metadata !== null) {
      const lines = linesOf(metadata, `${bookId}\ttransaction\t`, `\t${id}\n`)
      if (lines === null) transactions.push(transaction)
      else transactionLines += lines
    }
    for (const { entry } of written) {
      const details = entry.details?.['metadata']
      if (!isObject(details)) continue
      const lines = linesOf(details, `${bookId}\t${entry.balanceId}\t`, `\t${entry.version}\n`)
      if (lines === null) entries.push(entry)
      else entryLines += lines
    }
  }
  const steps: Step[] = []
  if (transactionLines !== '')
    steps.push({
      name: 'copy transaction metadata',
      text: COPY_TRANSACTION_METADATA,
      rows: transactionLines,
    })
  if (entryLines !== '')
    steps.push({ name: 'copy entry metadata', text: COPY_ENTRY_METADATA, rows: entryLines })
  if (transactions.length > 0)
    steps.push({
      name: 'add transaction metadata',
      text: ADD_TRANSACTION_METADATA,
      values: [
        String(bookId),
        plainArray(transactions.map(({ id }) => id)),
        textArray(transactions.map(({ metadata }) => JSON.stringify(metadata))),
      ],
    })
  if (entries.length > 0)
    steps.push({
      name: 'add entry metadata',
      text: ADD_ENTRY_METADATA,
      values: [
        String(bookId),
        plainArray(entries.map(({ balanceId }) => balanceId)),
        plainArray(entries.map(({ version }) => version)),
        textArray(entries.map(({ details }) => JSON.stringify(details?.['metadata']))),
      ],
    })
  return steps
}

/**
 * A line for each name with its value between what stands before and behind them; null where only the database knows
 * how it spells a value as text, or there are more names than are kept.
 */
function linesOf(metadata: JsonObject, before: string, behind: string): string | null {
  const names = Object.keys(metadata)
  if (names.length > NAMES_MAX) return null
  let lines = ''
  for (const name of names) {
    const value = metadata[name]
    if (value === null || !isKeptName(name)) continue
    if (typeof value === 'object') return null
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return null
    lines += `${before}${copyText(name)}\t${hashOf(String(value))}${behind}`
  }
  return lines
}

/** The value as the table has it, as COPY reads it. */
function hashOf(text: string): string {
  return `\\\\x${hash('sha256', text, 'hex').slice(0, 32)}`
}
