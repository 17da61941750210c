/** How many requests one client may send; beyond that it is told to wait. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export type RateLimit = {
  /** Requests per second that a client may keep up. */
  readonly perSecond: number
  /** Requests that it may send at once. */
  readonly burst: number
}

/** What is left to a client after this request. */
export type Allowance = {
  readonly isExceeded: boolean
  readonly most: number
  readonly remaining: number
  /** Until it has everything again. */
  readonly seconds: number
  readonly perSecond: number
}

/** Counts a request; null where nothing is counted. */
export type Limiter = ((request: FastifyRequest) => Promise<Allowance>) | null

/** Clients that are remembered; the one that was silent longest is forgotten first. */
const CLIENTS_MAX = 50_000

/**
 * A burst may be sent within the time in which as many requests may come steadily, so that the average is kept. It is counted
 * in this process: several servers allow as much each.
 */
export async function limiterFor(
  server: FastifyInstance,
  limit: RateLimit | null,
): Promise<Limiter> {
  if (limit === null) return null
  const { perSecond, burst } = limit
  await server.register(rateLimit, {
    global: false,
    max: burst,
    timeWindow: Math.max(1, Math.round((burst / perSecond) * 1000)),
    cache: CLIENTS_MAX,
  })
  const count = server.createRateLimit()
  return async (request) => {
    const counted = await count(request)
    if (counted.isAllowed)
      return { isExceeded: false, most: burst, remaining: burst, seconds: 0, perSecond }
    const { isExceeded, remaining, ttlInSeconds } = counted
    return { isExceeded, most: burst, remaining, seconds: Math.max(1, ttlInSeconds), perSecond }
  }
}
