/**
 * How long requests took, by what was asked for and how it was answered: a histogram that costs next to nothing to count
 * in, since every request does. The one of the package looks all labels up again each time.
 */
import type { Metric, Registry } from 'prom-client'

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const
const NAME = 'diptych_http_request_seconds'

type Labels = { readonly method: string; readonly route: string; readonly status: string }

type Times = { readonly labels: Labels; readonly buckets: number[]; sum: number; count: number }

type Value = {
  readonly metricName: string
  readonly labels: Labels & { readonly le?: number | '+Inf' }
  readonly value: number
}

export class RequestTimes {
  readonly name = NAME
  readonly help = 'Time from the first byte of a request to the last of its answer'
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly #times = new Map<string, Times>()

  constructor(registry: Registry) {
    registry.registerMetric(this as unknown as Metric)
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${route} ${status}`
    let times = this.#times.get(key)
    if (times === undefined) {
      const labels = { method, route, status: String(status) }
      times = { labels, buckets: BOUNDS.map(() => 0), sum: 0, count: 0 }
      this.#times.set(key, times)
    }
    times.sum += seconds
    times.count += 1
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    if (bucket !== -1) times.buckets[bucket] = (times.buckets[bucket] ?? 0) + 1
  }

  /** What the registry asks for when it is read. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this
    return { name, help, type, aggregator, values: [...this.#times.values()].flatMap(valuesOf) }
  }
}

/** Every bucket has what the ones below it have, too. */
function valuesOf({ labels, buckets, sum, count }: Times): Value[] {
  let below = 0
  const bucket = (le: number | '+Inf', value: number) => ({
    metricName: `${NAME}_bucket`,
    labels: { le, ...labels },
    value,
  })
  return [
    ...BOUNDS.map((bound, index) => {
      below += buckets[index] ?? 0
      return bucket(bound, below)
    }),
    bucket('+Inf', count),
    { metricName: `${NAME}_sum`, labels, value: sum },
    { metricName: `${NAME}_count`, labels, value: count },
  ]
}
