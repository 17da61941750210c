/** How a reconciliation is asked for. */

export const STRATEGIES = ['one_to_one', 'one_to_many', 'many_to_one'] as const

/** Whether a record matches one transaction, a group of transactions, or a group of records one transaction. */
export type Strategy = (typeof STRATEGIES)[number]

/** What transactions can be grouped by. */
export const TRANSACTION_GROUPINGS = [
  'parent_transaction',
  'reference',
  'description',
  'currency',
  'amount',
  'date',
  'source',
  'destination',
] as const

/** What records can be grouped by. */
export const RECORD_GROUPINGS = [
  'reference',
  'description',
  'currency',
  'amount',
  'date',
  'source',
] as const

export type Grouping = (typeof TRANSACTION_GROUPINGS)[number] | (typeof RECORD_GROUPINGS)[number]

/** What a strategy can group by; nothing for one that does not. */
export function groupingsOf(strategy: Strategy): readonly Grouping[] {
  switch (strategy) {
    case 'one_to_one':
      return []
    case 'one_to_many':
      return TRANSACTION_GROUPINGS
    case 'many_to_one':
      return RECORD_GROUPINGS
  }
}
