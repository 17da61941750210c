/** Keeps who is told what happens, and how far each has been told. */
import { mintedAt } from '../engine/index.ts'
import { isoOf, type Micros } from '../ledger/index.ts'
import type {
  Attempt,
  DeadLetter,
  DeadLetterKey,
  LaneKey,
  OutboxStore,
  Progress,
  Secrets,
  Subscriber,
} from '../outbox/port.ts'
import type { Querier, Row } from './connection.ts'
import { oneOrNone } from './statements/look-up.ts'
import {
  ASK_FOR_REPLAY,
  BEAT,
  BEHIND,
  CLAIM,
  DEAD_LETTERS,
  PENDING,
  PROGRESS_OF,
  PUT_BACK,
  REPLAYS,
  SAVE,
} from './statements/outbox.ts'
import { plainArray, textArray } from './types.ts'

const SUBSCRIBERS = `
select s.book_id, s.id, s.name, s.url, s.wording, s.events, s.timeout_ms, s.attempts_max, s.batch_max, s.created_at,
       k.secret, k.previous, k.previous_until, k.headers
  from subscriptions s
  ${oneOrNone('subscription_secrets', 'k', 'x.book_id = s.book_id and x.subscription_id = s.id')}
 where s.active and s.deleted_at is null`

type SubscriberRow = {
  readonly book_id: number
  readonly id: string
  readonly name: string
  readonly url: string
  readonly wording: string
  readonly events: readonly string[] | null
  readonly timeout_ms: number
  readonly attempts_max: number | null
  readonly batch_max: number
  readonly created_at: Micros
  readonly secret: string | null
  readonly previous: string | null
  readonly previous_until: Micros | null
  readonly headers: Readonly<Record<string, string>> | null
}

type ProgressRow = {
  readonly book_id: number
  readonly subscription_id: string
  readonly after: string
  readonly part: number
  readonly seq: number
  readonly attempts: number
  readonly failing_since: Micros | null
  readonly next_attempt_at: Micros | null
  readonly attempted_at: Micros | null
  readonly last_status: number | null
  readonly last_error: string | null
}

type DeadLetterRow = {
  readonly book_id: number
  readonly subscription_id: string
  readonly record_id: string
  readonly part: number
  readonly event: string
  readonly attempts: number
  readonly last_status: number | null
  readonly last_error: string
  readonly failed_at: Micros
  readonly replay_at: Micros | null
}

export class PostgresOutboxStore implements OutboxStore {
  readonly #querier: Querier

  constructor(querier: Querier) {
    this.#querier = querier
  }

  async subscribers(
    after: { readonly homeId: number; readonly id: string } | null,
    limit: number,
  ): Promise<readonly Subscriber[]> {
    const { homeId = -1, id = '00000000-0000-0000-0000-000000000000' } = after ?? {}
    const rows = await this.#querier.query<SubscriberRow & Row>(
      'subscribers',
      `${SUBSCRIBERS} and (s.book_id, s.id) > ($1::bigint, $2::uuid) order by s.book_id, s.id limit $3`,
      [homeId, id, limit],
    )
    return rows.map(subscriberOf)
  }

  async subscribersOf(homeId: number): Promise<readonly Subscriber[]> {
    const rows = await this.#querier.query<SubscriberRow & Row>(
      'subscribers of organization',
      `${SUBSCRIBERS} and s.book_id = $1`,
      [homeId],
    )
    return rows.map(subscriberOf)
  }

  async subscriber(homeId: number, id: string): Promise<Subscriber | null> {
    const [row] = await this.#querier.query<SubscriberRow & Row>(
      'subscriber',
      `${SUBSCRIBERS} and s.book_id = $1 and s.id = $2`,
      [homeId, id],
    )
    return row === undefined ? null : subscriberOf(row)
  }

  async homeOf(bookId: number): Promise<number | null> {
    const [row] = await this.#querier.query<{ book_id: number }>(
      'home of book',
      'select book_id from ledgers where money_book_id = $1 and money_book_id <> book_id limit 1',
      [bookId],
    )
    return row?.book_id ?? null
  }

  async pending(
    subscribers: readonly Pick<Subscriber, 'homeId' | 'id'>[],
    now: Micros,
    limit: number,
  ): Promise<readonly LaneKey[]> {
    return this.#querier.query<LaneKey & Row>('pending lanes', PENDING, [
      plainArray(subscribers.map(({ homeId }) => homeId)),
      plainArray(subscribers.map(({ id }) => id)),
      isoOf(now),
      limit,
    ])
  }

  async beat(holder: string, aliveMs: number): Promise<void> {
    await this.#querier.query('beat', BEAT, [holder, aliveMs])
  }

  async claim(lane: LaneKey, holder: string, start: string): Promise<Progress | null> {
    const [row] = await this.#querier.query<ProgressRow & Row>('claim lane', CLAIM, [
      lane.bookId,
      lane.subscriptionId,
      start,
      holder,
    ])
    return row === undefined ? null : progressOf(row)
  }

  async save(
    lane: LaneKey,
    holder: string,
    progress: Progress,
    hold: 'hold on' | 'let go',
    givenUp: readonly DeadLetter[],
  ): Promise<boolean> {
    const { last } = progress
    const saved = await this.#querier.query('save lane', SAVE, [
      lane.bookId,
      lane.subscriptionId,
      holder,
      hold === 'hold on',
      progress.after,
      progress.part,
      progress.seq,
      progress.attempts,
      timeOrNull(progress.failingSince),
      timeOrNull(progress.nextAttemptAt),
      timeOrNull(last?.at ?? null),
      last?.status ?? null,
      last?.error ?? null,
      plainArray(givenUp.map((letter) => letter.recordId)),
      plainArray(givenUp.map((letter) => letter.part)),
      textArray(givenUp.map((letter) => letter.event)),
      plainArray(givenUp.map((letter) => letter.attempts)),
    ])
    return saved.length > 0
  }

  async replays(lane: LaneKey, limit: number): Promise<readonly DeadLetter[]> {
    const rows = await this.#querier.query<DeadLetterRow & Row>('replays', REPLAYS, [
      lane.subscriptionId,
      lane.bookId,
      limit,
    ])
    return rows.map(deadLetterOf)
  }

  async bury(key: DeadLetterKey): Promise<void> {
    await this.#querier.query(
      'bury dead letter',
      `delete from dead_letters
        where book_id = $1 and subscription_id = $2 and record_id = $3 and part = $4`,
      [key.bookId, key.subscriptionId, key.recordId, key.part],
    )
  }

  async putBack(letter: DeadLetter): Promise<void> {
    await this.#querier.query('put back dead letter', PUT_BACK, [
      letter.bookId,
      letter.subscriptionId,
      letter.recordId,
      letter.part,
      letter.attempts,
      letter.status,
      letter.error,
      isoOf(letter.failedAt),
    ])
  }

  async deadLetters(
    subscriptionId: string,
    after: Pick<DeadLetter, 'recordId' | 'part'> | null,
    limit: number,
  ): Promise<readonly DeadLetter[]> {
    const rows = await this.#querier.query<DeadLetterRow & Row>('dead letters', DEAD_LETTERS, [
      subscriptionId,
      after?.recordId ?? '00000000-0000-0000-0000-000000000000',
      after?.part ?? -1,
      limit,
    ])
    return rows.map(deadLetterOf)
  }

  async askForReplay(subscriptionId: string, recordId: string | null, at: Micros): Promise<number> {
    const rows = await this.#querier.query('ask for replay', ASK_FOR_REPLAY, [
      subscriptionId,
      recordId,
      isoOf(at),
    ])
    return rows.length
  }

  async behind(): Promise<readonly { readonly subscriptionId: string; readonly since: Micros }[]> {
    const rows = await this.#querier.query<{ subscription_id: string; id: string }>(
      'lanes behind',
      BEHIND,
      [],
    )
    const first = new Map<string, Micros>()
    for (const { subscription_id, id } of rows) {
      const since = mintedAt(id) ?? 0
      first.set(subscription_id, Math.min(first.get(subscription_id) ?? since, since))
    }
    return [...first].map(([subscriptionId, since]) => ({ subscriptionId, since }))
  }

  async progressOf(
    subscriptionIds: readonly string[],
  ): Promise<readonly (Progress & Pick<LaneKey, 'bookId' | 'subscriptionId'>)[]> {
    const rows = await this.#querier.query<ProgressRow & Row>('progress', PROGRESS_OF, [
      plainArray(subscriptionIds),
    ])
    return rows.map((row) => ({
      ...progressOf(row),
      bookId: row.book_id,
      subscriptionId: row.subscription_id,
    }))
  }

  async changeSecret(
    homeId: number,
    subscriptionId: string,
    secret: string,
    until: Micros,
  ): Promise<void> {
    await this.#querier.query(
      'change secret',
      `update subscription_secrets set previous = secret, previous_until = $4, secret = $3
        where book_id = $1 and subscription_id = $2`,
      [homeId, subscriptionId, secret, isoOf(until)],
    )
  }

  async keepSecrets(homeId: number, subscriptionId: string, secrets: Secrets): Promise<void> {
    await this.#querier.query(
      'keep secrets',
      `insert into subscription_secrets (book_id, subscription_id, secret, previous, previous_until, headers)
       values ($1, $2, $3, $4, $5, $6::jsonb)
       on conflict (book_id, subscription_id) do update
          set secret = excluded.secret, previous = excluded.previous,
              previous_until = excluded.previous_until, headers = excluded.headers`,
      [
        homeId,
        subscriptionId,
        secrets.secret,
        secrets.previous?.secret ?? null,
        timeOrNull(secrets.previous?.until ?? null),
        JSON.stringify(secrets.headers),
      ],
    )
  }

  async forgetSecrets(homeId: number, subscriptionId: string): Promise<void> {
    await this.#querier.query(
      'forget secrets',
      'delete from subscription_secrets where book_id = $1 and subscription_id = $2',
      [homeId, subscriptionId],
    )
  }
}

function timeOrNull(at: Micros | null): string | null {
  return at === null ? null : isoOf(at)
}

function subscriberOf(row: SubscriberRow): Subscriber {
  return {
    id: row.id,
    homeId: row.book_id,
    name: row.name,
    url: row.url,
    wording: row.wording,
    events: row.events,
    timeoutMs: row.timeout_ms,
    attemptsMax: row.attempts_max,
    batchMax: row.batch_max,
    since: row.created_at,
    secrets: row.secret === null ? null : secretsOf(row, row.secret),
  }
}

function secretsOf(row: SubscriberRow, secret: string): Secrets {
  const previous =
    row.previous === null || row.previous_until === null
      ? null
      : { secret: row.previous, until: row.previous_until }
  return { secret, previous, headers: row.headers ?? {} }
}

function progressOf(row: ProgressRow): Progress {
  const last: Attempt | null =
    row.attempted_at === null
      ? null
      : { at: row.attempted_at, status: row.last_status, error: row.last_error }
  return {
    after: row.after,
    part: row.part,
    seq: row.seq,
    attempts: row.attempts,
    failingSince: row.failing_since,
    nextAttemptAt: row.next_attempt_at,
    last,
  }
}

function deadLetterOf(row: DeadLetterRow): DeadLetter {
  return {
    bookId: row.book_id,
    subscriptionId: row.subscription_id,
    recordId: row.record_id,
    part: row.part,
    event: row.event,
    attempts: row.attempts,
    status: row.last_status,
    error: row.last_error,
    failedAt: row.failed_at,
    replayAt: row.replay_at,
  }
}
