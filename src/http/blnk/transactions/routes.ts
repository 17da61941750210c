/** Transactions: money that moves, is held, or is given back. */
import type { FastifyInstance } from 'fastify'
import type { Face, Malformed } from '../face.ts'
import { answerFilter, answerListed } from '../filters/answer.ts'
import { type FilterBody, FilterRequest, filtersIn, type Query } from '../filters/request.ts'
import { createBulk } from './bulk.ts'
import { createTransaction } from './create.ts'
import { updateInflight } from './inflight.ts'
import { commitMany, voidMany } from './inflight-bulk.ts'
import { balanceLineage, transactionLineage } from './lineage.ts'
import { listIn, transactionConditions, transactionSource } from './list.ts'
import { readByReference, readTransaction } from './read.ts'
import { recover } from './recover.ts'
import { refund } from './refund.ts'
import {
  BulkCommitRequest,
  BulkTransactionRequest,
  BulkVoidRequest,
  InflightUpdate,
  RecordTransaction,
  RefundRequest,
} from './schema.ts'

const tags = ['transactions']
const malformed: Malformed = { text: 'Invalid input' }
/** On some routes Blnk tells of a broken body in JSON and calls it text. */
const toldAsText: Malformed = { type: 'text/plain; charset=utf-8' }
const bulkMalformed: Malformed = { ...toldAsText, prefix: 'Invalid request body: ' }

export function transactionRoutes(server: FastifyInstance, face: Face): void {
  addReading(server, face)
  addMoving(server, face)
  addEnding(server, face)
}

function addMoving(server: FastifyInstance, face: Face): void {
  server.post(
    '/transactions',
    {
      schema: { tags, summary: 'Move or hold money', body: RecordTransaction },
      config: { malformed },
    },
    (request, reply) => createTransaction(face, request, reply),
  )
  server.post(
    '/transactions/bulk',
    {
      schema: { tags, summary: 'Move or hold money many times', body: BulkTransactionRequest },
      config: { malformed: bulkMalformed },
    },
    (request, reply) => createBulk(face, request, reply),
  )
  server.post(
    '/refund-transaction/:id',
    {
      schema: { tags, summary: 'Give back what was moved, once', body: RefundRequest },
      config: { bodyOptional: true },
    },
    (request, reply) => refund(face, request, reply),
  )
  server.post(
    '/transactions/recover',
    { schema: { tags, summary: 'Recover what is stuck, which nothing ever is' } },
    recover,
  )
}

function addEnding(server: FastifyInstance, face: Face): void {
  server.put(
    '/transactions/inflight/:id',
    {
      schema: { tags, summary: 'Commit or void a hold', body: InflightUpdate },
      config: { malformed: toldAsText },
    },
    (request, reply) => updateInflight(face, request, reply),
  )
  server.post(
    '/transactions/inflight/bulk/commit',
    {
      schema: { tags, summary: 'Commit holds, each on its own', body: BulkCommitRequest },
      config: { malformed: toldAsText },
    },
    (request, reply) => commitMany(face, request, reply),
  )
  server.post(
    '/transactions/inflight/bulk/void',
    {
      schema: { tags, summary: 'Void holds, each on its own', body: BulkVoidRequest },
      config: { malformed: toldAsText },
    },
    (request, reply) => voidMany(face, request, reply),
  )
}

function addReading(server: FastifyInstance, face: Face): void {
  server.get(
    '/transactions',
    { schema: { tags, summary: 'List transactions' } },
    async (request, reply) => {
      const query = request.query as Query
      const conditions = await transactionConditions(face, filtersIn(query))
      return answerListed(reply, transactionSource(face), listIn(query, conditions))
    },
  )
  server.get(
    '/transactions/:id',
    { schema: { tags, summary: 'Read a transaction' } },
    (request, reply) => readTransaction(face, request, reply),
  )
  server.get(
    '/transactions/reference/:reference',
    { schema: { tags, summary: 'Read a transaction by its reference' } },
    (request, reply) => readByReference(face, request, reply),
  )
  server.post(
    '/transactions/filter',
    {
      schema: { tags, summary: 'Filter transactions', body: FilterRequest },
      config: { malformed: { code: 'GEN_VALIDATION_ERROR' } },
    },
    (request, reply) => answerFilter(reply, transactionSource(face), request.body as FilterBody),
  )
  server.get(
    '/transactions/:id/lineage',
    { schema: { tags, summary: 'Where the money of a transaction came from' } },
    (request, reply) => transactionLineage(face, request, reply),
  )
  server.get(
    '/balances/:id/lineage',
    { schema: { tags: ['balances'], summary: 'Where the money on a balance came from' } },
    (request, reply) => balanceLineage(face, request, reply),
  )
}
