/** Wires what goes out: who is told what happens in the books, by which words, and how it is counted. */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import { type Directory, type Home, type Subscription, subscribe } from './directory/index.ts'
import { blnkWordings, midazWordings, type Services, WEBHOOK_WORDING } from './http/index.ts'
import type { EntityName } from './ledger/index.ts'
import { accept, assert } from './ledger/index.ts'
import { connectionLimits, outboxConnections, outboxLimits, streamLimits } from './limits.ts'
import {
  Destinations,
  Outbox,
  type OutboxObserver,
  Sender,
  Streams,
  type Wording,
} from './outbox/index.ts'
import {
  Connections,
  PostgresEventLog,
  PostgresOutboxStore,
  PostgresWatchHistory,
} from './storage/index.ts'
import type { Metrics, machineSurroundings } from './telemetry/index.ts'

/** What goes out, from its connections to its wheels. */
export class Outgoing {
  /** What the faces are given. */
  readonly services: Services['outgoing']
  readonly #connections: Connections
  readonly #store: PostgresOutboxStore
  readonly #config: Config
  readonly #destinations: Destinations
  readonly #streams: Streams
  #wordings: Readonly<Record<string, Wording>> = {}
  #outbox: Outbox | null = null

  constructor(database: Database, config: Config) {
    this.#config = config
    this.#connections = new Connections(database.serverUrl, {
      ...connectionLimits,
      readersMax: outboxConnections,
      role: database.role,
    })
    this.#store = new PostgresOutboxStore(this.#connections)
    this.#destinations = new Destinations(config.webhookAllow ?? [])
    const log = new PostgresEventLog(this.#connections)
    this.#streams = new Streams(log, (name) => this.#wordings[name], streamLimits)
    this.services = {
      log,
      streams: this.#streams,
      watches: new PostgresWatchHistory(this.#connections),
      store: this.#store,
      destinations: this.#destinations,
      wake: (homeId, subscriptionId) => this.#outbox?.wake(homeId, subscriptionId),
    }
  }

  /** Begins to tell. */
  async start(
    services: Services,
    around: ReturnType<typeof machineSurroundings>,
    metrics: Metrics,
    log: Logger,
  ): Promise<void> {
    const { blnkSecretKey: secret, blnkWebhookHeaders: headers } = this.#config
    await settleBlnkWebhook(services.directory, services.home, this.#config.blnkWebhookUrl)
    this.#wordings = {
      ...blnkWordings(services, { secret, headers: headers ?? {} }),
      ...midazWordings(services),
    }
    metrics.watchDeliveries(() => this.#store.behind(), around.now)
    metrics.watchListeners(() => this.#streams.listeners)
    this.#outbox = new Outbox({
      store: this.#store,
      log: this.services.log,
      sender: new Sender(this.#destinations, outboxLimits),
      wordings: this.#wordings,
      around,
      limits: outboxLimits,
      observer: observerOf(metrics, log),
      holder: randomUUID(),
    })
    this.#outbox.start()
  }

  /** Something was committed to a book by this server. */
  committed(bookId: number, changes: readonly { readonly entity: EntityName }[]): void {
    this.#streams.committed(bookId)
    this.#outbox?.committed(
      bookId,
      changes.map(({ entity }) => entity),
    )
  }

  /** Ends all streams, so that the server can close. */
  endStreams(): void {
    this.#streams.close()
  }

  async stop(): Promise<void> {
    await this.#outbox?.stop()
    await this.#connections.close()
  }
}

function observerOf(metrics: Metrics, log: Logger): OutboxObserver {
  return {
    delivered: ({ wording }, messages, millis) => {
      metrics.deliveries.labels(wording, 'taken').inc(messages)
      metrics.deliverySeconds.observe(millis / 1000)
    },
    failed: ({ id, wording }, bookId, attempts, { status, error }) => {
      metrics.deliveries.labels(wording, 'failed').inc()
      log.warn({ subscription: id, book: bookId, attempts, status, error }, 'not taken')
    },
    gaveUp: ({ id, wording }, letters) => {
      metrics.deadLetters.labels(wording).inc(letters.length)
      for (const { bookId, recordId, event, attempts, status, error } of letters)
        log.error(
          { subscription: id, book: bookId, record: recordId, event, attempts, status, error },
          'given up: a dead letter',
        )
    },
    broken: (error) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      log.warn({ cause: name, reason: message }, 'subscribers cannot be told right now')
    },
  }
}

/** The id of the one webhook that the settings name. */
const BLNK_WEBHOOK_ID = '00000000-0000-4000-8000-0000000000b1'

/**
 * Makes the subscription of the webhook that the settings name, or brings it up to them. What is told begins when it is first
 * named; while none is named it is told nothing, and when one is named again it is told on from there.
 */
async function settleBlnkWebhook(
  directory: Directory,
  { bookId }: Home,
  url: string | null,
): Promise<void> {
  const known = await directory.store.get('subscription', bookId, BLNK_WEBHOOK_ID)
  const wanted = { url: url ?? known?.url ?? '', active: url !== null }
  if (known === null && url === null) return
  if (known !== null && known.url === wanted.url && known.active === wanted.active) return
  const settled =
    known === null
      ? await subscribe(directory, bookId, { ...BLNK_WEBHOOK, ...wanted }, null)
      : await directory.update('subscription', bookId, BLNK_WEBHOOK_ID, null, async () =>
          accept(wanted satisfies Partial<Subscription>),
        )
  // Another server that started at the same time has made it.
  const isThere = settled.accepted || settled.refusal.code === 'name_taken'
  assert(isThere, 'the home organization takes the webhook of the settings')
}

const BLNK_WEBHOOK = {
  id: BLNK_WEBHOOK_ID,
  name: 'webhook of the settings',
  wording: WEBHOOK_WORDING,
  events: null,
  timeoutMs: 0,
  attemptsMax: null,
  batchMax: 1,
} as const
