/** Every bound of the server, by name. Past them the answer is 413, 422, 429 or 503, never a stuck server. */
import type { EngineLimits } from './engine/index.ts'
import type { OutboxLimits, StreamLimits } from './outbox/index.ts'
import type { SchedulerLimits } from './scheduler/index.ts'
import type { ConnectionLimits } from './storage/index.ts'
import type { KeyLimits } from './tokens/index.ts'

export const engineLimits: EngineLimits = {
  booksMax: 1_000,
  queueMax: 20_000,
  batchMax: 1_000,
  balancesMax: 100_000,
  othersMax: 20_000,
  outageMs: 5_000,
}

export const connectionLimits: Omit<ConnectionLimits, 'role'> = {
  readersMax: 8,
  writers: 4,
  lockersMax: 4,
  connectMs: 3_000,
  statementMs: 10_000,
  lockMs: 5_000,
  background: false,
}

/** Of connections for work that nobody waits for. */
export const backgroundLimits: Omit<ConnectionLimits, 'role'> = {
  readersMax: 2,
  writers: 1,
  lockersMax: 3,
  connectMs: 10_000,
  statementMs: 600_000,
  lockMs: 30_000,
  background: true,
}

/** Of connections for what an operator has done by hand: it may take long, and is kept once it is said to be done. */
export const ownerLimits: Omit<ConnectionLimits, 'role'> = {
  ...backgroundLimits,
  background: false,
}

/** How often it is kept when keys were used last. */
export const noteUseMs = 10_000

/** How often it is looked whether a change of settings was left behind. */
export const finishSettingsMs = 5_000

export const schedulerLimits: SchedulerLimits = {
  itemsMax: 500,
  pauseMs: 250,
  outagePauseMaxMs: 30_000,
}

/**
 * Of connections for searching. What is asked for is different each time, and so is the best way to find it: statements
 * are planned as in the background, though somebody waits.
 */
export const searchConnectionLimits: Omit<ConnectionLimits, 'role'> = {
  readersMax: 4,
  writers: 1,
  lockersMax: 1,
  connectMs: 3_000,
  statementMs: 10_000,
  lockMs: 5_000,
  background: true,
}

/** Of signing where books stand. */
export const publisherLimits = {
  /** Books that are looked at together when the server starts. */
  pageMax: 500,
} as const

export const searchLimits = {
  /** How long the first search of a book may wait for its index to be made. */
  firstMs: 10_000,
  factsMax: 1_000,
  pauseMs: 50,
} as const

export const httpLimits = {
  /** Bytes of a request's body. */
  bodyMax: 5 * 1024 * 1024,
  /** Bytes of a request's headers. */
  headersMax: 16 * 1024,
  /** Requests under way at once; health and metrics are always answered. */
  requestsMax: 4_096,
  /**
   * Connections that may wait to be taken, as far as the system permits. Beyond it the system is silent, and who connects
   * tries again a second later, then three.
   */
  backlog: 4_096,
  /** How long a client may take to send a request. */
  requestMs: 30_000,
  /** How long a connection may be idle between requests. */
  keepAliveMs: 75_000,
  /** How long requests that were accepted may take to be answered when the server shuts down. */
  drainMs: 20_000,
  /** How long the database may take to say that it is there, before /readyz says that it is not. */
  pingMs: 2_000,
} as const

/** How long what is known of an API key is believed; a revoked key is refused everywhere after it. */
export const keyCacheMs = 2_000

/** Of the keys with which an issuer signs tokens. */
export const tokenLimits = {
  /** How long they serve before they are fetched again. */
  freshMs: 600_000,
  /** How long they serve when the issuer cannot be reached. */
  staleMs: 86_400_000,
  /** How long after an attempt to fetch them the next may follow. */
  pauseMs: 2_000,
  fetchMs: 5_000,
  /** Bytes of what is fetched. */
  documentMax: 1_000_000,
  /** Seconds after which a caller whose token could not be checked should come back. */
  retryAfterSeconds: 5,
} as const satisfies KeyLimits & Readonly<Record<string, number>>

const DAY_MS = 86_400_000

export const outboxLimits: OutboxLimits = {
  patience: { firstMs: 1_000, mostMs: 3_600_000, giveUpMs: 3 * DAY_MS },
  pageMax: 200,
  lanesMax: 64,
  failingLanesMax: 32,
  turnMs: 1_000,
  saveMs: 250,
  beatMs: 2_000,
  aliveMs: 8_000,
  timeoutMs: 15_000,
  timeoutMaxMs: 60_000,
  sweepMs: 2_000,
  sweepMax: 1_000,
  drainMs: 5_000,
  socketsMax: 16,
  idleMs: 30_000,
  answerMax: 64 * 1024,
}

/** Of webhooks. */
export const webhookLimits = {
  /** How long the secret before the last one signs, too. */
  secretOverlapMs: 86_400_000,
} as const

/** Connections to the database that telling subscribers may use, apart from those that requests use. */
export const outboxConnections = 3

export const reconciliationLimits = {
  portionMax: 5_000,
  widePortionMax: 100_000,
  blockMax: 100_000,
  runsMax: 3,
  leaseMs: 15_000,
  pollMs: 1_000,
  marksMax: 250,
  stalledMax: 5,
  /** How long an upload may take. */
  uploadMs: 900_000,
  /** How long an upload may bring nothing. */
  uploadIdleMs: 30_000,
  /** Bytes of an upload. */
  uploadMax: 256 * 1024 * 1024,
  /** Bytes of a request with the records in it. */
  instantBodyMax: 16 * 1024 * 1024,
  /** Records of a request. */
  instantMax: 10_000,
  /** Records that are kept at once. */
  recordsMax: 2_000,
  /** Rules of one reconciliation. */
  rulesMax: 20,
} as const

/** The thread that verifies in the background. */
export const verifyingLimits = {
  /** Megabytes of its heap. */
  memoryMaxMb: 512,
} as const

/** The thread for work that nobody waits for. */
export const backgroundThreadLimits = {
  /** Megabytes of its heap. */
  memoryMaxMb: 1024,
  /** Megabytes of what it has just made; more would only be swept later. */
  youngMaxMb: 8,
  /** Hears of new facts at most so often. */
  wakeMs: 50,
  factsMax: 1_000,
  pollMs: 2_000,
} as const

export const streamLimits = {
  listenersMax: 1_000,
  keptMax: 2_000,
  pageMax: 200,
  pollMs: 1_000,
  /** How often a listener hears that the server lives, and is asked for his permission again. */
  heartbeatMs: 15_000,
  /** How long a listener may read nothing while there is something to be read. */
  stuckMs: 60_000,
  /** When a client that lost the stream should come back. */
  retryMs: 2_000,
} as const satisfies StreamLimits & Readonly<Record<string, number>>
