/**
 * Erases from the event log what fields said in clear that hold tokens now. An erased event keeps the commitment to what it
 * said, so the chain stays whole. Only the owner of the database may do this: the server's role cannot change a journal.
 */
import { commitment, type Hash, type JsonObject, textsOfChange } from '../ledger/index.ts'
import type { Querier } from './connection.ts'
import { plainArray, textArray } from './types.ts'
import { snakeCase } from './view.ts'

/** Rows that are looked at together. */
const PAGE = 500

/** A commitment has more digits than a salt. */
const SALT_DIGITS = 32

type EventRow = {
  readonly id: string
  readonly subject_id: string
  readonly before: JsonObject | null
  readonly after: JsonObject
  readonly seal: string
}

export async function booksIn(querier: Querier): Promise<readonly number[]> {
  const rows = await querier.query<{ book_id: number }>(
    'books',
    'select book_id from books order by book_id',
    [],
  )
  return rows.map(({ book_id }) => book_id)
}

export async function hasIdentity(querier: Querier, bookId: number, id: string): Promise<boolean> {
  const rows = await querier.query(
    'identity to erase',
    'select 1 from identities where book_id = $1 and id = $2::uuid',
    [bookId, id],
  )
  return rows.length > 0
}

/** Amendments of transactions and of their entries, whose ids begin as theirs; by the key. */
export async function amendmentsOf(
  querier: Querier,
  bookId: number,
  transactionIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await querier.query<{ id: string }>(
    'amendments to erase',
    `select a.id from unnest($2::uuid[]) t (id)
      cross join lateral (
        select id from amendments
         where book_id = $1 and id >= t.id and id <= (left(t.id::text, 33) || 'fff')::uuid offset 0
      ) a`,
    [bookId, plainArray(transactionIds)],
  )
  return rows.map(({ id }) => id)
}

/**
 * @param fields of identities that may hold tokens
 * @param isToken whether a text is a token
 * @returns how many events were erased
 */
export async function eraseClearTexts(
  querier: Querier,
  bookId: number,
  fields: readonly string[],
  isToken: (text: string | null) => boolean,
  hash: Hash,
): Promise<number> {
  let erased = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await querier.query<{ id: string } & Record<string, string | null>>(
      'identities to erase of',
      `select id, ${fields.map(snakeCase).join(', ')} from identities
        where book_id = $1 and id > $2::uuid order by id limit ${PAGE}`,
      [bookId, after],
    )
    const last = rows.at(-1)
    if (last === undefined) return erased
    after = last.id
    const secret = new Map(
      rows.map((row) => [row.id, fields.filter((name) => isToken(row[snakeCase(name)] ?? null))]),
    )
    erased += await eraseEvents(querier, bookId, secret, isToken, hash)
  }
}

/** Follows events_by_subject for the identities that have tokens. */
async function eraseEvents(
  querier: Querier,
  bookId: number,
  secret: ReadonlyMap<string, readonly string[]>,
  isToken: (text: string | null) => boolean,
  hash: Hash,
): Promise<number> {
  const subjects = [...secret].flatMap(([id, names]) => (names.length > 0 ? [id] : []))
  if (subjects.length === 0) return 0
  const events = await querier.query<EventRow>(
    'events to erase',
    `select id, subject_id, before, after, seal from events
      where book_id = $1 and subject_id = any ($2::uuid[]) and entity = 'identity' and after is not null`,
    [bookId, plainArray(subjects)],
  )
  const telling = events.filter(({ subject_id, before, after }) =>
    (secret.get(subject_id) ?? []).some((name) =>
      [before, after].some((row) => typeof row?.[name] === 'string' && !isToken(row[name])),
    ),
  )
  return sealEvents(querier, bookId, telling, hash)
}

/**
 * Erases every event of rows but the last of each, which bears witness to the row; through events_by_subject.
 *
 * @returns how many events were erased
 */
export async function eraseHistory(
  querier: Querier,
  bookId: number,
  entity: 'identity' | 'amendment',
  ids: readonly string[],
  hash: Hash,
): Promise<number> {
  const events = await querier.query<EventRow>(
    'events to erase',
    `select v.id, v.subject_id, v.before, v.after, v.seal from events v
      where v.book_id = $1 and v.subject_id = any ($2::uuid[]) and v.entity = $3 and v.after is not null
        and exists (select from events n
                     where n.book_id = $1 and n.subject_id = v.subject_id and n.entity = $3 and n.id > v.id)`,
    [bookId, plainArray(ids), entity],
  )
  return sealEvents(querier, bookId, events, hash)
}

async function sealEvents(
  querier: Querier,
  bookId: number,
  telling: readonly EventRow[],
  hash: Hash,
): Promise<number> {
  const seals = telling.map((event) => commitment(event.seal, textsOfChange(event), hash))
  const rows = await querier.query(
    'erase events',
    `update events e set before = null, after = null, seal = u.seal
       from unnest($2::uuid[], $3::text[]) as u (id, seal)
      where e.book_id = $1 and e.id = u.id and length(e.seal) = ${SALT_DIGITS} returning 1`,
    [bookId, plainArray(telling.map(({ id }) => id)), textArray(seals)],
  )
  return rows.length
}
