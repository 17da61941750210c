/** The HTTP server: both faces on one port, and what belongs to neither. */
import { randomUUID } from 'node:crypto'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { httpLimits } from '../limits.ts'
import type { Metrics } from '../telemetry/index.ts'
import { blnkFace } from './blnk/index.ts'
import { evidenceRoutes } from './evidence/routes.ts'
import { canonicalMidazUrl, midazFace } from './midaz/index.ts'
import { operationRoutes } from './operations.ts'
import { limiterFor, type RateLimit } from './rate-limit.ts'
import { Room } from './room.ts'
import type { Services } from './services.ts'

export type ServerOptions = {
  readonly services: Services
  readonly metrics: Metrics
  readonly log: FastifyBaseLogger
  readonly limits: typeof httpLimits
  readonly rateLimit: RateLimit | null
  /** What who reads the metrics must have; null for everybody. */
  readonly metricsToken: string | null
  /** Proxies that are believed when they say who a client is, as addresses and blocks. */
  readonly trustedProxies: readonly string[]
}

/** A caller's request id is repeated when it is short and plain; anything else is replaced. */
const REQUEST_ID = /^[\w.:\-/+=@]{1,128}$/

function requestId(headers: FastifyRequest['raw']['headers']): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

/**
 * A request without a body is over before it is handed on, which spares the stream that a body would come through. What it
 * says of a type would have somebody wait for that stream.
 */
function forgetTypeOfNothing(headers: FastifyRequest['raw']['headers']): void {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
    delete headers['content-type']
}

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { services, metrics, limits } = options
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyMax,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: { maxHeaderSize: limits.headersMax, optimizeEmptyRequests: true },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024, caseSensitive: true },
    genReqId: (raw) => requestId(raw.headers),
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    rewriteUrl: (raw) => {
      forgetTypeOfNothing(raw.headers)
      return canonicalMidazUrl(raw.url ?? '/', raw.headers)
    },
  })
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  server.addHook('onResponse', (request, reply, done) => {
    observe(metrics, request, reply)
    done()
  })
  const { metricsToken: token } = options
  await server.register(operationRoutes, { services, metrics, token })
  await server.register(evidenceRoutes, { services })
  const limiter = await limiterFor(server, options.rateLimit)
  const room = new Room(limits.requestsMax)
  await server.register(midazFace, { services, limiter, room })
  await server.register(blnkFace, { services, limiter, room })
  return server
}

function observe(metrics: Metrics, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? 'unknown'
  const seconds = reply.elapsedTime / 1000
  metrics.requests.observe([request.method, route, reply.statusCode], seconds)
  if (reply.statusCode >= 500 || seconds > 1)
    request.log.warn({ route, status: reply.statusCode, seconds }, 'slow or failed request')
  else request.log.debug({ route, status: reply.statusCode, seconds }, 'request')
}
