/**
 * Metadata by name and value. What is written goes into a table beside the rows, in the same commit; a list asks that
 * table, in the order of its own, and looks at each row that it leads to. A name that is too long for the table, or comes
 * after as many others as it takes of one row, is not in it.
 */
import type { TransactionRow } from '../../engine/port.ts'
import { plainArray, textArray } from '../types.ts'
import type { Statement } from './statement.ts'

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
export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What transactions and entries can be found by; nothing where none has metadata. */
export function metadataOfJournal(
  bookId: number,
  rows: readonly TransactionRow[],
): readonly Statement[] {
  const transactions = rows
    .map((row) => row.transaction)
    .filter(({ metadata }) => metadata !== null)
  const entries = rows
    .flatMap((row) => row.entries)
    .filter(({ entry }) => isObject(entry.details?.['metadata']))
  const statements: Statement[] = []
  if (transactions.length > 0)
    statements.push({
      name: 'add transaction metadata',
      text: ADD_TRANSACTION_METADATA,
      values: [
        String(bookId),
        plainArray(transactions.map(({ id }) => id)),
        textArray(transactions.map(({ metadata }) => JSON.stringify(metadata))),
      ],
    })
  if (entries.length > 0)
    statements.push({
      name: 'add entry metadata',
      text: ADD_ENTRY_METADATA,
      values: [
        String(bookId),
        plainArray(entries.map(({ entry }) => entry.balanceId)),
        plainArray(entries.map(({ entry }) => entry.version)),
        textArray(entries.map(({ entry }) => JSON.stringify(entry.details?.['metadata']))),
      ],
    })
  return statements
}
