/** Backups: none is made over HTTP, and whoever asks for one must not believe that it was. */
import type { FastifyInstance } from 'fastify'
import type { Face } from './face.ts'
import { Problem } from './wire/problem.ts'

const TEXT =
  'no backup was made: the database is backed up with the tools of PostgreSQL, not over HTTP'

export function backupRoutes(server: FastifyInstance, _face: Face): void {
  for (const url of ['/backup', '/backup-s3'])
    server.get(
      url,
      { schema: { tags: ['backup'], summary: 'Says that backups are not made over HTTP' } },
      () => {
        throw new Problem('ADMIN_BACKUP_FAILED', TEXT, {
          shown: { code: 'NOT_IMPLEMENTED', message: TEXT, details: {} },
          details: {},
        })
      },
    )
}
