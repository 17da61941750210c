/** Answers lists and filters, whatever they are of. */
import type { FastifyReply } from 'fastify'
import type { Condition, ListQuery } from '../../../reports/index.ts'
import { answerFound, answerList } from '../face.ts'
import type { Collection } from './fields.ts'
import type { Filter } from './filter.ts'
import { conditionsOf, type FilterBody, filtersOf, listOf } from './request.ts'

/** Where rows come from, and how they are shown. */
export type Source<Row> = {
  readonly collection: Collection
  readonly list: (query: ListQuery) => Promise<readonly Row[]>
  readonly count: (query: ListQuery) => Promise<number>
  readonly text: (row: Row) => string | Promise<string>
  /** What filters mean, where it takes more than their own words to know. */
  readonly conditions?: (filters: readonly Filter[]) => Promise<readonly Condition[]>
}

export function conditionsFor<Row>(
  source: Source<Row>,
  filters: readonly Filter[],
): Promise<readonly Condition[]> {
  return source.conditions?.(filters) ?? Promise.resolve(conditionsOf(filters, source.collection))
}

/** Answers a GET. */
export async function answerListed<Row>(
  reply: FastifyReply,
  source: Source<Row>,
  query: ListQuery,
): Promise<FastifyReply> {
  const rows = await source.list(query)
  return answerList(reply, await Promise.all(rows.map(source.text)))
}

/** Answers a POST to `/filter`. */
export async function answerFilter<Row>(
  reply: FastifyReply,
  source: Source<Row>,
  body: FilterBody,
): Promise<FastifyReply> {
  const conditions = await conditionsFor(source, filtersOf(body))
  const query = listOf(body, source.collection, conditions)
  const rows = await source.list(query)
  const items = await Promise.all(rows.map(source.text))
  return answerFound(reply, items, body.include_count === true ? await source.count(query) : null)
}
