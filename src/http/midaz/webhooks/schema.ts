/** What webhooks look like on the wire. */
import { type Static, Type } from 'typebox'
import { outboxLimits } from '../../../limits.ts'
import {
  closedObject,
  flag,
  metadata,
  metadataPatch,
  NAME_MAX,
  optional,
  optionalNotNull,
  shownOf,
  text,
} from '../body/schema.ts'

export const URL_MAX = 2048
export const BATCH_MAX = 100
export const ATTEMPTS_MAX = 1000
export const TIMEOUT_MIN_MS = 100
export const TIMEOUT_MAX_MS = outboxLimits.timeoutMaxMs

const count = (describe: string) => Type.Integer({ description: describe, minimum: 1 })

const events = Type.Array(text(NAME_MAX), {
  description: 'Names of events; * stands for any ending. All of them where it is left out.',
})
const batchSize = count(`Events of one request, at most ${BATCH_MAX}; 1 unless told.`)
const timeoutMs = count(`Milliseconds that an answer may take, at most ${TIMEOUT_MAX_MS}.`)
const maxAttempts = count(
  `How often an event is sent before it is a dead letter, at most ${ATTEMPTS_MAX}; for days unless told.`,
)

export const webhookCreate = closedObject({
  name: text(NAME_MAX),
  url: text(URL_MAX),
  events: optional(events),
  active: optional(flag),
  batchSize: optional(batchSize),
  timeoutMs: optional(timeoutMs),
  maxAttempts: optional(maxAttempts),
  secret: optional(text(NAME_MAX)),
  metadata: optional(metadata),
})

export const webhookUpdate = closedObject({
  name: optionalNotNull(text(NAME_MAX)),
  url: optionalNotNull(text(URL_MAX)),
  events: optional(events),
  active: optionalNotNull(flag),
  batchSize: optionalNotNull(batchSize),
  timeoutMs: optional(timeoutMs),
  maxAttempts: optional(maxAttempts),
  metadata: optional(metadataPatch),
})

export const secretChange = closedObject({ secret: optional(text(NAME_MAX)) })

export type WebhookCreate = Static<typeof webhookCreate>
export type WebhookUpdate = Static<typeof webhookUpdate>
export type SecretChange = Static<typeof secretChange>

const nullableText = Type.Union([Type.String(), Type.Null()])
const nullableInteger = Type.Union([Type.Integer(), Type.Null()])

export const webhookShown = shownOf({
  organizationId: Type.String({ format: 'uuid' }),
  name: Type.String(),
  url: Type.String(),
  events: Type.Union([Type.Array(Type.String()), Type.Null()]),
  active: Type.Boolean(),
  batchSize: Type.Integer(),
  timeoutMs: nullableInteger,
  maxAttempts: nullableInteger,
  secret: Type.Optional(
    Type.String({
      description: 'With what requests are signed: shown when it is made, and never again.',
    }),
  ),
  delivery: Type.Optional(
    Type.Object({
      failingSince: nullableText,
      attempts: Type.Integer(),
      nextAttemptAt: nullableText,
      lastAttemptAt: nullableText,
      lastStatus: nullableInteger,
      lastError: nullableText,
    }),
  ),
})

export const secretShown = Type.Object({
  secret: Type.String(),
  previousValidUntil: Type.String({ format: 'date-time' }),
})

export const deadLettersShown = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      recordId: Type.String({ format: 'uuid' }),
      type: Type.String(),
      attempts: Type.Integer(),
      lastStatus: nullableInteger,
      lastError: Type.String(),
      failedAt: Type.String({ format: 'date-time' }),
      replayRequestedAt: nullableText,
    }),
  ),
  limit: Type.Integer(),
  next_cursor: Type.Optional(Type.String()),
})

export const replayShown = Type.Object({ replayed: Type.Integer() })
