/** The names of all metrics, in one place. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { blnkMetrics, COMMIT_BUCKETS } from './blnk-metrics.ts'
import { QuickHistogram } from './quick-histogram.ts'

export class Metrics {
  readonly registry = new Registry()
  /** Under method, route and status. */
  readonly requests = new QuickHistogram(this.registry, {
    name: 'diptych_http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  })
  readonly commits = new Histogram({
    name: 'diptych_commit_seconds',
    help: 'Time from sending a batch to its commit',
    buckets: COMMIT_BUCKETS,
    registers: [this.registry],
  })
  readonly transactions = new Counter({
    name: 'diptych_transactions_total',
    help: 'Transactions committed',
    registers: [this.registry],
  })
  readonly recoveries = new Counter({
    name: 'diptych_recoveries_total',
    help: 'Batches that had to be decided again, by cause',
    labelNames: ['cause'],
    registers: [this.registry],
  })
  readonly deliveries = new Counter({
    name: 'diptych_deliveries_total',
    help: 'Events sent to subscribers, by wording and whether they were taken',
    labelNames: ['wording', 'outcome'],
    registers: [this.registry],
  })
  readonly deliverySeconds = new Histogram({
    name: 'diptych_delivery_seconds',
    help: 'Time that subscribers took to take what they were sent',
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60],
    registers: [this.registry],
  })
  readonly deadLetters = new Counter({
    name: 'diptych_dead_letters_total',
    help: 'Events that were given up, by wording',
    labelNames: ['wording'],
    registers: [this.registry],
  })
  readonly checkpoints = new Counter({
    name: 'diptych_checkpoints_total',
    help: 'Checkpoints of books, by whether they were signed or could not be',
    labelNames: ['outcome'],
    registers: [this.registry],
  })
  readonly verifications = new Counter({
    name: 'diptych_verifications_total',
    help: 'Times that all books were verified in the background, by whether they were right, wrong, or could not be read',
    labelNames: ['outcome'],
    registers: [this.registry],
  })
  readonly verificationFindings = new Gauge({
    name: 'diptych_verification_findings',
    help: 'What was not as it must be when all books were last verified in the background',
    registers: [this.registry],
  })
  readonly verificationEntries = new Counter({
    name: 'diptych_verification_entries_total',
    help: 'Entries that were verified in the background',
    registers: [this.registry],
  })
  readonly verificationSeconds = new Gauge({
    name: 'diptych_verification_seconds',
    help: 'How long it took when all books were last verified in the background',
    registers: [this.registry],
  })
  readonly verifiedAt = new Gauge({
    name: 'diptych_verification_timestamp_seconds',
    help: 'When all books were last verified in the background, in seconds since 1970',
    registers: [this.registry],
  })
  readonly waiting: Gauge
  readonly blnk = blnkMetrics(this.registry)

  constructor(waiting: () => number) {
    collectDefaultMetrics({ register: this.registry, prefix: 'diptych_' })
    this.waiting = new Gauge({
      name: 'diptych_waiting_commands',
      help: 'Commands that wait to be decided',
      registers: [this.registry],
      collect() {
        this.set(waiting())
      },
    })
  }

  watchListeners(count: () => number): void {
    new Gauge({
      name: 'diptych_stream_listeners',
      help: 'Clients that listen to streams of events',
      registers: [this.registry],
      collect() {
        this.set(count())
      },
    })
  }

  /** Counts for how long subscribers have not been told what is next for them, as the database knows it. */
  watchDeliveries(
    behind: () => Promise<readonly { readonly subscriptionId: string; readonly since: number }[]>,
    now: () => number,
  ): void {
    new Gauge({
      name: 'diptych_delivery_lag_seconds',
      help: 'How long what is next for a subscriber has waited; subscribers that wait for nothing are missing',
      labelNames: ['subscription'],
      registers: [this.registry],
      async collect() {
        const waiting = await behind().catch(() => null)
        if (waiting === null) return
        this.reset()
        for (const { subscriptionId, since } of waiting)
          this.labels(subscriptionId).set(Math.max(0, now() - since) / 1e6)
      },
    })
  }
}
