/** Reconciliation: what others say happened, beside what the book says. */
import multipart from '@fastify/multipart'
import type { FastifyInstance } from 'fastify'
import type { Face } from '../face.ts'
import { list, listRules, listUploads, matches, read, unmatched } from './read.ts'
import { change, create, remove } from './rules.ts'
import { InstantRequest, RuleRequest, StartRequest } from './schema.ts'
import { start, startInstant } from './start.ts'
import { allowTime, receive } from './upload.ts'

const tags = ['reconciliation']
const described = (summary: string) => ({ schema: { tags, summary } })

export function reconciliationRoutes(server: FastifyInstance, face: Face): void {
  ruleRoutes(server, face)
  const { limits } = face.services.reconciliation
  server.register(async (uploads) => {
    await uploads.register(multipart, {
      limits: { fileSize: limits.uploadMax + 1, files: 2, fields: 20, fieldSize: 4096, parts: 22 },
    })
    uploads.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    uploads.post(
      '/reconciliation/upload',
      {
        ...described('Upload records of somebody else'),
        onRequest: allowTime(server, face),
        config: { bodyOptional: true },
      },
      (request, reply) => receive(face, request, reply),
    )
  })
  server.post(
    '/reconciliation/start',
    { schema: { tags, summary: 'Start a reconciliation of an upload', body: StartRequest } },
    (request, reply) => start(face, request, reply),
  )
  server.post(
    '/reconciliation/start-instant',
    {
      schema: { tags, summary: 'Start one of records in the request', body: InstantRequest },
      bodyLimit: limits.instantBodyMax,
    },
    (request, reply) => startInstant(face, request, reply),
  )
  readingRoutes(server, face)
}

function ruleRoutes(server: FastifyInstance, face: Face): void {
  server.post(
    '/reconciliation/matching-rules',
    { schema: { tags, summary: 'Create a matching rule', body: RuleRequest } },
    (request, reply) => create(face, request, reply),
  )
  server.put(
    '/reconciliation/matching-rules/:id',
    { schema: { tags, summary: 'Change a matching rule', body: RuleRequest } },
    (request, reply) => change(face, request, reply),
  )
  server.delete(
    '/reconciliation/matching-rules/:id',
    described('Delete a matching rule'),
    (request, reply) => remove(face, request, reply),
  )
}

/** Blnk has the first of these only. */
function readingRoutes(server: FastifyInstance, face: Face): void {
  server.get('/reconciliation/:id', described('Read a reconciliation'), (request, reply) =>
    read(face, request, reply),
  )
  server.get('/reconciliation/:id/matches', described('List matches'), (request, reply) =>
    matches(face, request, reply),
  )
  server.get(
    '/reconciliation/:id/unmatched',
    described('List records without a match'),
    (request, reply) => unmatched(face, request, reply),
  )
  server.get('/reconciliation', described('List reconciliations'), (request, reply) =>
    list(face, request, reply),
  )
  server.get('/reconciliation/uploads', described('List uploads'), (request, reply) =>
    listUploads(face, request, reply),
  )
  server.get('/reconciliation/rules', described('List matching rules'), (request, reply) =>
    listRules(face, request, reply),
  )
}
