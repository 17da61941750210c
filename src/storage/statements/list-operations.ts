/**
 * Pages of the operations of an account. Each of its balances gives its next few entries in the order of their versions,
 * which is the order of the journal; of those the first are taken. In a span of time, what was recorded in it and what
 * counts for it by a value date are two such lists.
 */
import { isoOf } from '../../ledger/index.ts'
import {
  type EntryKind,
  firstIdAt,
  type Operation,
  type OperationQuery,
} from '../../reports/index.ts'
import type { Querier } from '../connection.ts'
import { textArray } from '../types.ts'
import { eachOne } from './look-up.ts'
import { hashSql, isKeptName } from './metadata-values.ts'
import {
  entriesBefore,
  OPERATION_COLUMNS,
  OPERATION_JOINS,
  type OperationRow,
  operationOf,
} from './operations.ts'

export async function listOperations(
  querier: Querier,
  bookId: number,
  query: OperationQuery,
): Promise<readonly Operation[]> {
  const lists = [recorded(bookId, query)]
  if (query.span !== null) lists.push(backDated(bookId, query, query.span))
  const found = await Promise.all(
    lists.map(({ text, values }) => querier.query<OperationRow>('', text, values)),
  )
  const operations = found.flat().map(operationOf)
  operations.sort(query.span === null ? byPlace : byTime)
  if (query.order === 'desc') operations.reverse()
  return operations.slice(0, query.limit)
}

function byPlace(left: Operation, right: Operation): number {
  if (left.transactionId === right.transactionId) return left.leg - right.leg
  return left.transactionId < right.transactionId ? -1 : 1
}

function byTime(left: Operation, right: Operation): number {
  const times = (left.effectiveAt ?? left.recordedAt) - (right.effectiveAt ?? right.recordedAt)
  return times === 0 ? byPlace(left, right) : times
}

type Listing = { readonly text: string; readonly values: readonly unknown[] }

/** Parameters of a statement, numbered as they are added. */
class Parameters {
  readonly values: unknown[]

  constructor(values: readonly unknown[]) {
    this.values = [...values]
  }

  add(value: unknown, type: string): string {
    this.values.push(value)
    return `$${this.values.length}::${type}`
  }
}

/** Operations in the order of the journal; in a span, those without a value date of their own. */
function recorded(bookId: number, query: OperationQuery): Listing {
  const { span, order } = query
  const parameters = new Parameters([bookId, query.accountId])
  const where = conditions(query, parameters)
  const before = (id: string) => entriesBefore('o.id', parameters.add(id, 'uuid'))
  if (span !== null)
    where.push(
      't.effective_at is null',
      `e.version > ${before(firstIdAt(span.from))}`,
      `e.version <= ${before(firstIdAt(span.to + 1))}`,
    )
  if (query.after !== null) {
    const { valueAt, transactionId } = query.after
    const [first, beyond] =
      span === null
        ? [transactionId, `${transactionId.slice(0, -3)}fff`]
        : [firstIdAt(valueAt), firstIdAt(valueAt + 1)]
    where.push(
      order === 'asc' ? `e.version > ${before(first)}` : `e.version <= ${before(beyond)}`,
      beyondPlace(query, parameters, 'e', 't.recorded_at'),
    )
  }
  const limit = parameters.add(query.limit, 'int')
  const [entries, version] = entriesOf(query, parameters, where)
  return {
    text: `select page.* from balances o
  cross join lateral (
    select ${OPERATION_COLUMNS} from ${entries} ${OPERATION_JOINS}
     where e.book_id = $1 and e.balance_id = o.id and ${where.join(' and ')}
     order by ${version} ${order} limit ${limit}) page
 where o.book_id = $1 and o.account_id = $2
 order by page.transaction_id ${order}, page.leg ${order} limit ${limit}`,
    values: parameters.values,
  }
}

/** The entries of a balance, and what their order is by. Those with some metadata are found by it, in the same order. */
function entriesOf(
  { filter, order }: OperationQuery,
  parameters: Parameters,
  where: readonly string[],
): readonly [from: string, version: string] {
  const [asked] = filter.metadata
  if (asked === undefined || !isKeptName(asked[0])) return ['entries e', 'e.version']
  const versions = where
    .filter((condition) => condition.startsWith('e.version '))
    .map((condition) => ` and ${condition.replace('e.version', 'v.version')}`)
  const [key, value] = asked
  return [
    `(select v.version from entry_metadata v
       where v.book_id = $1 and v.balance_id = o.id and v.key = ${parameters.add(key, 'text')}
         and v.value_hash = ${hashSql(parameters.add(value, 'text'))}${versions.join('')}
       order by v.version ${order} offset 0) found
     ${eachOne('entries', 'e', 'x.book_id = $1 and x.balance_id = o.id and x.version = found.version')}`,
    'found.version',
  ]
}

/** Operations that count for the span by a value date, in the order of that date. */
function backDated(
  bookId: number,
  query: OperationQuery,
  span: NonNullable<OperationQuery['span']>,
): Listing {
  const { after, order } = query
  const parameters = new Parameters([bookId, query.accountId])
  const where = conditions(query, parameters)
  const ascending = order === 'asc'
  const from = ascending && after !== null ? after.valueAt : span.from
  const to = !ascending && after !== null ? after.valueAt : span.to
  const times = `d.effective_at between ${parameters.add(isoOf(from), 'timestamptz')} and ${parameters.add(isoOf(to), 'timestamptz')}`
  if (after !== null) where.push(beyondPlace(query, parameters, 'd', 'd.effective_at'))
  const limit = parameters.add(query.limit, 'int')
  return {
    text: `select page.* from balances o
  cross join lateral (
    select ${OPERATION_COLUMNS} from value_dated_entries d
      ${eachOne('entries', 'e', 'x.book_id = $1 and x.transaction_id = d.transaction_id and x.leg = d.leg')}
      ${OPERATION_JOINS}
     where d.book_id = $1 and d.balance_id = o.id and ${times} and ${where.join(' and ')}
     order by d.effective_at ${order}, d.transaction_id ${order}, d.leg ${order} limit ${limit}) page
 where o.book_id = $1 and o.account_id = $2
 order by page.effective_at ${order}, page.transaction_id ${order}, page.leg ${order} limit ${limit}`,
    values: parameters.values,
  }
}

/**
 * Beyond the operation that the page before ended with; `rows` have the place, and `time` is the column that the span
 * goes by.
 */
function beyondPlace(
  { after, order, span }: OperationQuery,
  parameters: Parameters,
  rows: 'd' | 'e',
  time: string,
): string {
  if (after === null) return 'true'
  const sign = order === 'asc' ? '>' : '<'
  const id = parameters.add(after.transactionId, 'uuid')
  const leg = parameters.add(after.leg, 'int')
  if (span === null) return `(${rows}.transaction_id, ${rows}.leg) ${sign} (${id}, ${leg})`
  const at = parameters.add(isoOf(after.valueAt), 'timestamptz')
  return `(${time}, ${rows}.transaction_id, ${rows}.leg) ${sign} (${at}, ${id}, ${leg})`
}

/** What is asked of each operation. */
function conditions({ filter }: OperationQuery, parameters: Parameters): string[] {
  const where: string[] = ['true']
  const asked = "coalesce(t.terms, p.terms) ->> 'action'"
  if (filter.ofCompanions !== null)
    where.push(`o.principal_id is ${filter.ofCompanions ? 'not null' : 'null'}`)
  if (filter.kinds !== null)
    where.push(`(${filter.kinds.map((kind) => kindSql(kind, parameters)).join(' or ')})`)
  if (filter.direction !== null) {
    // What is given back of a debit counts as a credit, unless it is booked in two halves.
    const direction = `case when e.effect <> 'release' or (e.details ->> 'routeCode' is not null and o.principal_id is null) then e.side
             when e.side = 'debit' then 'credit' else 'debit' end`
    where.push(`(${direction}) = ${parameters.add(filter.direction, 'text')}`)
  }
  if (filter.action === null) where.push(`${asked} is null`)
  else if (filter.action !== undefined)
    where.push(`${asked} = ${parameters.add(filter.action, 'text')}`)
  if (filter.routeId !== null)
    where.push(`e.details ->> 'routeId' = ${parameters.add(filter.routeId, 'text')}`)
  if (filter.routeCode !== null)
    where.push(`e.details ->> 'routeCode' = ${parameters.add(filter.routeCode, 'text')}`)
  for (const [key, value] of filter.metadata) {
    const name = parameters.add(key, 'text')
    where.push(
      `case when m.id is null then e.details -> 'metadata' ->> ${name} else m.metadata ->> ${name} end
         = ${parameters.add(value, 'text')}`,
    )
  }
  return where
}

function kindSql({ effects, side, ruled }: EntryKind, parameters: Parameters): string {
  const asked = [`e.effect = any (${parameters.add(textArray(effects), 'text[]')})`]
  if (side !== undefined) asked.push(`e.side = ${parameters.add(side, 'text')}`)
  if (ruled !== undefined) asked.push(`e.details ->> 'routeCode' is ${ruled ? 'not null' : 'null'}`)
  return `(${asked.join(' and ')})`
}
