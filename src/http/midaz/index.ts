/** Midaz's face: its routes under /v1, its errors, its generations. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { IssuerAway } from '../../auth/index.ts'
import { UnfitValue } from '../../reports/index.ts'
import { comeBackAfter } from '../outage.ts'
import type { Allowance, Limiter } from '../rate-limit.ts'
import type { Room } from '../room.ts'
import type { Services } from '../services.ts'
import { accountTypeRoutes } from './account-types/routes.ts'
import { accountRoutes } from './accounts/routes.ts'
import { assetRateRoutes } from './asset-rates/routes.ts'
import { assetRoutes } from './assets/routes.ts'
import { balanceRoutes } from './balances/routes.ts'
import { checkBody, type Shape } from './body/check.ts'
import { MalformedJson, readJson } from './body/read.ts'
import { forbidden, profileAsked, settleIds, stranger, tokenOf, unauthenticated } from './caller.ts'
import { eventRoutes } from './events/routes.ts'
import { ledgerRoutes } from './ledgers/routes.ts'
import { metadataIndexRoutes } from './metadata-indexes/routes.ts'
import { documentOf, gatherRoutes } from './openapi.ts'
import { operationRouteRoutes } from './operation-routes/routes.ts'
import { operationRoutes } from './operations/routes.ts'
import { organizationRoutes } from './organizations/routes.ts'
import { KnownPaths, unrouted } from './paths.ts'
import { portfolioRoutes } from './portfolios/routes.ts'
import { type Problem, Refused, refuse } from './problem.ts'
import { problemBody, problemType, statusOf } from './problem-body.ts'
import { segmentRoutes } from './segments/routes.ts'
import { transactionRouteRoutes } from './transaction-routes/routes.ts'
import { transactionRoutes } from './transactions/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

export { canonicalUrl as canonicalMidazUrl } from './paths.ts'

export async function midazFace(
  server: FastifyInstance,
  {
    services,
    limiter,
    room,
  }: { readonly services: Services; readonly limiter: Limiter; readonly room: Room },
): Promise<void> {
  let document: () => object = () => ({})
  await server.register(
    async (face) => {
      const routes = gatherRoutes(face)
      document = () => documentOf(routes, services.version)
      await belowPrefix(face, services, limiter, room)
    },
    { prefix: '/v1' },
  )
  server.get('/openapi/midaz.json', (_request, reply) => reply.send(document()))
}

async function belowPrefix(
  face: FastifyInstance,
  services: Services,
  limiter: Limiter,
  room: Room,
): Promise<void> {
  const paths = new KnownPaths()
  paths.watch(face)
  face.decorateRequest('midaz', null as never)
  keepBodies(face)
  face.setReplySerializer((payload) => JSON.stringify(payload))
  face.addHook('onRequest', async (request, reply) => {
    const { localPort = 0 } = request.socket
    const usual = services.midazProfiles.get(localPort) ?? services.midazProfile
    request.midaz = stranger(usual)
    reply.header('access-control-allow-origin', '*')
    const profile = profileAsked(request, usual)
    request.midaz = stranger(profile)
    room.enter(reply.raw)
    if (limiter !== null) heed(await limiter(request))
    if (request.is404) return
    const known = await services.authenticator.authenticate(tokenOf(request))
    if (known.status !== 'known') refuse(unauthenticated(known.status, profile))
    const refusal = forbidden(request, known.principal)
    if (refusal !== null) refuse(refusal)
    request.midaz = { profile, principal: known.principal }
    settleIds(request)
  })
  face.addHook('preValidation', async (request) => settleBody(request))
  face.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(request, reply, problemOf(error, request)),
  )
  face.setNotFoundHandler((request, reply) => answerUnrouted(request, reply, paths))
  for (const routes of [
    organizationRoutes,
    ledgerRoutes,
    assetRoutes,
    assetRateRoutes,
    portfolioRoutes,
    segmentRoutes,
    accountTypeRoutes,
    operationRouteRoutes,
    transactionRouteRoutes,
    accountRoutes,
    balanceRoutes,
    transactionRoutes,
    operationRoutes,
    eventRoutes,
    metadataIndexRoutes,
    webhookRoutes,
  ])
    await face.register(routes, { services })
}

/** @throws Refused when a client has used up what it may send */
function heed({ isExceeded, seconds }: Allowance): void {
  if (!isExceeded) return
  refuse({
    code: '0047',
    status: 429,
    retryAfter: seconds,
    detail: `There were too many requests from this address; come back in ${seconds} s.`,
    entity: null,
  })
}

/** Bodies stay bytes until the route that wants one is known: what is sent to others is not looked at. */
function keepBodies(face: FastifyInstance): void {
  face.removeAllContentTypeParsers()
  const keep = (_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) =>
    done(null, body)
  face.addContentTypeParser('application/json', { parseAs: 'buffer' }, keep)
  face.addContentTypeParser('*', { parseAs: 'buffer' }, keep)
}

/** Reads and checks the body of a route that has one. */
function settleBody(request: FastifyRequest): void {
  const { body: schema, bodyMax = Number.POSITIVE_INFINITY } =
    request.routeOptions.config.midaz ?? {}
  if (schema === undefined) return
  const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
  if (bytes.length > bodyMax)
    refuse({ code: '0143', detail: `A body here has at most ${bodyMax} bytes.`, entity: 'request' })
  const body = readJson(bytes)
  const problem = checkBody(schema as Shape, body, request.midaz.profile)
  if (problem !== null) refuse(problem)
  request.body = body ?? {}
}

function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Refused) return error.problem
  if (error instanceof MalformedJson)
    return { code: '0094', detail: `The body is not JSON: ${error.message}.` }
  if (error instanceof UnfitValue)
    return { code: '0082', detail: `The value for ${error.field} does not fit.`, entity: null }
  const retryAfter = comeBackAfter(error)
  if (retryAfter !== null)
    return {
      code: '0046',
      status: 503,
      retryAfter,
      detail:
        error instanceof IssuerAway
          ? error.message
          : 'The ledger cannot serve right now; with the same idempotency key it is safe to retry.',
      entity: null,
    }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { code: '0143', status: 413, detail: 'The body is too large.', entity: 'request' }
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { code: '0094', detail: 'The request cannot be read.', entity: null }
  request.log.error({ err: error }, 'a request failed')
  return { code: '0046', detail: 'The server has made a mistake.', entity: null }
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  const { profile } = request.midaz
  const entity = request.routeOptions.config.midaz?.entity
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter))
  return reply
    .code(statusOf(problem, profile))
    .type(problemType(profile, request.headers.accept))
    .send(JSON.stringify(problemBody(problem, profile, entity)))
}

function answerUnrouted(request: FastifyRequest, reply: FastifyReply, paths: KnownPaths) {
  const methods = paths.methodsOf(request.url)
  if (methods.length > 0) reply.header('allow', methods.join(', '))
  if (request.method === 'OPTIONS' && 'access-control-request-method' in request.headers)
    return reply
      .code(204)
      .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
      .header(
        'access-control-allow-headers',
        request.headers['access-control-request-headers'] ?? '*',
      )
      .send()
  const answer = unrouted(request, methods, request.midaz.profile)
  if (typeof answer.code === 'string') return sendProblem(request, reply, answer as Problem)
  return reply.code(answer.code).type('application/json').send(JSON.stringify(answer))
}
