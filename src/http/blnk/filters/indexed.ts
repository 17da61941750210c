/**
 * Filtered and sorted lists, through the index of the book where that is close enough behind it. Where it is not, the
 * tables of the book tell, and the index is made for the next one who asks.
 */
import type { ListQuery } from '../../../reports/index.ts'
import type { Listed } from '../../../search/index.ts'
import type { Face } from '../face.ts'

type Rows<Row> = {
  /** Rows with these ids, in any order. */
  readonly byId: (ids: readonly string[]) => Promise<readonly Row[]>
  /** The list as the tables of the book tell it. */
  readonly list: () => Promise<readonly Row[]>
}

export async function listIndexed<Row extends { readonly id: string }>(
  { services, bookId }: Face,
  collection: Listed,
  query: ListQuery,
  rows: Rows<Row>,
): Promise<readonly Row[]> {
  if (isPlain(query)) return rows.list()
  const ids = await services.search.store.list(bookId, collection, query)
  if (ids === null) {
    services.search.begin(bookId)
    return rows.list()
  }
  const found = new Map((await rows.byId(ids)).map((row) => [row.id, row]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

export async function countIndexed(
  { services, bookId }: Face,
  collection: Listed,
  query: ListQuery,
  count: () => Promise<number>,
): Promise<number> {
  if (isPlain(query)) return count()
  const counted = await services.search.store.count(bookId, collection, query)
  if (counted === null) services.search.begin(bookId)
  return counted ?? count()
}

/** Whether it is a range of the table in the order of its key. */
function isPlain({ conditions, sortBy }: ListQuery): boolean {
  return conditions.length === 0 && sortBy === null
}
