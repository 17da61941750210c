/** Matching rules: what must agree between a record of somebody else's and a transaction of ours. */
import {
  type Amount,
  accept,
  type Decision,
  formatDecimal,
  type JsonObject,
  parseDecimal,
  readDecimal,
  refuse,
} from '../ledger/index.ts'

export const FIELDS = ['amount', 'date', 'reference', 'description', 'currency'] as const
export const OPERATORS = ['equals', 'greater_than', 'less_than', 'contains'] as const

export type Field = (typeof FIELDS)[number]
export type Operator = (typeof OPERATORS)[number]

/** One condition of a rule; all conditions of a rule must hold. */
export type Criterion = {
  readonly field: Field
  readonly operator: Operator
  /** Kept for whoever wrote it; it has no meaning. */
  readonly value: string
  /** Kept for whoever wrote it; it has no meaning. */
  readonly pattern: string
  /**
   * How far apart two values may be and still agree, as a decimal: for amounts a fraction of our amount (0.01 is one per
   * cent), for dates seconds, for texts per cent of the characters of the longer one.
   */
  readonly drift: Amount
}

export type Rule = { readonly id: string; readonly criteria: readonly Criterion[] }

/** A criterion as it is asked for. The drift is decimal text. */
export type AskedCriterion = {
  readonly field: string
  readonly operator: string
  readonly value: string
  readonly pattern: string
  readonly drift: string
}

/** Why a rule is turned down, in order of precedence. */
export type RuleFault =
  | 'name_missing'
  | 'criteria_missing'
  | 'too_many_criteria'
  | 'field_or_operator_missing'
  | 'operator_unknown'
  | 'field_unknown'
  | 'amount_drift_out_of_range'
  | 'date_drift_negative'
  | 'drift_not_a_decimal'

export const CRITERIA_MAX = 20

const ONE: Amount = readDecimal('1')

/** Checks a rule as it is asked for. */
export function ruleOf(
  name: string,
  asked: readonly AskedCriterion[],
): Decision<readonly Criterion[], RuleFault> {
  if (name === '') return refuse('name_missing')
  if (asked.length === 0) return refuse('criteria_missing')
  if (asked.length > CRITERIA_MAX) return refuse('too_many_criteria')
  const criteria: Criterion[] = []
  for (const one of asked) {
    const criterion = criterionOf(one)
    if (typeof criterion === 'string') return refuse(criterion)
    criteria.push(criterion)
  }
  return accept(criteria)
}

function criterionOf(asked: AskedCriterion): Criterion | RuleFault {
  if (asked.field === '' || asked.operator === '') return 'field_or_operator_missing'
  const operator = OPERATORS.find((known) => known === asked.operator)
  if (operator === undefined) return 'operator_unknown'
  const field = FIELDS.find((known) => known === asked.field)
  if (field === undefined) return 'field_unknown'
  const drift = parseDecimal(asked.drift)
  if (typeof drift === 'string') return 'drift_not_a_decimal'
  if (field === 'amount' && (drift < 0n || drift > ONE)) return 'amount_drift_out_of_range'
  if (field === 'date' && drift < 0n) return 'date_drift_negative'
  return { field, operator, value: asked.value, pattern: asked.pattern, drift }
}

/** A criterion as it is kept: the drift as decimal text. */
export function encodeCriterion(criterion: Criterion): JsonObject {
  return { ...criterion, drift: formatDecimal(criterion.drift) }
}

export function decodeCriterion(json: JsonObject): Criterion {
  const { field, operator, value, pattern, drift } = json as unknown as AskedCriterion
  return {
    field: field as Field,
    operator: operator as Operator,
    value,
    pattern,
    drift: readDecimal(drift),
  }
}
