/**
 * Follows every balance through its entries while the journal is read in its order: each entry must go on where the one
 * before it of the same balance ended. Where a balance stood is remembered; where that is not known, because it is met for
 * the first time, in the middle of the journal perhaps, or was forgotten since, the entry before is looked up.
 *
 * It tells whether all is well, and nothing else. What is wrong is found out by reading balance after balance.
 */
import type { ItemReader } from './merge.ts'
import type { BookReader, Leg, Place, Standing, TransactionRow } from './port.ts'
import { amountOf, changeOf, decimalsOf, equal, plus, type Sums, sumsOf } from './sums.ts'

/** Balances that are remembered, before the older half is forgotten. */
const KNOWN_MAX = 50_000

type Known = {
  /** A text of its own: one of a row would keep the whole page that it was read with. */
  readonly balanceId: string
  version: number
  sums: Sums
  scale: number
}

type FoldReader = Pick<BookReader, 'standings'>

export class Fold {
  readonly #reader: FoldReader
  #young = new Map<string, Known>()
  #old = new Map<string, Known>()
  /** Whether something does not follow. */
  isOdd = false

  constructor(reader: FoldReader) {
    this.#reader = reader
  }

  /** A reader whose pages are made ready for as they come: each is asked for after all but the last before it were taken. */
  following(reader: ItemReader): ItemReader {
    const prepare = (page: readonly TransactionRow[]) => this.#prepare(page)
    return {
      batchAt: (time) => reader.batchAt(time),
      events: (afterId) => reader.events(afterId),
      transactions: async function* (afterId) {
        for await (const page of reader.transactions(afterId)) {
          await prepare(page)
          yield page
        }
      },
    }
  }

  async #prepare(page: readonly TransactionRow[]): Promise<void> {
    if (this.#young.size >= KNOWN_MAX) this.#forget()
    const wanted = new Map<string, Place & { readonly transactionId: string }>()
    for (const { id: transactionId, legs } of page)
      for (const { balanceId, version } of legs)
        if (this.#known(balanceId) === undefined && !wanted.has(balanceId))
          wanted.set(balanceId, { balanceId, version, transactionId })
    if (wanted.size === 0) return
    for (const standing of await this.#reader.standings([...wanted.values()])) {
      const place = wanted.get(standing.balanceId)
      if (place === undefined || !this.#begin(place, standing)) this.isOdd = true
    }
  }

  /** Takes the entries of a transaction. */
  take(legs: readonly Leg[]): void {
    for (const leg of legs) if (!this.#follows(leg)) this.isOdd = true
  }

  #known(balanceId: string): Known | undefined {
    const known = this.#young.get(balanceId)
    if (known !== undefined) return known
    const old = this.#old.get(balanceId)
    if (old === undefined) return undefined
    this.#old.delete(old.balanceId)
    this.#young.set(old.balanceId, old)
    return old
  }

  #begin(
    { version, transactionId }: Place & { readonly transactionId: string },
    standing: Standing,
  ): boolean {
    const { hasTerms, scale } = standing
    if (!hasTerms) return false
    const isFirst = version === 1
    if (isFirst !== (standing.transactionId === null)) return false
    if (standing.transactionId !== null && standing.transactionId > transactionId) return false
    const { balanceId } = standing
    const sums = sumsOf(standing)
    this.#young.set(balanceId, { balanceId, version: version - 1, sums, scale })
    return true
  }

  #follows(leg: Leg): boolean {
    const known = this.#known(leg.balanceId)
    const amount = amountOf(leg.amount)
    const change = changeOf(leg.side, leg.effect, amount)
    if (known === undefined || change === null) return false
    const { version, sums } = known
    const found = sumsOf(leg)
    known.version += 1
    known.sums = found
    known.scale = Math.max(known.scale, decimalsOf(leg.amount))
    return (
      leg.version === version + 1 &&
      leg.scale === known.scale &&
      found.every((sum) => sum >= 0n) &&
      equal(found, plus(sums, change))
    )
  }

  /** Forgets the older half. */
  #forget(): void {
    this.#old = this.#young
    this.#young = new Map()
  }
}
