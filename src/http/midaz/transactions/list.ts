/** Lists and counts of transactions. */
import type { FastifyRequest } from 'fastify'
import { type Condition, equals, FIRST_PAGE } from '../../../reports/index.ts'
import type { Services } from '../../services.ts'
import { momentOf } from '../body/dates.ts'
import { aroundSlice, listText } from '../lists/envelope.ts'
import { badDate, type Parameters, pageQuery, parameter, type TimeSpan } from '../lists/query.ts'
import { noteUse } from '../lists/uses.ts'
import { invalidQuery, refuse } from '../problem.ts'
import { journalPlace } from './find.ts'
import { shownTransaction, surroundingsOf } from './read.ts'
import { backDatedTo, pageOfTransactions, recordedIn, shownKinds } from './scan.ts'
import { transactionText } from './write.ts'

const NO_ROWS = { rows: [], next: null, prev: null }

export async function listTransactions(
  services: Services,
  request: FastifyRequest,
): Promise<string> {
  const query = pageQuery(request.query as Parameters)
  noteUse(services, 'transaction', query)
  const place = await journalPlace(services, request)
  if (place === null) return listText([], aroundSlice(query, NO_ROWS))
  const slice = await pageOfTransactions(services, place, query)
  const surroundings = await surroundingsOf(services, place.bookId, slice.rows)
  const { profile } = request.midaz
  const items = slice.rows.map((view) =>
    transactionText(shownTransaction(view, surroundings, place, profile), profile),
  )
  return listText(items, aroundSlice(query, slice))
}

const DAY = 86_400 * 1_000_000

/** How many transactions count for a span of time, which is today unless told. */
export async function countTransactions(
  services: Services,
  request: FastifyRequest,
): Promise<number> {
  const parameters = request.query as Parameters
  const span = countedSpan(parameters, services.now())
  const status = statusCondition(parameter(parameters, 'status'))
  const route = parameter(parameters, 'route')
  const place = await journalPlace(services, request)
  if (place === null || status === 'none') return 0
  const conditions = [
    shownKinds,
    ...status,
    ...(route === null || route.includes('\0') ? [] : [equals('route', route)]),
  ]
  const counts = await Promise.all(
    [recordedIn(span, 'asc', null), backDatedTo(span, 'asc', null)].map(({ within }) =>
      services.reports.countTransactions(place.bookId, {
        ...FIRST_PAGE,
        within: [...within, ...conditions],
      }),
    ),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function countedSpan(parameters: Parameters, now: number): TimeSpan {
  const today = now - (now % DAY)
  const start = parameter(parameters, 'start_date')
  const end = parameter(parameters, 'end_date')
  const from = start === null ? today : (momentOf(start) ?? refuse(badDate('start_date')))
  const to = end === null ? today + DAY - 1 : (momentOf(end) ?? refuse(badDate('end_date')))
  if (to < from)
    refuse({ code: '0078', detail: 'The end_date lies before the start_date.', entity: null })
  return { from, to }
}

const STATUSES = ['CREATED', 'APPROVED', 'PENDING', 'CANCELED', 'NOTED']

/** What is true of transactions of a state. None are found as they were created: they are approved by then. */
function statusCondition(text: string | null): readonly Condition[] | 'none' {
  if (text === null) return []
  const hold = (...values: readonly string[]): Condition => ({
    field: 'holdStatus',
    operator: 'in',
    values,
  })
  switch (text.toUpperCase()) {
    case 'CREATED':
      return 'none'
    case 'APPROVED': {
      const posted = { field: 'kind', operator: 'in', values: ['transfer', 'reversal'] } as const
      return [{ match: 'any', of: [posted, hold('posted')] }]
    }
    case 'PENDING':
      return [hold('pending')]
    case 'CANCELED':
      return [hold('voided', 'expired')]
    case 'NOTED':
      return [equals('kind', 'note')]
    default:
      return refuse(invalidQuery('status', `is one of ${STATUSES.join(', ')}`))
  }
}
