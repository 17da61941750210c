/** Routes that only the holder of a key may use, and what they answer to everybody else. */
import type { FastifyInstance } from 'fastify'
import type { Face } from './face.ts'
import { Problem } from './wire/problem.ts'

export function managementRoutes(server: FastifyInstance, _face: Face): void {
  const hidden = { schema: { hide: true } }
  const refuseKeys = () => {
    throw new Problem('AUTH_MISSING_PRINCIPAL', 'authenticated API key principal missing')
  }
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    server.route({ method, url: '/api-keys/:id', handler: refuseKeys, ...hidden })
  }
  for (const method of ['GET', 'POST']) {
    server.route({ method, url: '/api-keys', handler: refuseKeys, ...hidden })
  }
  server.get('/search/reindex', hidden, () => {
    throw new Problem('SRCH_REINDEX_NOT_STARTED', 'No reindex operation has been started')
  })
}
