/** How Blnk's webhook and hooks are told: bodies, headers, signatures, and what counts as an answer. */
import type { Micros } from '../../../ledger/index.ts'
import {
  hexSignature,
  type Letter,
  type Message,
  type Subscriber,
  seconds,
  type Wording,
} from '../../../outbox/index.ts'
import type { Services } from '../../services.ts'
import { wireId } from '../wire/ids.ts'
import { Scales } from '../wire/scales.ts'
import { type HookType, type Teller, tellEvents, tellHook } from './tell.ts'

/** The wording of the one webhook of the settings, and those of hooks. */
export const WEBHOOK_WORDING = 'blnk.webhook'
export const HOOK_WORDINGS: Readonly<Record<HookType, string>> = {
  PRE_TRANSACTION: 'blnk.pre_transaction',
  POST_TRANSACTION: 'blnk.post_transaction',
}

export type BlnkOutgoing = {
  /** With what requests are signed; null for not at all. */
  readonly secret: string | null
  /** What is sent along to the webhook. */
  readonly headers: Readonly<Record<string, string>>
}

export function blnkWordings(
  services: Services,
  outgoing: BlnkOutgoing,
): Readonly<Record<string, Wording>> {
  const { log, watches } = services.outgoing
  const teller: Teller = { log, watches, scales: new Scales(services) }
  return {
    [WEBHOOK_WORDING]: webhookWording(teller, outgoing),
    [HOOK_WORDINGS.PRE_TRANSACTION]: hookWording(teller, 'PRE_TRANSACTION', outgoing),
    [HOOK_WORDINGS.POST_TRANSACTION]: hookWording(teller, 'POST_TRANSACTION', outgoing),
  }
}

function webhookWording(teller: Teller, { secret, headers }: BlnkOutgoing): Wording {
  return {
    tell: (bookId, facts) => tellEvents(teller, bookId, facts),
    letter: (messages, _subscriber, at) => {
      const body = bodyOf(messages)
      const signed = secret === null ? {} : signature(secret, at, body)
      return { headers: { ...commonHeaders(messages), ...headers, ...signed }, body }
    },
    isTaken: isSuccess,
  }
}

/** A hook is signed even where there is no secret, as Blnk does. */
function hookWording(teller: Teller, type: HookType, { secret }: BlnkOutgoing): Wording {
  return {
    tell: (_bookId, facts) => tellHook(teller, type, facts),
    letter: (messages, subscriber, at) => hookLetter(messages, type, subscriber, secret ?? '', at),
    isTaken: isHookTaken,
  }
}

function hookLetter(
  messages: readonly Message[],
  type: HookType,
  subscriber: Subscriber,
  secret: string,
  at: Micros,
): Letter {
  const body = bodyOf(messages)
  const about = { 'x-hook-id': wireId('hook', subscriber.id), 'x-hook-type': type }
  const headers = { ...commonHeaders(messages), ...about, ...signature(secret, at, body) }
  return { headers, body }
}

function bodyOf(messages: readonly Message[]): string {
  return messages[0]?.text ?? ''
}

/** The id tells a subscriber that it has been told of this before. */
function commonHeaders(messages: readonly Message[]): Readonly<Record<string, string>> {
  const [first] = messages
  return {
    'content-type': 'application/json',
    'user-agent': 'diptych',
    'x-event-id': `${first?.recordId}.${first?.part}`,
  }
}

function signature(secret: string, at: Micros, body: string): Readonly<Record<string, string>> {
  return {
    'x-blnk-timestamp': seconds(at),
    'x-blnk-signature': hexSignature(secret, at, body),
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** Success, unless the answer is JSON: then it has to say so itself, and that is enough. */
function isHookTaken(status: number, body: string): boolean {
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch {
    return isSuccess(status)
  }
  return (answer as { readonly success?: unknown } | null)?.success === true
}
