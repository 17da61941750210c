/** The balances of a book, reckoned anew from its entries as they come. */
import { type Amount, formatDecimal } from '../ledger/index.ts'
import {
  amountOf,
  changeOf,
  equal,
  NOTHING,
  plus,
  type Sums,
  sumsOf,
} from '../verification/index.ts'
import type { Leg } from '../verification/port.ts'

type Position = { version: number; sums: Sums; readonly assetCode: string }

export type AssetTotals = {
  readonly assetCode: string
  readonly balances: number
  readonly debits: string
  readonly credits: string
}

export class Money {
  readonly #positions = new Map<string, Position>()

  /** Takes the entries of one transaction; says what of them does not follow from what was before. */
  add(assetCode: string, legs: readonly Leg[]): readonly string[] {
    const faults: string[] = []
    for (const leg of legs) {
      const before = this.#positions.get(leg.balanceId) ?? { version: 0, sums: NOTHING, assetCode }
      const change = changeOf(leg.side, leg.effect, amountOf(leg.amount))
      const name = `entry ${leg.leg} on balance ${leg.balanceId}`
      if (leg.version !== before.version + 1)
        faults.push(`${name} is its entry ${leg.version}, after ${before.version}`)
      const sums = change === null ? null : plus(before.sums, change)
      if (sums === null || !equal(sums, sumsOf(leg)) || sums.some((sum) => sum < 0n))
        faults.push(`${name} does not come to the sums that it says`)
      if (assetCode !== before.assetCode)
        faults.push(`${name} is in ${assetCode}, and the balance in ${before.assetCode}`)
      this.#positions.set(leg.balanceId, {
        version: leg.version,
        sums: sumsOf(leg),
        assetCode: before.assetCode,
      })
    }
    return faults
  }

  /** What was posted in each asset. */
  totals(): readonly AssetTotals[] {
    const sums = new Map<string, { balances: number; debits: Amount; credits: Amount }>()
    for (const { assetCode, sums: of } of this.#positions.values()) {
      const total = sums.get(assetCode) ?? { balances: 0, debits: 0n, credits: 0n }
      sums.set(assetCode, {
        balances: total.balances + 1,
        debits: total.debits + of[0],
        credits: total.credits + of[1],
      })
    }
    return [...sums].map(([assetCode, { balances, debits, credits }]) => ({
      assetCode,
      balances,
      debits: formatDecimal(debits),
      credits: formatDecimal(credits),
    }))
  }
}
