import type { MonitorOrder } from '../../../directory/index.ts'
import { AMOUNT_LIMIT, formatDecimal } from '../../../ledger/index.ts'
import { uuidIn } from '../wire/ids.ts'
import { Problem } from '../wire/problem.ts'
import { BLANK, type Faults, faultsText, refuseFaults } from '../wire/validation.ts'
import type { MonitorBody } from './schema.ts'
import { fieldOf, operatorOf, termsOfThreshold, thresholdOf } from './translate.ts'

const UNFIT = 'must be a valid value'

/**
 * What a body asks to be watched.
 *
 * @throws Problem that names every field that does not fit
 */
export function orderOf(body: MonitorBody): MonitorOrder {
  const faults: Faults = {}
  const condition = conditionFaults(body)
  if ((body.balance_id ?? '') === '') faults['balance_id'] = BLANK
  if (condition !== null) faults['condition'] = `(${condition})`
  refuseFaults(faults)
  const { field = '', operator = '', value = 0, precision = 1 } = body.condition ?? {}
  const balanceId = uuidIn('bln', body.balance_id ?? '')
  if (balanceId === null) throw unknownBalance()
  return {
    balanceId,
    field: fieldOf(field) ?? 'posted',
    operator: operatorOf(operator) ?? '=',
    threshold: formatDecimal(thresholdOf({ value, precision })),
    description: body.description ?? null,
    terms: termsOfThreshold({ value, precision }, operator),
  }
}

export function unknownBalance(): Problem {
  return new Problem('GEN_BAD_REQUEST', 'Invalid balance ID', { details: {} })
}

/** Nothing, the empty text and zero all count as blank. */
function conditionFaults({ condition = {} }: MonitorBody): string | null {
  const { field = '', operator = '', value = 0, precision = 0 } = condition
  const faults: Faults = {}
  if (field === '') faults['field'] = BLANK
  else if (fieldOf(field) === null) faults['field'] = UNFIT
  if (operator === '') faults['operator'] = BLANK
  else if (operatorOf(operator) === null) faults['operator'] = UNFIT
  if (precision === 0) faults['precision'] = BLANK
  else if (precision < 0) faults['precision'] = 'precision cannot be negative'
  else if (!Number.isSafeInteger(precision))
    faults['precision'] = 'precision must be an integer value'
  if (value === 0) faults['value'] = BLANK
  else if (!('precision' in faults) && isTooLarge({ value, precision })) faults['value'] = UNFIT
  return faultsText(faults)
}

function isTooLarge(threshold: { readonly value: number; readonly precision: number }): boolean {
  const amount = thresholdOf(threshold)
  return amount >= AMOUNT_LIMIT || amount <= -AMOUNT_LIMIT
}
