/** What was measured, said as it comes and kept for the file. */
import type { Measured } from './load.ts'

export type Figure = {
  readonly subject: string
  readonly what: string
  readonly connections: number | null
  readonly perSecond?: number
  /** What the ratio is against. */
  readonly against: string
  readonly ratio: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly failed?: number
}

export const figures: Figure[] = []

export function note(figure: Figure): void {
  figures.push(figure)
  const { perSecond, p50Ms, p99Ms } = figure
  const speed = perSecond === undefined ? '' : `${Math.round(perSecond)}/s`
  const p50 = p50Ms === undefined ? '' : `  p50 ${p50Ms} ms`
  const p99 = p99Ms === undefined ? '' : `  p99 ${p99Ms} ms`
  const failed = figure.failed ? `  FAILED ${figure.failed}` : ''
  const at = figure.connections === null ? '' : ` at ${figure.connections}`
  console.log(
    `${figure.subject.padEnd(14)} ${`${figure.what}${at}`.padEnd(34)} ${speed.padStart(9)}  ` +
      `${figure.ratio.toFixed(2)} of ${figure.against}${p50}${p99}${failed}`,
  )
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The run in the middle by speed, of as many as are asked for. */
export async function several(rounds: number, measure: () => Promise<Measured>): Promise<Measured> {
  const runs: Measured[] = []
  for (let round = 0; round < rounds; round += 1) runs.push(await measure())
  runs.sort((left, right) => left.perSecond - right.perSecond)
  const run = runs[Math.floor(runs.length / 2)]
  if (run === undefined) throw new Error('Nothing was measured')
  return run
}

export type Effort = { readonly seconds: number; readonly rounds: number }
