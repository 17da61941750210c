/** How long to wait after attempts that failed, and when to give up. */
import type { Micros } from '../ledger/index.ts'

export type Patience = {
  /** Milliseconds after the first failed attempt; each further one waits twice as long. */
  readonly firstMs: number
  readonly mostMs: number
  /** How long something is tried, in milliseconds, where no number of attempts is set. */
  readonly giveUpMs: number
}

/**
 * Milliseconds until the next attempt. `chance` from 0 to 1 spreads it by a fifth, so that subscribers that failed together do not
 * come back together.
 */
export function pauseAfter(attempts: number, patience: Patience, chance: number): number {
  const doubled = patience.firstMs * 2 ** Math.min(attempts - 1, 30)
  return Math.min(doubled, patience.mostMs) * (0.9 + chance / 5)
}

/**
 * Whether to give up what was just tried in vain. Without a number of attempts it has its full time twice over: since it
 * happened, and since the subscriber stopped answering. So nothing is given up because the server itself was away.
 */
export function isHopeless(
  tried: {
    readonly attempts: number
    readonly attemptsMax: number | null
    readonly happenedAt: Micros
    readonly failingSince: Micros
  },
  patience: Patience,
  now: Micros,
): boolean {
  if (tried.attemptsMax !== null) return tried.attempts >= tried.attemptsMax
  const since = now - patience.giveUpMs * 1000
  return tried.happenedAt <= since && tried.failingSince <= since
}
