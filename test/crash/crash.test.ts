import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { type Campaign, campaign } from './campaign.ts'
import { each, KINDS, type Result, UNDER_LOAD } from './harness.ts'

/** What the page of guarantees tells of sets more of these, and `CRASH_RESULT=file.json`. */
const PLAN: Campaign = {
  seed: Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31),
  cycles: Number(process.env['CRASH_CYCLES'] ?? 20),
  acknowledgementsPerCycle: Number(process.env['CRASH_ACKNOWLEDGEMENTS'] ?? 100),
  lanes: Number(process.env['CRASH_LANES'] ?? 1),
  clients: 64,
}
const RESULT = process.env['CRASH_RESULT']

test('nothing acknowledged is lost, and nothing is paid twice, however the server or its database is killed', {
  timeout: 120_000 + PLAN.cycles * 30_000,
}, async () => {
  console.log(`The moments of the kills come from CRASH_SEED=${PLAN.seed}`)
  const startedAt = new Date().toISOString()
  const result = await campaign(PLAN)
  console.log(inWords(result))
  if (RESULT !== undefined) await writeFile(RESULT, report(startedAt, result))
  expect(result.faults).toEqual([])
  for (const kind of KINDS) expect(result.kills[kind]).toBeGreaterThan(0)
  expect(result.acknowledged).toBeGreaterThan(PLAN.cycles * PLAN.acknowledgementsPerCycle)
})

function inWords({ kills, acknowledged, settledByAskingAgain, recoveries }: Result): string {
  const killed = KINDS.map((kind) => `${kind} ${kills[kind]}`).join(', ')
  const { p50, max } = percentiles(UNDER_LOAD.flatMap((kind) => recoveries[kind]))
  return (
    `Killed: ${killed}. Acknowledged: ${acknowledged}. Settled by asking again: ${settledByAskingAgain}. ` +
    `Served again after ${p50} ms in the middle, ${max} ms at most.`
  )
}

function percentiles(of: readonly number[]): Readonly<Record<'p50' | 'p99' | 'max', number>> {
  const sorted = [...of].sort((left, right) => left - right)
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

function report(startedAt: string, { recoveries, ...result }: Result): string {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
  const endedAt = new Date().toISOString()
  const recoveryMs = each(UNDER_LOAD, (kind) => percentiles(recoveries[kind]))
  return `${JSON.stringify({ startedAt, endedAt, machine, plan: PLAN, ...result, recoveryMs }, null, 2)}\n`
}
