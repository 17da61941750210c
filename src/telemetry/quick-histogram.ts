/**
 * A histogram that costs next to nothing to count in, for what happens with every request and every posting. The one of
 * the package looks all labels up again each time.
 */
import type { Metric, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string | number>>

type Series = { readonly labels: Labels; readonly buckets: number[]; sum: number; count: number }

type Value = { readonly metricName: string; readonly labels: Labels; readonly value: number }

export class QuickHistogram {
  readonly name: string
  readonly help: string
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly #labelNames: readonly string[]
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, Series>()

  constructor(
    registry: Registry,
    about: {
      readonly name: string
      readonly help: string
      readonly labelNames: readonly string[]
      /** The upper ends of the buckets, the smallest first. */
      readonly buckets: readonly number[]
    },
  ) {
    this.name = about.name
    this.help = about.help
    this.#labelNames = about.labelNames
    this.#bounds = about.buckets
    registry.registerMetric(this as unknown as Metric)
  }

  /** Counts a value, as often as it came, under the values of its labels in their order. */
  observe(labels: readonly (string | number)[], value: number, times = 1): void {
    const key = labels.join(' ')
    let series = this.#series.get(key)
    if (series === undefined) {
      const named = this.#labelNames.map((name, index) => [name, String(labels[index])])
      const buckets = this.#bounds.map(() => 0)
      series = { labels: Object.fromEntries(named), buckets, sum: 0, count: 0 }
      this.#series.set(key, series)
    }
    series.sum += value * times
    series.count += times
    const bucket = this.#bounds.findIndex((bound) => value <= bound)
    if (bucket !== -1) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + times
  }

  /** What the registry asks for when it is read. */
  async get(): Promise<object> {
    const { name, help, type, aggregator } = this
    const values = [...this.#series.values()].flatMap((series) => this.#valuesOf(series))
    return { name, help, type, aggregator, values }
  }

  /** Every bucket has what the ones below it have, too. */
  #valuesOf({ labels, buckets, sum, count }: Series): Value[] {
    let below = 0
    const bucket = (le: number | '+Inf', value: number) => ({
      metricName: `${this.name}_bucket`,
      labels: { le, ...labels },
      value,
    })
    return [
      ...this.#bounds.map((bound, index) => {
        below += buckets[index] ?? 0
        return bucket(bound, below)
      }),
      bucket('+Inf', count),
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ]
  }
}
