/** Search: what Blnk has a search engine for. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { JsonValue } from '../../exact-json.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { answer, type Face, inPath } from '../face.ts'
import { bindTo } from '../wire/bind.ts'
import { Problem } from '../wire/problem.ts'
import { searchFor } from './answer.ts'
import { SearchFault } from './fault.ts'
import { readReindex, startReindex } from './reindex.ts'
import {
  type MultiSearchBody,
  MultiSearchRequest,
  type SearchBody,
  SearchRequest,
} from './schema.ts'

const tags = ['search']
// The body is JSON all the same.
const malformed = { type: 'text/plain; charset=utf-8' } as const

/** Searches of one request. */
const SEARCHES_MAX = 50

export function searchRoutes(server: FastifyInstance, face: Face): void {
  // Whatever the body says: Blnk reads nothing of it.
  server.register(async (reindexing) => {
    reindexing.removeAllContentTypeParsers()
    reindexing.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) =>
      done(null, {}),
    )
    reindexing.post(
      '/search/reindex',
      { schema: { tags, summary: 'Make the search index again' } },
      (_request, reply) => startReindex(face, reply),
    )
  })
  server.get(
    '/search/reindex',
    { schema: { tags, summary: 'Read how making the search index again is coming along' } },
    (_request, reply) => readReindex(face, reply),
  )
  server.post(
    '/search/:collection',
    {
      schema: { tags, summary: 'Search a collection', body: SearchRequest },
      config: { malformed },
    },
    (request, reply) => search(face, request, reply),
  )
  server.post(
    '/multi-search',
    {
      schema: { tags, summary: 'Search several collections', body: MultiSearchRequest },
      config: { malformed },
    },
    (request, reply) => searchMany(face, request, reply),
  )
}

async function search(face: Face, request: FastifyRequest, reply: FastifyReply) {
  try {
    const found = await searchFor(face, inPath(request, 'collection'), request.body as SearchBody)
    return answer(reply, 201, found)
  } catch (error) {
    throw error instanceof SearchFault ? new Problem('SRCH_QUERY_INVALID', error.message) : error
  }
}

/** A search that cannot be carried out is told in its place, and the others are carried out all the same. */
async function searchMany(face: Face, request: FastifyRequest, reply: FastifyReply) {
  const { searches = [] } = request.body as MultiSearchBody
  if (searches.length > SEARCHES_MAX)
    throw new Problem('SRCH_QUERY_INVALID', `At most ${SEARCHES_MAX} searches can be made at once.`)
  const results: JsonValue[] = []
  for (const one of searches) results.push(await searchOrFault(face, one))
  return answer(reply, 200, { results })
}

const bindSearch = bindTo(SearchRequest)

async function searchOrFault(face: Face, one: unknown): Promise<JsonValue> {
  try {
    const body = bindSearch(one) as SearchBody
    return await searchFor(face, body.collection, body)
  } catch (error) {
    if (error instanceof SearchFault) return { code: error.status, error: error.message }
    if (error instanceof MalformedBody) return { code: 400, error: error.message }
    throw error
  }
}
