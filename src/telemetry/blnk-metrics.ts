/** What Blnk counts, under its names, for dashboards that are there already. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Batch } from '../engine/port.ts'
import type { Change, TransactionStatus } from '../ledger/index.ts'
import { QuickHistogram } from './quick-histogram.ts'

/** How long commits take, in seconds. */
export const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

/** Currencies that are told apart; callers make them up, and each is a series for ever. */
const CURRENCIES_MAX = 200

/** Why something was rejected, as far as Blnk tells reasons apart: it has others for its queue, which there is none of. */
const REASONS: Readonly<Record<string, string>> = {
  insufficient_funds: 'insufficient_funds',
  overdraft_limit_exceeded: 'overdraft_limit',
}

function reasonOf(terms: unknown): string {
  const code = (terms as { readonly refusal?: { readonly code?: string } } | null)?.refusal?.code
  return REASONS[code ?? ''] ?? 'other'
}

type StatusWords = Readonly<Record<TransactionStatus, string>>

type BlnkMetrics = {
  /** Counts the transactions of a batch that took so long to commit. */
  recorded(rows: Batch['transactions'], words: StatusWords, seconds: number): void
  /** Counts changes of the directory. */
  changed(changes: readonly Change[]): void
  /** Tells how far the chain of the book has come that Blnk's callers write to, as the database knows it. */
  watchChain(seq: () => Promise<number>): void
}

export function blnkMetrics(registry: Registry): BlnkMetrics {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const transactions = new Counter({
    name: 'blnk_transaction_total',
    help: "Transactions committed, by Blnk's words for their status and by currency",
    labelNames: ['status', 'currency'],
    registers,
  })
  const rejections = new Counter({
    name: 'blnk_transaction_rejected_total',
    help: "Requests that were recorded as rejected, by the reason in Blnk's words",
    labelNames: ['reason'],
    registers,
  })
  const durations = new QuickHistogram(registry, {
    name: 'blnk_transaction_duration_seconds',
    help: "Time from sending the batch of a transaction to its commit, by Blnk's words for its status",
    labelNames: ['status'],
    buckets: COMMIT_BUCKETS,
  })
  const sizes = new Histogram({
    name: 'blnk_transaction_batch_size',
    help: 'Transactions that were committed together',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
    registers,
  })
  const balances = counter('blnk_balance_created_total', 'Balances made')
  const commits = counter('blnk_inflight_commit_total', 'Holds posted, in parts or whole')
  const voids = counter('blnk_inflight_void_total', 'Holds given back')
  const always = 'Always 0: the chain is a part of every commit'
  for (const name of ['blnk_chain_backlog', 'blnk_chain_lag_seconds'])
    new Gauge({ name, help: always, registers }).set(0)
  const currencies = new Set<string>()

  const currencyOf = (code: string) => {
    if (currencies.size < CURRENCIES_MAX) currencies.add(code)
    return currencies.has(code) ? code : 'other'
  }
  return {
    recorded: (rows, words, seconds) => {
      const told = rows
        .map(({ transaction }) => transaction)
        .filter(({ kind }) => kind !== 'lineage')
      if (told.length > 0) sizes.observe(told.length)
      // Added up first: to find a series costs more than to count in it.
      for (const [status, some] of Map.groupBy(told, (one) => words[one.status])) {
        durations.observe([status], seconds, some.length)
        for (const [currency, ones] of Map.groupBy(some, (one) => currencyOf(one.assetCode)))
          transactions.labels(status, currency).inc(ones.length)
      }
      for (const one of told)
        if (one.kind === 'rejection') rejections.labels(reasonOf(one.terms)).inc()
      commits.inc(told.filter(({ kind }) => kind === 'settlement').length)
      voids.inc(told.filter(({ kind }) => kind === 'release').length)
    },
    changed: (changes) => {
      const made = changes.filter(({ entity, verb }) => entity === 'balance' && verb === 'created')
      balances.inc(made.length)
    },
    watchChain: (seq) => {
      new Gauge({
        name: 'blnk_chain_head_seq',
        help: "Commits in the chain of the book that Blnk's callers write to",
        registers,
        async collect() {
          const last = await seq().catch(() => null)
          if (last !== null) this.set(last)
        },
      })
    },
  }
}
