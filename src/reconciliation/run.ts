/**
 * The matching of one reconciliation, from where it stands to its end.
 *
 * Records come in portions, in the order of the axis. For each portion the transactions that may agree with it are read, a
 * block at a time, and every record that has none yet takes what it can from the block. What a portion matched is written
 * together with how far it has come, so a run that was cut off goes on where it stood, and nothing is matched twice. Memory
 * holds one portion and one block.
 */
import { type Axis, axisOf, type Window, windowsOf } from './axis.ts'
import type { Grouping, Strategy } from './order.ts'
import { Pool } from './pool.ts'
import type { Rule } from './rule.ts'
import type { Side } from './side.ts'

/** What a run is about. */
export type Run = {
  readonly bookId: number
  readonly id: string
  readonly uploadId: string
  readonly strategy: Strategy
  readonly grouping: Grouping | null
  readonly rules: readonly Rule[]
  /** Only what this attempt writes counts. */
  readonly attempt: number
  /** The last transaction that is considered. */
  readonly upTo: string
  /** The last record that was dealt with before, or null. */
  readonly position: Position | null
}

/** A place in the order of the axis. */
export type Position = {
  readonly currency: string
  /** The amount or the time as text. */
  readonly value: string
  readonly key: string
}

/** A record or a group of records, and the transaction or the group of transactions that it matched. */
export type Pair = { readonly external: string; readonly internal: string }

export type RunLimits = {
  /** Records of a portion when near transactions are read for them. */
  readonly portionMax: number
  /** Records of a portion when all transactions are read for them. */
  readonly widePortionMax: number
  /** Transactions of a block. */
  readonly blockMax: number
}

/** What the matching of a run needs from storage. */
export interface RunStore {
  /** Makes the groups of the run, unless it has them already. */
  formGroups(run: Run): Promise<void>
  /** Records, or groups of them, in the order of the axis, from where the run stands, in portions. */
  externals(run: Run, axis: Axis, portionMax: number): AsyncIterable<readonly Side[]>
  /** Transactions that are free in this run, or groups of them: those in the windows, or all of some currencies. */
  internals(run: Run, within: Within, blockMax: number): AsyncIterable<readonly Side[]>
  /**
   * Writes what a portion matched and how far the run has come.
   *
   * @throws Outdated when another attempt has begun
   */
  keep(run: Run, pairs: readonly Pair[], reached: Position, dealtWith: number): Promise<void>
}

export type Within =
  | { readonly axis: 'amount' | 'date'; readonly windows: readonly Window[] }
  | { readonly axis: 'none'; readonly currencies: readonly string[] }

/** Another attempt at the same run has begun: this one must not write any more. */
export class Outdated extends Error {
  override readonly name = 'Outdated'
}

export async function matchRun(store: RunStore, run: Run, limits: RunLimits): Promise<void> {
  const axis = axisOf(run.rules)
  const portionMax = axis === 'none' ? limits.widePortionMax : limits.portionMax
  if (run.strategy !== 'one_to_one') await store.formGroups(run)
  for await (const portion of store.externals(run, axis, portionMax)) {
    const last = portion.at(-1)
    if (last === undefined) continue
    const pairs = await matchPortion(store, run, axis, portion, limits)
    await store.keep(run, pairs, positionOf(axis, last), portion.length)
  }
}

async function matchPortion(
  store: RunStore,
  run: Run,
  axis: Axis,
  portion: readonly Side[],
  limits: RunLimits,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  let left = portion
  for await (const block of store.internals(
    run,
    withinOf(axis, run.rules, portion),
    limits.blockMax,
  )) {
    const pool = new Pool(block, run.rules)
    left = left.filter((external) => {
      const internal = pool.take(external)
      if (internal === null) return true
      pairs.push({ external: external.key, internal: internal.key })
      return false
    })
    if (left.length === 0) break
  }
  return pairs
}

function withinOf(axis: Axis, rules: readonly Rule[], portion: readonly Side[]): Within {
  if (axis !== 'none') return { axis, windows: windowsOf(axis, rules, portion) }
  const currencies = new Set(portion.map(({ currency }) => currency))
  currencies.delete('')
  return { axis, currencies: [...currencies] }
}

function positionOf(axis: Axis, { currency, amount, date, key }: Side): Position {
  const value = axis === 'amount' ? String(amount) : axis === 'date' ? String(date) : ''
  return { currency, value, key }
}
