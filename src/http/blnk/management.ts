/** Rebuilding the index for searches, of which there is none to be rebuilt. */
import type { FastifyInstance } from 'fastify'
import type { Face } from './face.ts'
import { Problem } from './wire/problem.ts'

export function managementRoutes(server: FastifyInstance, _face: Face): void {
  server.get('/search/reindex', { schema: { hide: true } }, () => {
    throw new Problem('SRCH_REINDEX_NOT_STARTED', 'No reindex operation has been started')
  })
}
