/** Webhooks between the wire and the subscriptions that they are. */
import type { NewSubscription, Subscription } from '../../../directory/index.ts'
import { isoOf, type Micros } from '../../../ledger/index.ts'
import {
  type DeadLetter,
  type Destinations,
  isSecret,
  type Progress,
} from '../../../outbox/index.ts'
import { eventId, TYPE_PREFIX } from '../events/message.ts'
import { NAMES_MAX, namesAsked } from '../events/names.ts'
import { MIDAZ_WORDING } from '../events/wordings.ts'
import { givenMetadata, givenName, patchedMetadata } from '../given.ts'
import { type FieldFault, invalidFields, refuse } from '../problem.ts'
import { shownMetadata, shownTimes } from '../shown.ts'
import {
  ATTEMPTS_MAX,
  BATCH_MAX,
  TIMEOUT_MAX_MS,
  TIMEOUT_MIN_MS,
  type WebhookCreate,
  type WebhookUpdate,
} from './schema.ts'

/** As long as usual. */
const USUAL = 0

export function newWebhook(body: WebhookCreate, destinations: Destinations): NewSubscription {
  refuseFaults([...faultsOf(body, destinations), ...secretFaults(body.secret)])
  return {
    name: body.name,
    url: body.url,
    wording: MIDAZ_WORDING,
    events: eventsOf(body.events),
    active: body.active ?? true,
    timeoutMs: body.timeoutMs ?? USUAL,
    attemptsMax: body.maxAttempts ?? null,
    batchMax: body.batchSize ?? 1,
    metadata: givenMetadata(body.metadata),
  }
}

/** What a patch replaces: null brings back what is usual. */
export function changedWebhook(row: Subscription, body: WebhookUpdate): Partial<Subscription> {
  const { url, events, active, batchSize, timeoutMs, maxAttempts } = body
  return {
    ...givenName(body.name),
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { events: eventsOf(events) }),
    ...(active === undefined ? {} : { active }),
    ...(batchSize === undefined ? {} : { batchMax: batchSize }),
    ...(timeoutMs === undefined ? {} : { timeoutMs: timeoutMs ?? USUAL }),
    ...(maxAttempts === undefined ? {} : { attemptsMax: maxAttempts }),
    metadata: patchedMetadata(row.metadata, body.metadata),
  }
}

/** @throws Refused when the values of a patch cannot be kept */
export function checkChange(body: WebhookUpdate, destinations: Destinations): void {
  refuseFaults(faultsOf(body, destinations))
}

/** @throws Refused when a text is no secret to sign with */
export function checkSecret(secret: string | null | undefined): void {
  refuseFaults(secretFaults(secret))
}

function refuseFaults(faults: readonly FieldFault[]): void {
  if (faults.length > 0) refuse(invalidFields(faults))
}

function secretFaults(secret: string | null | undefined): readonly FieldFault[] {
  if (secret === undefined || secret === null || isSecret(secret)) return []
  return [{ path: 'secret', message: 'must be whsec_ and 24 to 64 bytes in Base64' }]
}

type Given = {
  readonly url?: string
  readonly events?: readonly string[] | null
  readonly batchSize?: number | null
  readonly timeoutMs?: number | null
  readonly maxAttempts?: number | null
}

function faultsOf(body: Given, destinations: Destinations): readonly FieldFault[] {
  const { url, events } = body
  const fault = url === undefined ? null : urlFault(url, destinations)
  return [
    ...(fault === null ? [] : [{ path: 'url', message: fault }]),
    ...(events === undefined || events === null ? [] : eventFaults(events)),
    ...boundFaults('batchSize', body.batchSize, 1, BATCH_MAX),
    ...boundFaults('timeoutMs', body.timeoutMs, TIMEOUT_MIN_MS, TIMEOUT_MAX_MS),
    ...boundFaults('maxAttempts', body.maxAttempts, 1, ATTEMPTS_MAX),
  ]
}

/** Every change of a webhook stands in the event log for good, so its URL must not have a password in it. */
function urlFault(text: string, destinations: Destinations): string | null {
  const fault = destinations.fault(text)
  if (fault !== null) return fault
  const url = URL.parse(text)
  return url?.username === '' && url.password === '' ? null : 'must not have a password in it'
}

function eventFaults(events: readonly string[]): readonly FieldFault[] {
  if (events.length === 0 || events.length > NAMES_MAX)
    return [{ path: 'events', message: `must have from 1 to ${NAMES_MAX} names` }]
  const asked = namesAsked(events)
  if ('names' in asked) return []
  const index = events.findIndex((name) => name.endsWith(asked.unknown))
  return [{ path: `events[${index}]`, message: 'is the name of no event' }]
}

function boundFaults(
  path: string,
  value: number | null | undefined,
  least: number,
  most: number,
): readonly FieldFault[] {
  if (value === undefined || value === null || (value >= least && value <= most)) return []
  return [{ path, message: `must be from ${least} to ${most}` }]
}

function eventsOf(events: readonly string[] | null | undefined): readonly string[] | null {
  if (events === undefined || events === null) return null
  const asked = namesAsked(events)
  return 'names' in asked ? asked.names : []
}

export function shownWebhook(row: Subscription, organizationId: string) {
  return {
    id: row.id,
    organizationId,
    name: row.name,
    url: row.url,
    events: row.events,
    active: row.active,
    batchSize: row.batchMax,
    timeoutMs: row.timeoutMs === USUAL ? null : row.timeoutMs,
    maxAttempts: row.attemptsMax,
    ...shownTimes(row),
    ...shownMetadata(row.metadata),
  }
}

/** How it goes with a webhook, of all the books that it is told of: the one that fails longest, and the last attempt. */
export function shownDelivery(lanes: readonly Progress[]) {
  const failing = lanes
    .filter((lane) => lane.failingSince !== null)
    .sort((a, b) => (a.failingSince ?? 0) - (b.failingSince ?? 0))[0]
  const last = lanes
    .flatMap((lane) => (lane.last === null ? [] : [lane.last]))
    .sort((a, b) => b.at - a.at)[0]
  return {
    failingSince: timeOrNull(failing?.failingSince),
    attempts: failing?.attempts ?? 0,
    nextAttemptAt: timeOrNull(failing?.nextAttemptAt),
    lastAttemptAt: timeOrNull(last?.at),
    lastStatus: last?.status ?? null,
    lastError: last?.error ?? null,
  }
}

export function shownDeadLetter(letter: DeadLetter) {
  return {
    id: eventId(letter),
    recordId: letter.recordId,
    type: TYPE_PREFIX + letter.event,
    attempts: letter.attempts,
    lastStatus: letter.status,
    lastError: letter.error,
    failedAt: isoOf(letter.failedAt),
    replayRequestedAt: timeOrNull(letter.replayAt),
  }
}

function timeOrNull(at: Micros | null | undefined): string | null {
  return at === undefined || at === null ? null : isoOf(at)
}
