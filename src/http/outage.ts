import { IssuerAway } from '../auth/index.ts'
import { Outage, Overloaded } from '../engine/index.ts'
import { tokenLimits } from '../limits.ts'
import { TooManyListeners } from '../outbox/index.ts'

/** Seconds after which it makes sense to come back. */
const COME_BACK_SECONDS = 1

/**
 * Whether an error means that the server cannot serve now but may in a moment. After an Overloaded nothing was written;
 * after an Outage the outcome is unknown, and a retry with the same reference or key settles it.
 */
export function comeBackAfter(error: unknown): number | null {
  if (error instanceof IssuerAway) return tokenLimits.retryAfterSeconds
  const passes =
    error instanceof Outage || error instanceof Overloaded || error instanceof TooManyListeners
  return passes ? COME_BACK_SECONDS : null
}
