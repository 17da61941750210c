/** The query parameters of lists, as the document tells them. */
import type { QueryParameter } from '../route.ts'
import { type Filter, LIMIT_DEFAULT, LIMIT_MAX } from './query.ts'

const LIMIT: QueryParameter = {
  name: 'limit',
  describe: `Items of a page: 1 to ${LIMIT_MAX}, ${LIMIT_DEFAULT} unless told.`,
}
const ORDER: QueryParameter = {
  name: 'sort_order',
  describe: 'asc or desc, in the order of creation.',
}
const SPAN: readonly QueryParameter[] = [
  { name: 'start_date', describe: 'Made at this time or after it; goes with end_date.' },
  { name: 'end_date', describe: 'Made at this time or before it; a day reaches to its end.' },
]

function described(filters: readonly Filter[]): readonly QueryParameter[] {
  return filters.map(({ parameter, kind }) => ({
    name: parameter,
    describe:
      typeof kind === 'object'
        ? `One of ${kind.join(', ')}.`
        : kind === 'prefix'
          ? 'The beginning, in upper or lower case.'
          : kind === 'text'
            ? 'The whole text.'
            : `A ${kind}.`,
  }))
}

/** Of lists that are read by page number. */
export function pageParameters(filters: readonly Filter[]): readonly QueryParameter[] {
  const page = { name: 'page', describe: 'The number of the page, from 1.' }
  return [LIMIT, page, ORDER, ...SPAN, ...described(filters)]
}

/** Of lists that are read from cursor to cursor. */
export function cursorParameters(filters: readonly Filter[]): readonly QueryParameter[] {
  const cursor = { name: 'cursor', describe: 'Where the page begins: next_cursor or prev_cursor.' }
  return [LIMIT, cursor, ORDER, ...SPAN, ...described(filters)]
}
