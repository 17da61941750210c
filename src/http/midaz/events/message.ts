/** Events of Midaz in their envelope: CloudEvents 1.0. */
import { isoOf } from '../../../ledger/index.ts'
import type { Fact, Message } from '../../../outbox/index.ts'

/** One thing that a fact means. */
export type Own = {
  /** Resource and what happened to it, as in `transaction.posted`. */
  readonly event: string
  /** The id of what it is about. */
  readonly subject: string
  /** The ledger that it belongs to; null for what is above ledgers. */
  readonly ledgerId: string | null
  /** JSON. */
  readonly data: string
}

/** What Midaz's event types begin with, and where they come from. */
export const TYPE_PREFIX = 'studio.lerian.'
const SOURCE = 'lerian.midaz.ledger'

/** An event by whichever of its names: with the prefix or without. */
export function shortName(event: string): string {
  return event.startsWith(TYPE_PREFIX) ? event.slice(TYPE_PREFIX.length) : event
}

/** The id of an event: it is the same whenever the event is told again, and ids grow in the order of the ledger. */
export function eventId({ recordId, part }: Pick<Message, 'recordId' | 'part'>): string {
  return `${recordId}.${part}`
}

export function messageOf(fact: Fact, part: number, own: Own, organizationId: string): Message {
  const { event, subject, ledgerId, data } = own
  const recordId = fact.id
  const ledger = ledgerId === null ? '' : `"ledgerid":"${ledgerId}",`
  return {
    recordId,
    part,
    at: fact.at,
    event,
    ledgerId,
    text:
      `{"specversion":"1.0","id":"${eventId({ recordId, part })}","source":"${SOURCE}",` +
      `"type":"${TYPE_PREFIX}${event}","subject":"${subject}","time":"${isoOf(fact.at)}",` +
      `"datacontenttype":"application/json","organizationid":"${organizationId}",${ledger}"data":${data}}`,
  }
}
