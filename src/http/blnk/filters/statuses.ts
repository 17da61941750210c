/** Blnk's words for the statuses of transactions. */
import type { TransactionStatus } from '../../../ledger/index.ts'
import type { Operator } from '../../../reports/index.ts'

export const statusWords = {
  queued: 'QUEUED',
  scheduled: 'SCHEDULED',
  pending: 'INFLIGHT',
  posted: 'APPLIED',
  voided: 'VOID',
  expired: 'VOID',
  rejected: 'REJECTED',
  noted: 'NOTED',
} as const satisfies Readonly<Record<TransactionStatus, string>>

/** The statuses whose words satisfy a condition: the words are few, so they are simply tried. */
export function statusesWhere(
  operator: Operator,
  values: readonly string[],
): readonly TransactionStatus[] {
  const [first = '', second = ''] = values
  const holds = (word: string): boolean => {
    switch (operator) {
      case 'eq':
        return word === first
      case 'ne':
        return word !== first
      case 'gt':
        return word > first
      case 'gte':
        return word >= first
      case 'lt':
        return word < first
      case 'lte':
        return word <= first
      case 'in':
        return values.includes(word)
      case 'between':
        return word >= first && word <= second
      case 'like':
        return patternOf(first, '').test(word)
      case 'ilike':
        return patternOf(first, 'i').test(word)
      case 'prefix':
        return word.toLowerCase().startsWith(first.toLowerCase())
      case 'contains':
      case 'isnull':
        return false
      case 'isnotnull':
        return true
    }
  }
  const words = Object.entries(statusWords) as [TransactionStatus, string][]
  return words.filter(([, word]) => holds(word)).map(([status]) => status)
}

/** Few words, each tried against a pattern in which only `%` and `_` mean anything. */
function patternOf(pattern: string, flags: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/%+/g, '.*').replace(/_/g, '.')}$`, flags)
}
