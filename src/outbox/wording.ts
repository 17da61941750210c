import type { Micros } from '../ledger/index.ts'
import type { Fact, Subscriber } from './port.ts'

/** One thing to be told. */
export type Message = {
  /** The fact that it tells of, and which of the things that this fact means it is. */
  readonly recordId: string
  readonly part: number
  /** When it happened. */
  readonly at: Micros
  /** What kind of thing it is: what subscribers choose by. */
  readonly event: string
  /** The ledger that it belongs to, where it matters to whom. */
  readonly ledgerId?: string | null
  /** JSON, ready to be sent. */
  readonly text: string
}

/** What is sent of messages. */
export type Letter = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How one kind of subscriber is told: what facts mean to it, in which words, and what it says when it has understood. */
export interface Wording {
  /** What facts of a book mean, in their order. */
  tell(bookId: number, facts: readonly Fact[]): Promise<readonly Message[]>
  /** The request for messages: one of them, unless the subscriber takes more at once. */
  letter(messages: readonly Message[], subscriber: Subscriber, at: Micros): Letter
  /** Whether an answer means that it was taken. */
  isTaken(status: number, body: string): boolean
}

/** Whether a subscriber wants an event: `transaction.*` is all whose names begin with `transaction.`. */
export function wants(events: readonly string[] | null, event: string): boolean {
  if (events === null) return true
  return events.some((wanted) =>
    wanted.endsWith('*') ? event.startsWith(wanted.slice(0, -1)) : event === wanted,
  )
}
