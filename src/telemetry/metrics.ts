/** The names of all metrics, in one place. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export class Metrics {
  readonly registry = new Registry()
  readonly requests = new Histogram({
    name: 'diptych_http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  })
  readonly commits = new Histogram({
    name: 'diptych_commit_seconds',
    help: 'Time from sending a batch to its commit',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
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
  readonly waiting: Gauge

  /** Histograms per route and status, found once: looking up labels costs more than counting. */
  readonly #byRoute = new Map<string, { observe(seconds: number): void }>()

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${route} ${status}`
    let histogram = this.#byRoute.get(key)
    if (histogram === undefined) {
      histogram = this.requests.labels(method, route, String(status))
      this.#byRoute.set(key, histogram)
    }
    histogram.observe(seconds)
  }

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
}
