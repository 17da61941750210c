/**
 * How lists are written. There is one envelope with what each client looks for: the flat form of Midaz, `pagination` of
 * the SDK for Go, and `meta` of the SDK for TypeScript.
 */
import type { ListQuery } from '../../../reports/index.ts'
import { writeCursor } from './cursor.ts'
import type { PageQuery } from './query.ts'

/** A list that is read page by page, by number. */
export function pageEnvelope(items: readonly unknown[], query: PageQuery) {
  const isLast = items.length < query.limit
  const total =
    isLast && (items.length > 0 || query.offset === 0) ? query.offset + items.length : null
  return {
    items,
    page: query.page,
    limit: query.limit,
    ...more(items.length, query, total, null, null),
  }
}

/** A page between two cursors, in the order of the list. */
export type Slice<Row> = {
  readonly rows: readonly Row[]
  readonly next: string | null
  readonly prev: string | null
}

/** What stands around the items of a list that is read from cursor to cursor. */
export function aroundSlice(query: PageQuery, slice: Slice<unknown>) {
  const { length } = slice.rows
  const whole = query.cursor === null && slice.next === null
  return {
    limit: query.limit,
    ...(slice.next === null ? {} : { next_cursor: slice.next }),
    ...(slice.prev === null ? {} : { prev_cursor: slice.prev }),
    ...more(length, query, whole ? length : null, slice.next, slice.prev),
  }
}

/** A list whose items are text already. */
export function listText(items: readonly string[], around: object): string {
  return `{"items":[${items.join(',')}],${JSON.stringify(around).slice(1)}`
}

function more(
  count: number,
  { limit, offset }: PageQuery,
  total: number | null,
  next: string | null,
  prev: string | null,
) {
  const cursors = {
    ...(next === null ? {} : { nextCursor: next }),
    ...(prev === null ? {} : { prevCursor: prev }),
  }
  const known = total === null ? {} : { total }
  return {
    pagination: { limit, offset, ...known, ...cursors },
    meta: { count, ...known, ...cursors },
  }
}

/** What to ask the store for, to fill a page between cursors: one row more than the page has. */
export function sliceQuery(query: PageQuery): Pick<ListQuery, 'order' | 'after' | 'limit'> {
  const back = query.cursor?.direction === 'prev'
  const opposite = query.order === 'asc' ? 'desc' : 'asc'
  return {
    order: back ? opposite : query.order,
    after: query.cursor?.id ?? null,
    limit: query.limit + 1,
  }
}

/** The page that those rows make, with the cursors on both sides of it. */
export function sliceOf<Row>(
  found: readonly Row[],
  query: PageQuery,
  idOf: (row: Row) => string,
): Slice<Row> {
  const back = query.cursor?.direction === 'prev'
  const beyond = found.length > query.limit
  const rows = found.slice(0, query.limit)
  if (back) rows.reverse()
  const first = rows[0]
  const last = rows.at(-1)
  const hasNext = back ? last !== undefined : beyond
  const hasPrev = back ? beyond : query.cursor !== null
  return {
    rows,
    next: hasNext && last !== undefined ? writeCursor({ id: idOf(last), direction: 'next' }) : null,
    prev:
      hasPrev && first !== undefined ? writeCursor({ id: idOf(first), direction: 'prev' }) : null,
  }
}
