import type { Patience } from './backoff.ts'
import type { SenderLimits } from './sender.ts'

export type OutboxLimits = SenderLimits & {
  readonly patience: Patience
  /** Facts that are read at a time. */
  readonly pageMax: number
  /** Lanes that are told at the same time, of those that answer and of those that did not answer last. */
  readonly lanesMax: number
  readonly failingLanesMax: number
  /** How long a lane may go on before the next one has its turn. */
  readonly turnMs: number
  /** How often it is noted how far a lane has come; after a crash what was told since is told again. */
  readonly saveMs: number
  /** How often a server that tells says that it lives, and how long it is believed. */
  readonly beatMs: number
  readonly aliveMs: number
  /** How long a subscriber may take to answer, where it does not say, and at most. */
  readonly timeoutMs: number
  readonly timeoutMaxMs: number
  /** How often the database is asked for what other servers left. */
  readonly sweepMs: number
  /** Subscribers that are looked at in one step of that. */
  readonly sweepMax: number
  /** How long requests under way may take when the server shuts down. */
  readonly drainMs: number
}
