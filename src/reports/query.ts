/** How a list is asked for, whichever face asks. */

export type Operator =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'in'
  | 'between'
  /** With % and _ as wildcards. */
  | 'like'
  | 'ilike'
  /** Begins with, upper and lower case alike; nothing in the value is a wildcard. */
  | 'prefix'
  /** A list that has the value in it. */
  | 'contains'
  | 'isnull'
  | 'isnotnull'

export type Scalar = string | number | boolean

/** One condition on a field of the listed rows, or on a key of their metadata (`metadata.key`). */
export type Comparison = {
  readonly field: string
  readonly operator: Operator
  readonly values: readonly Scalar[]
}

/** Conditions that count as one: all of them must hold, or one. */
export type ConditionGroup = {
  readonly match: 'all' | 'any'
  readonly of: readonly Condition[]
}

export type Condition = Comparison | ConditionGroup

export type ListQuery = {
  readonly conditions: readonly Condition[]
  /** Whether all conditions must hold, or one. */
  readonly match: 'all' | 'any'
  /** Conditions that always hold, whatever `match` says: the ledger, the account. */
  readonly within: readonly Condition[]
  readonly order: 'asc' | 'desc'
  /** The field to sort by before the id; null for the id alone, which is the order of creation. */
  readonly sortBy: string | null
  readonly limit: number
  readonly offset: number
  /** Rows beyond the one with this id, in the order of ids. */
  readonly after: string | null
}

export const FIRST_PAGE: ListQuery = {
  conditions: [],
  match: 'all',
  within: [],
  order: 'asc',
  sortBy: null,
  limit: 10,
  offset: 0,
  after: null,
}

export function equals(field: string, value: Scalar): Condition {
  return { field, operator: 'eq', values: [value] }
}

/** The field is none of those that can be asked for. */
export class UnknownField extends Error {
  override readonly name = 'UnknownField'
  readonly field: string

  constructor(field: string) {
    super(`There is no field ${field} to ask for`)
    this.field = field
  }
}

/** A value does not fit the type of its field. */
export class UnfitValue extends Error {
  override readonly name = 'UnfitValue'
  readonly field: string

  constructor(field: string) {
    super(`The value does not fit the field ${field}`)
    this.field = field
  }
}
