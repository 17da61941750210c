/** An outbox on a test's database, which tells in plain words: one message for a change, one for each entry of a transaction. */
import { randomUUID } from 'node:crypto'
import type { Subscription } from '../../../src/directory/index.ts'
import { subscribe } from '../../../src/directory/index.ts'
import { connectionLimits, outboxLimits } from '../../../src/limits.ts'
import {
  type Block,
  type DeadLetter,
  Destinations,
  type Fact,
  type Message,
  Outbox,
  type OutboxLimits,
  Sender,
  type Wording,
} from '../../../src/outbox/index.ts'
import {
  Connections,
  PostgresEventLog,
  PostgresOutboxStore,
  SERVER_ROLE,
} from '../../../src/storage/index.ts'
import { machineSurroundings } from '../../../src/telemetry/index.ts'
import type { TestEngine } from '../../support/engine.ts'

export const LOOPBACK: readonly Block[] = [{ address: '127.0.0.0', prefix: 8 }]

/** The limits of a test: as in earnest, but impatient. */
export const IMPATIENT: OutboxLimits = {
  ...outboxLimits,
  patience: { firstMs: 10, mostMs: 40, giveUpMs: 3_600_000 },
  sweepMs: 50,
  saveMs: 0,
  beatMs: 200,
  aliveMs: 1_000,
  timeoutMs: 500,
  timeoutMaxMs: 1_000,
  drainMs: 200,
}

export function messagesOf(fact: Fact): readonly Message[] {
  const base = { recordId: fact.id, at: fact.at }
  if (fact.type === 'change') {
    const event = `${fact.entity}.${fact.verb}`
    return [{ ...base, part: 0, event, text: JSON.stringify({ id: fact.id, event }) }]
  }
  return fact.entries.map((entry, part) => ({
    ...base,
    part,
    event: `entry.${entry.side}`,
    text: JSON.stringify({
      id: fact.id,
      event: `entry.${entry.side}`,
      balance: entry.balanceId,
      version: entry.version,
    }),
  }))
}

export const plainWording: Wording = {
  tell: async (_bookId, facts) => facts.flatMap(messagesOf),
  letter: (messages) => ({
    headers: { 'content-type': 'application/json' },
    body:
      messages.length === 1 ? (messages[0]?.text ?? '') : `[${messages.map(({ text }) => text)}]`,
  }),
  isTaken: (status) => status >= 200 && status < 300,
}

export type TestOutbox = {
  readonly outbox: Outbox
  readonly store: PostgresOutboxStore
  readonly log: PostgresEventLog
  readonly lost: DeadLetter[]
  readonly broken: unknown[]
  stop(): Promise<void>
}

export function openOutbox(
  url: string,
  limits: Partial<OutboxLimits> = {},
  allowed: readonly Block[] = LOOPBACK,
): TestOutbox {
  const connections = new Connections(url, { ...connectionLimits, role: SERVER_ROLE })
  const store = new PostgresOutboxStore(connections)
  const log = new PostgresEventLog(connections)
  const all = { ...IMPATIENT, ...limits }
  const lost: DeadLetter[] = []
  const broken: unknown[] = []
  const outbox = new Outbox({
    store,
    log,
    sender: new Sender(new Destinations(allowed), all),
    wordings: { plain: plainWording },
    around: machineSurroundings(),
    limits: all,
    holder: randomUUID(),
    observer: {
      delivered: () => {},
      failed: () => {},
      gaveUp: (_subscriber, letters) => lost.push(...letters),
      broken: (error) => broken.push(error),
    },
  })
  outbox.start()
  return {
    outbox,
    store,
    log,
    lost,
    broken,
    stop: async () => {
      await outbox.stop()
      await connections.close()
    },
  }
}

/** Subscribes somebody to everything of a book. */
export async function subscribed(
  { directory }: TestEngine,
  bookId: number,
  url: string,
  more: Partial<Subscription> = {},
): Promise<Subscription> {
  const made = await subscribe(
    directory,
    bookId,
    {
      name: 'test',
      url,
      wording: 'plain',
      events: null,
      active: true,
      timeoutMs: 0,
      attemptsMax: null,
      batchMax: 1,
      ...more,
    },
    null,
  )
  if (!made.accepted) throw new Error(made.refusal.code)
  return made.outcome
}
