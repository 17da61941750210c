/** Routes for whoever runs the server. */
import type { FastifyInstance } from 'fastify'
import { isSame } from '../auth/index.ts'
import type { Metrics } from '../telemetry/index.ts'
import { securityHeaders } from './security-headers.ts'
import type { Services } from './services.ts'

export async function operationRoutes(
  server: FastifyInstance,
  {
    services,
    metrics,
    token,
  }: {
    readonly services: Services
    readonly metrics: Metrics
    /** Who reads the metrics must have it; null for everybody. */
    readonly token: string | null
  },
): Promise<void> {
  const started = new Date().toISOString()
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders)
  })

  /** Alive: Blnk's clients look for `UP`, Midaz's for the word `healthy`. */
  server.get('/health', (request, reply) => {
    const wantsText =
      request.headers['x-midaz-profile'] !== undefined ||
      request.headers.accept?.startsWith('text/plain') === true
    if (wantsText) return reply.type('text/plain; charset=utf-8').send('healthy')
    return reply.send({ status: 'UP' })
  })

  /** Ready: the database answers. */
  server.get('/readyz', async (_request, reply) => {
    try {
      const latency = await services.ping()
      return reply.send({
        status: 'healthy',
        checks: { postgres: { status: 'up', latency_ms: Math.round(latency) } },
        version: services.version,
        deployment_mode: 'local',
      })
    } catch {
      return reply
        .code(503)
        .header('retry-after', '1')
        .send({
          status: 'unhealthy',
          checks: { postgres: { status: 'down', error: 'The database does not answer' } },
          version: services.version,
          deployment_mode: 'local',
        })
    }
  })

  server.get('/version', (_request, reply) =>
    reply.send({
      version: services.version,
      requestDate: new Date().toISOString(),
      startedAt: started,
    }),
  )

  server.get('/metrics', async (request, reply) => {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (token !== null && !isSame(given, token)) return reply.code(401).send(missingToken(given))
    const text = await metrics.registry.metrics()
    return reply.type(metrics.registry.contentType).send(text)
  })
}

/** In the words of Blnk, whose scrapers may be at work. */
function missingToken(given: string): object {
  const code = given === '' ? 'AUTH_METRICS_TOKEN_REQUIRED' : 'AUTH_INVALID_BEARER_TOKEN'
  const message = given === '' ? 'the metrics need a bearer token' : 'the bearer token is not right'
  return { error: message, error_detail: { code, message } }
}
