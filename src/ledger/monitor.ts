import type { Sums } from './balance.ts'
import type { Amount } from './money.ts'

/** What of a balance can be watched. Differences count credits up and debits down, whatever the balance's normal side. */
export type MonitoredField =
  | 'posted'
  | 'posted_debits'
  | 'posted_credits'
  | 'pending'
  | 'pending_debits'
  | 'pending_credits'

export type MonitorOperator = '>' | '<' | '>=' | '<=' | '=' | '!='

/** A condition on the sums of one balance. */
export type MonitorCondition = {
  readonly field: MonitoredField
  readonly operator: MonitorOperator
  readonly threshold: Amount
}

/** What the sums of a balance say about a field. */
export function watched(field: MonitoredField, sums: Sums): Amount {
  switch (field) {
    case 'posted':
      return sums.postedCredits - sums.postedDebits
    case 'posted_debits':
      return sums.postedDebits
    case 'posted_credits':
      return sums.postedCredits
    case 'pending':
      return sums.pendingCredits - sums.pendingDebits
    case 'pending_debits':
      return sums.pendingDebits
    case 'pending_credits':
      return sums.pendingCredits
  }
}

/** Whether the condition holds for a balance with these sums. */
export function holds(condition: MonitorCondition, sums: Sums): boolean {
  const value = watched(condition.field, sums)
  const { threshold } = condition
  switch (condition.operator) {
    case '>':
      return value > threshold
    case '<':
      return value < threshold
    case '>=':
      return value >= threshold
    case '<=':
      return value <= threshold
    case '=':
      return value === threshold
    case '!=':
      return value !== threshold
  }
}
