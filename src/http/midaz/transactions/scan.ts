/** Transactions of a ledger in their order, page by page. */
import { isoOf, type Micros } from '../../../ledger/index.ts'
import {
  type Condition,
  FIRST_PAGE,
  firstIdAt,
  type ListQuery,
  lastIdAt,
  type TransactionView,
} from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { writeCursor } from '../lists/cursor.ts'
import { type Slice, sliceOf, sliceQuery } from '../lists/envelope.ts'
import type { PageQuery, TimeSpan } from '../lists/query.ts'
import { invalidQuery, refuse } from '../problem.ts'
import type { TransactionPlace } from './find.ts'
import { SHOWN_KINDS, surroundingsOf } from './read.ts'

/** Transactions of other ledgers of the same book that are passed over before a page ends short. */
const PASSED_MAX = 5_000
const PASSED_AT_ONCE = 200

export const shownKinds: Condition = { field: 'kind', operator: 'in', values: SHOWN_KINDS }

/** A place in the list: after this transaction, which counts for this time. */
type Position = { readonly id: string; readonly valueAt: Micros }

/**
 * A page of the list. Without a span of time the order is that of the journal; in a span it is the order of the times
 * that the transactions count for.
 */
export async function pageOfTransactions(
  services: Services,
  place: TransactionPlace,
  query: PageQuery,
): Promise<Slice<TransactionView>> {
  const start = await startOf(services, place, query)
  if (!place.shared) {
    const found = await next(services, place, query, start, query.limit + 1)
    return sliceOf(found, query, ({ id }) => id)
  }
  return pageOfSharedBook(services, place, query, start)
}

async function startOf(
  services: Services,
  place: TransactionPlace,
  { cursor, span }: PageQuery,
): Promise<Position | null> {
  if (cursor === null) return null
  if (span === null) return { id: cursor.id, valueAt: 0 }
  const view = await services.transactions.load(place.bookId, cursor.id)
  return positionOf(view ?? refuse(invalidQuery('cursor', 'is none of this list')))
}

function positionOf({ id, effectiveAt, recordedAt }: TransactionView): Position {
  return { id, valueAt: effectiveAt ?? recordedAt }
}

/** Takes what belongs to the ledger out of a journal that others share, up to a bound of what is passed over. */
async function pageOfSharedBook(
  services: Services,
  place: TransactionPlace,
  query: PageQuery,
  start: Position | null,
): Promise<Slice<TransactionView>> {
  const found: TransactionView[] = []
  let position = start
  for (let passed = 0; passed < PASSED_MAX; passed += PASSED_AT_ONCE) {
    const views = await next(services, place, query, position, PASSED_AT_ONCE)
    const { facts, operations } = await surroundingsOf(services, place.bookId, views)
    for (const view of views) {
      const balances = [
        ...(operations.get(view.id) ?? []).map(({ ledgerId }) => ledgerId),
        ...(view.plan?.kind === 'legs'
          ? view.plan.legs.map(({ balanceId }) => facts.get(balanceId)?.ledgerId)
          : []),
      ]
      if (balances.includes(place.ledgerId)) found.push(view)
      if (found.length > query.limit) return sliceOf(found, query, ({ id }) => id)
    }
    const last = views.at(-1)
    if (last === undefined || views.length < PASSED_AT_ONCE)
      return sliceOf(found, query, ({ id }) => id)
    position = positionOf(last)
  }
  const slice = sliceOf(found, query, ({ id }) => id)
  const direction = query.cursor?.direction ?? 'next'
  const more = position === null ? null : writeCursor({ id: position.id, direction })
  return { ...slice, [direction]: more }
}

/** The next transactions after a position, in the order in which the page is read. */
async function next(
  services: Services,
  place: TransactionPlace,
  query: PageQuery,
  position: Position | null,
  limit: number,
): Promise<readonly TransactionView[]> {
  const { order } = sliceQuery(query)
  const asked: ListQuery = {
    ...FIRST_PAGE,
    within: [shownKinds, ...query.metadata],
    order,
    limit,
  }
  const { reports } = services
  if (query.span === null)
    return reports.listTransactions(place.bookId, { ...asked, after: position?.id ?? null })
  const lists = await Promise.all(
    [recordedIn(query.span, order, position), backDatedTo(query.span, order, position)].map(
      ({ within, sortBy }) =>
        reports.listTransactions(place.bookId, {
          ...asked,
          within: [...within, ...asked.within],
          sortBy,
        }),
    ),
  )
  const sign = order === 'asc' ? 1 : -1
  return lists
    .flat()
    .sort((left, right) => sign * inTime(positionOf(left), positionOf(right)))
    .slice(0, limit)
}

function inTime(left: Position, right: Position): number {
  if (left.valueAt !== right.valueAt) return left.valueAt - right.valueAt
  return left.id < right.id ? -1 : 1
}

type Part = { readonly within: readonly Condition[]; readonly sortBy: string | null }

/** What was recorded in the span and counts for then: a range of ids. */
export function recordedIn(span: TimeSpan, order: 'asc' | 'desc', after: Position | null): Part {
  const from = order === 'asc' && after !== null ? after.valueAt : span.from
  const to = order === 'desc' && after !== null ? after.valueAt : span.to
  return {
    within: [
      { field: 'effectiveAt', operator: 'isnull', values: [] },
      { field: 'id', operator: 'gte', values: [firstIdAt(from)] },
      { field: 'id', operator: 'lte', values: [lastIdAt(to)] },
      ...beyond('recordedAt', order, after),
    ],
    sortBy: null,
  }
}

/** What counts for the span by a value date of its own. */
export function backDatedTo(span: TimeSpan, order: 'asc' | 'desc', after: Position | null): Part {
  const from = order === 'asc' && after !== null ? after.valueAt : span.from
  const to = order === 'desc' && after !== null ? after.valueAt : span.to
  return {
    within: [
      { field: 'effectiveAt', operator: 'between', values: [isoOf(from), isoOf(to)] },
      ...beyond('effectiveAt', order, after),
    ],
    sortBy: 'effectiveAt',
  }
}

/** Later than a position, or at the same time with an id further on. */
function beyond(
  field: string,
  order: 'asc' | 'desc',
  after: Position | null,
): readonly Condition[] {
  if (after === null) return []
  const operator = order === 'asc' ? 'gt' : 'lt'
  const at = isoOf(after.valueAt)
  return [
    {
      match: 'any',
      of: [
        { field, operator, values: [at] },
        {
          match: 'all',
          of: [
            { field, operator: 'eq', values: [at] },
            { field: 'id', operator, values: [after.id] },
          ],
        },
      ],
    },
  ]
}
