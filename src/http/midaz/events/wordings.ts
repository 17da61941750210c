/** How Midaz's webhooks are told: CloudEvents over HTTP, signed as Standard Webhooks says. */
import type { Micros } from '../../../ledger/index.ts'
import {
  type Letter,
  type Message,
  type Subscriber,
  standardHeaders,
  type Wording,
} from '../../../outbox/index.ts'
import type { Services } from '../../services.ts'
import { eventId } from './message.ts'
import { Teller } from './tell.ts'

export const MIDAZ_WORDING = 'midaz.webhook'

export function midazWordings(services: Services): Readonly<Record<string, Wording>> {
  const teller = new Teller(services)
  return {
    [MIDAZ_WORDING]: {
      tell: (bookId, facts) => teller.tell(bookId, facts),
      letter: letterOf,
      isTaken: (status) => status >= 200 && status < 300,
    },
  }
}

function letterOf(messages: readonly Message[], subscriber: Subscriber, at: Micros): Letter {
  const { batchMax, secrets } = subscriber
  const batched = batchMax > 1
  const texts = messages.map(({ text }) => text)
  const body = batched ? `[${texts.join(',')}]` : (texts[0] ?? '')
  const headers = {
    'content-type': `application/cloudevents${batched ? '-batch' : ''}+json; charset=utf-8`,
    'user-agent': 'diptych',
    ...secrets?.headers,
    ...standardHeaders(secretsAt(subscriber, at), idOf(messages), at, body),
  }
  return { headers, body }
}

/** The id of a request is the same each time that it is sent. */
function idOf(messages: readonly Message[]): string {
  const [first, last] = [messages[0], messages.at(-1)]
  if (first === undefined || last === undefined) return ''
  return first === last ? eventId(first) : `${eventId(first)}~${eventId(last)}`
}

function secretsAt({ secrets }: Subscriber, at: Micros): readonly string[] {
  if (secrets === null) return []
  const { secret, previous } = secrets
  return previous !== null && previous.until > at ? [secret, previous.secret] : [secret]
}
