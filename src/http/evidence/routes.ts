/** Evidence for whoever keeps an eye on the books: what was signed, and receipts. Part of neither face. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allows } from '../../auth/index.ts'
import { type NoReceipt, receiptOf, shownCheckpoint } from '../../evidence/index.ts'
import { comeBackAfter } from '../outage.ts'
import { securityHeaders } from '../security-headers.ts'
import type { Services } from '../services.ts'

const PAGE_MAX = 100
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A request that is turned down, with the status and the words of the answer. */
class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export async function evidenceRoutes(
  server: FastifyInstance,
  { services }: { readonly services: Services },
): Promise<void> {
  const { store, hash } = services.evidence
  server.setErrorHandler(answerError)
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders)
  })

  server.get('/evidence/checkpoints', async (request, reply) => {
    const bookId = await bookAsked(request, services)
    const after = integerAsked(request, 'after', 0, Number.MAX_SAFE_INTEGER)
    const limit = integerAsked(request, 'limit', PAGE_MAX, PAGE_MAX)
    const page = await store.checkpointsAfter(bookId, after, limit)
    const next = page.length < limit ? null : (page.at(-1)?.seq ?? null)
    return reply.send({ checkpoints: page.map(shownCheckpoint), next })
  })

  server.get('/evidence/checkpoints/latest', async (request, reply) => {
    const checkpoint = await store.lastCheckpoint(await bookAsked(request, services))
    if (checkpoint === null) throw new Refused(404, 'not_signed', 'Nothing of the book is signed')
    return reply.send(shownCheckpoint(checkpoint))
  })

  server.get('/evidence/transactions/:id/receipt', async (request, reply) => {
    const bookId = await bookAsked(request, services)
    const { id } = request.params as { readonly id: string }
    const own = id.replace(/^txn_/, '').toLowerCase()
    if (!UUID.test(own))
      throw new Refused(400, 'bad_request', 'The path has no id of a transaction')
    const answer = await receiptOf(store, bookId, own, textsAsked(request), hash)
    if ('receipt' in answer) return reply.send(answer.receipt)
    throw refusedReceipt(answer.none)
  })
}

function refusedReceipt(none: NoReceipt): Refused {
  switch (none) {
    case 'no_transaction':
      return new Refused(404, none, 'There is no such transaction in the book')
    case 'not_signed':
      return new Refused(409, none, 'No checkpoint covers the transaction yet')
    case 'not_in_order':
      return new Refused(409, none, 'The book is not what was signed: run diptych verify')
  }
}

/** The book that a request names by organization and ledger; without them the one that Blnk's face lives in. */
async function bookAsked(request: FastifyRequest, services: Services): Promise<number> {
  const { home, tenancy } = services
  const organizationId = asked(request, 'organization_id') ?? home.organizationId
  const ledgerId = asked(request, 'ledger_id')
  for (const id of [organizationId, ledgerId])
    if (id !== null && !UUID.test(id))
      throw new Refused(400, 'bad_request', 'Organization and ledger are named by their ids')
  await authenticate(request, services, organizationId.toLowerCase())
  const bookId =
    ledgerId === null
      ? await tenancy.bookOf(organizationId)
      : await tenancy.moneyBookOf(organizationId, ledgerId)
  if (bookId === null)
    throw new Refused(404, 'not_found', 'There is no such organization, or no such ledger in it')
  return bookId
}

async function authenticate(
  { headers }: FastifyRequest,
  { authenticator }: Services,
  organizationId: string,
): Promise<void> {
  const own = headers['x-blnk-key']
  const bearer = headers.authorization?.replace(/^bearer\s+/i, '').trim() ?? null
  const known = await authenticator.authenticate(typeof own === 'string' ? own : bearer)
  if (known.status !== 'known') throw new Refused(401, 'unauthenticated', 'The request needs a key')
  const { scopes, organizations } = known.principal
  const mayUse = organizations === null || organizations.includes(organizationId)
  if (!mayUse || !allows(scopes, 'evidence', 'read'))
    throw new Refused(403, 'forbidden', 'The key does not permit to read evidence of this book')
}

function asked(request: FastifyRequest, name: string): string | null {
  const value = (request.query as Record<string, unknown>)[name]
  if (value === undefined) return null
  if (typeof value === 'string') return value
  throw new Refused(400, 'bad_request', `${name} is given more than once`)
}

function integerAsked(
  request: FastifyRequest,
  name: string,
  otherwise: number,
  most: number,
): number {
  const text = asked(request, name)
  if (text === null) return otherwise
  const value = Number(text)
  if (/^\d{1,16}$/.test(text) && value <= most && (name === 'after' || value > 0)) return value
  throw new Refused(400, 'bad_request', `${name} is no whole number up to ${most}`)
}

function textsAsked(request: FastifyRequest): boolean {
  const text = asked(request, 'texts') ?? 'on'
  if (text === 'on' || text === 'off') return text === 'on'
  throw new Refused(400, 'bad_request', 'texts is on or off')
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const retryAfter = comeBackAfter(error)
  if (error instanceof Refused)
    return reply.code(error.status).send({ code: error.code, message: error.message })
  if (retryAfter !== null)
    return reply
      .code(503)
      .header('retry-after', String(retryAfter))
      .send({ code: 'unavailable', message: 'The ledger cannot serve right now' })
  if (error.statusCode !== undefined && error.statusCode < 500)
    return reply
      .code(error.statusCode)
      .send({ code: 'bad_request', message: 'The request cannot be read' })
  request.log.error({ err: error }, 'a request failed')
  return reply.code(500).send({ code: 'mistake', message: 'The server has made a mistake' })
}
