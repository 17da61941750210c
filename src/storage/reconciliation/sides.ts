/** The statements that read the two sides of a reconciliation. */
import { formatDecimal, isoOf, type Micros } from '../../ledger/index.ts'
import type { Axis, Run, Within } from '../../reconciliation/port.ts'
import { plainArray, textArray } from '../types.ts'
import type { Statement } from './cursor.ts'

/** Characters of a text that are read. */
const TEXT_MAX = 1024

/** How each axis orders what is matched with it, and what its values are. */
const ORDERS = {
  amount: { column: 'amount', type: 'numeric', internal: 'amount' },
  date: { column: 'dated_at', type: 'timestamptz', internal: 'recorded_at' },
} as const

type Value = Run['position']

/** Records of an upload, or groups of them, in the order of the axis from where the run stands. */
export function externalsStatement(run: Run, axis: Axis): Statement {
  const values: unknown[] = [run.bookId, run.strategy === 'many_to_one' ? run.id : run.uploadId]
  const from =
    run.strategy === 'many_to_one'
      ? `select number, currency, amount, dated_at, reference, description from reconciliation_groups
          where book_id = $1 and reconciliation_id = $2`
      : `select number, currency, amount, dated_at, array[left(reference, ${TEXT_MAX})] as reference,
                array[left(description, ${TEXT_MAX})] as description
           from external_records where book_id = $1 and upload_id = $2`
  const { where, order } = following(axis, run.position, values)
  return {
    text: `select number::text as key, currency, round(amount, 18) as amount, dated_at, reference, description
  from (${from}) e ${where} order by ${order}`,
    values,
  }
}

function following(axis: Axis, position: Value, values: unknown[]) {
  if (axis === 'none') {
    if (position !== null) values.push(position.key)
    return { where: position === null ? '' : 'where number > $3::bigint', order: 'number' }
  }
  const { column, type } = ORDERS[axis]
  const order = `currency, ${column}, number`
  if (position === null) return { where: '', order }
  const value =
    axis === 'amount' ? formatDecimal(BigInt(position.value)) : isoOf(Number(position.value))
  values.push(position.currency, value, position.key)
  return { where: `where (${order}) > ($3::text, $4::${type}, $5::bigint)`, order }
}

/** Transactions that are free in the run, or groups of them, in the order of the axis. */
export function internalsStatement(run: Run, within: Within): Statement {
  const grouped = run.strategy === 'one_to_many'
  const values: unknown[] = [run.bookId, run.id]
  const { source, free } = grouped ? GROUPS : TRANSACTIONS
  if (!grouped) values.push(run.upTo)
  const first = values.length + 1
  if (within.axis === 'none') {
    values.push(textArray(within.currencies))
    return {
      text: `${source} and x.currency = any ($${first}::text[]) and ${free}
 order by x.${grouped ? 'number' : 'id'}`,
      values,
    }
  }
  const { axis, windows } = within
  const { type, column, internal } = ORDERS[axis]
  const named = grouped ? column : internal
  values.push(
    textArray(windows.map((window) => window.currency)),
    axis === 'amount'
      ? plainArray(windows.map((window) => formatDecimal(window.from as bigint)))
      : plainArray(windows.map((window) => isoOf(window.from as Micros))),
    axis === 'amount'
      ? plainArray(windows.map((window) => formatDecimal(window.to as bigint)))
      : plainArray(windows.map((window) => isoOf(window.to as Micros))),
  )
  return {
    text: `select p.* from unnest($${first}::text[], $${first + 1}::${type}[], $${first + 2}::${type}[])
         with ordinality as w (currency, low, high, n)
  cross join lateral (
    ${source} and x.currency = w.currency and x.${named} between w.low and w.high and ${free}
     order by x.${named}, x.${grouped ? 'number' : 'id'} offset 0) p`,
    values,
  }
}

/** $1 is the book, $2 the reconciliation, $3 the last transaction that is considered. */
const TRANSACTIONS = {
  source: `select x.id::text as key, x.currency, round(x.amount, 18) as amount, x.recorded_at as dated_at,
       array[left(x.origin_reference, ${TEXT_MAX}), left(x.reference, ${TEXT_MAX})] as reference,
       array[left(x.description, ${TEXT_MAX})] as description
  from search_transactions x
 where x.book_id = $1 and x.status = 'posted' and x.kind <> 'lineage' and x.id <= $3::uuid`,
  free: `not exists (select from reconciliation_matches m
    where m.book_id = $1 and m.reconciliation_id = $2 and m.transaction_id = x.id offset 0)`,
}

/** The members of a group are taken together, so the first tells of all. */
const GROUPS = {
  source: `select x.number::text as key, x.currency, round(x.amount, 18) as amount, x.dated_at, x.reference,
       x.description
  from reconciliation_groups x
 where x.book_id = $1 and x.reconciliation_id = $2`,
  free: `not exists (select from reconciliation_matches m
    where m.book_id = $1 and m.reconciliation_id = $2 and m.transaction_id = x.transaction_ids[1] offset 0)`,
}
