/** Lists and filters of transactions. */
import {
  type Condition,
  FIRST_PAGE,
  type ListQuery,
  type TransactionView,
} from '../../../reports/index.ts'
import type { Face } from '../face.ts'
import type { Source } from '../filters/answer.ts'
import { transactionFields } from '../filters/fields.ts'
import { conditionOf, type Filter } from '../filters/filter.ts'
import { countIndexed, listIndexed } from '../filters/indexed.ts'
import { matchIn, pageIn, type Query } from '../filters/request.ts'
import { transactionText } from './translate.ts'

/** Balances that one filter on the names of indicators may stand for. */
const INDICATORS_MAX = 1000

export function transactionSource(face: Face): Source<TransactionView> {
  const { services, scales, bookId } = face
  return {
    collection: transactionFields,
    list: async (query) => {
      const rows = await listIndexed(face, 'transactions', query, {
        byId: (ids) => services.reports.transactions(bookId, ids),
        list: () => services.reports.listTransactions(bookId, query),
      })
      await scales.learn(rows.map((row) => row.assetCode))
      return rows
    },
    count: (query) =>
      countIndexed(face, 'transactions', query, () =>
        services.reports.countTransactions(bookId, query),
      ),
    text: (row) => transactionText(row, scales),
    conditions: (filters) => transactionConditions(face, filters),
  }
}

export function transactionConditions(
  face: Face,
  filters: readonly Filter[],
): Promise<readonly Condition[]> {
  return Promise.all(
    filters.map(async (filter) =>
      filter.field === 'indicator'
        ? byIndicator(face, filter)
        : conditionOf(filter, transactionFields),
    ),
  )
}

/** Transactions do not keep the names of indicators: what gives or takes is one of their balances. */
async function byIndicator({ services, bookId }: Face, filter: Filter): Promise<Condition> {
  const named = conditionOf({ ...filter, field: 'indicator' }, indicators)
  const rows = await services.reports.listBalances(bookId, {
    ...FIRST_PAGE,
    conditions: [named],
    within: [{ field: 'indicator', operator: 'isnotnull', values: [] }],
    limit: INDICATORS_MAX,
  })
  const values = rows.map((row) => row.id)
  return {
    match: 'any',
    of: ['sourceId', 'destinationId'].map((field) => ({ field, operator: 'in', values })),
  }
}

const indicators = {
  table: 'transactions',
  fields: { indicator: { field: 'indicator', kind: { type: 'text' } } },
} as const

export function listIn(query: Query, conditions: readonly Condition[]): ListQuery {
  return {
    ...FIRST_PAGE,
    conditions,
    match: matchIn(query),
    order: 'desc',
    ...pageIn(query, { page: 20, pageMax: 1000, beyondMax: 1000, faults: null }),
  }
}
