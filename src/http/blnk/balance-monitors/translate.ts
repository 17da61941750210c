/** Balance monitors in Blnk's words, in and out. */
import {
  type Amount,
  formatDecimal,
  fromUnits,
  type JsonObject,
  type MonitoredField,
  type MonitorOperator,
} from '../../../ledger/index.ts'
import { readFraction } from '../transactions/amounts.ts'
import { wireId } from '../wire/ids.ts'
import { timeOfRow } from '../wire/time.ts'

/** What Blnk calls the sums of a balance. */
const FIELDS: Readonly<Record<string, MonitoredField>> = {
  balance: 'posted',
  debit_balance: 'posted_debits',
  credit_balance: 'posted_credits',
  inflight_balance: 'pending',
  inflight_debit_balance: 'pending_debits',
  inflight_credit_balance: 'pending_credits',
}

const NAMES = Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [field, name]))

const OPERATORS: Readonly<Record<string, MonitorOperator>> = {
  '>': '>',
  '<': '<',
  '>=': '>=',
  '<=': '<=',
  '=': '=',
  '==': '=',
  '!=': '!=',
}

export function fieldOf(name: string): MonitoredField | null {
  return Object.hasOwn(FIELDS, name) ? (FIELDS[name] ?? null) : null
}

export function operatorOf(sign: string): MonitorOperator | null {
  return Object.hasOwn(OPERATORS, sign) ? (OPERATORS[sign] ?? null) : null
}

/** How a threshold was written: a number, and how many of its smallest units make one. */
export type Threshold = { readonly value: number; readonly precision: number }

/** The number in smallest units, what is finer cut off. */
export function preciseValue({ value, precision }: Threshold): bigint {
  const { digits, decimals } = readFraction(String(value)) ?? { digits: 0n, decimals: 0 }
  return (digits * BigInt(precision)) / 10n ** BigInt(decimals)
}

/** The amount that a threshold stands for: it means the same however finely the asset is counted. */
export function thresholdOf(threshold: Threshold): Amount {
  return fromUnits(preciseValue(threshold), 0) / BigInt(threshold.precision)
}

/** What of a monitor is shown, whether it is read from its row or from the log. */
export type ShownMonitor = {
  readonly id: string
  readonly balanceId: string
  readonly description: string | null
  readonly field: MonitoredField
  readonly operator: MonitorOperator
  readonly createdAt: string
  readonly terms: { readonly [name: string]: unknown } | null
  readonly threshold: string | Amount
}

export function termsOfThreshold(threshold: Threshold, sign: string): JsonObject {
  return { ...threshold, operator: sign }
}

export function monitorText(monitor: ShownMonitor): string {
  const text = JSON.stringify
  const { value, precision, sign } = shownCondition(monitor)
  return (
    `{"monitor_id":"${wireId('mon', monitor.id)}","balance_id":"${wireId('bln', monitor.balanceId)}",` +
    ((monitor.description ?? '') === '' ? '' : `"description":${text(monitor.description)},`) +
    `"created_at":"${timeOfRow(monitor.createdAt)}",` +
    `"condition":{"value":${text(value)},"precision":${text(precision)},` +
    `"precise_value":${preciseValue({ value, precision })},` +
    `"field":"${NAMES[monitor.field] ?? ''}","operator":"${sign}"}}`
  )
}

/** The condition as it was asked for; made through another face, it is shown in whole units. */
function shownCondition({ terms, threshold, operator }: ShownMonitor): Threshold & {
  readonly sign: string
} {
  const { value, precision, operator: sign } = terms ?? {}
  if (typeof value === 'number' && typeof precision === 'number')
    return { value, precision, sign: typeof sign === 'string' ? sign : operator }
  const text = typeof threshold === 'string' ? threshold : formatDecimal(threshold)
  return { value: Number(text), precision: 1, sign: operator }
}
