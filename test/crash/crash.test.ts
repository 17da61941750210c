import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { makePlace } from '../lifecycle/place.ts'
import { Chance } from '../support/chance.ts'
import { Harness, KINDS, type Plan, type Result } from './harness.ts'

/** `CRASH_CYCLES=1000 CRASH_RESULT=file.json` runs what the page of guarantees tells of. */
const CYCLES = Number(process.env['CRASH_CYCLES'] ?? 20)
const RESULT = process.env['CRASH_RESULT']
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)

const PLAN: Plan = {
  seed: SEED,
  cycles: CYCLES,
  acknowledgementsPerCycle: Number(process.env['CRASH_ACKNOWLEDGEMENTS'] ?? 100),
  compareEvery: Number(process.env['CRASH_COMPARE_EVERY'] ?? 5),
  clients: 16,
}

test('nothing acknowledged is lost, and nothing is paid twice, however the server or its database is killed', {
  timeout: 120_000 + CYCLES * 30_000,
}, async () => {
  console.log(`The moments of the kills come from CRASH_SEED=${SEED}`)
  const place = await makePlace()
  try {
    const startedAt = new Date().toISOString()
    const result = await new Harness(place, PLAN).run()
    console.log(inWords(result))
    if (RESULT !== undefined) await writeFile(RESULT, report(startedAt, result))
    expect(result.faults).toEqual([])
    for (const kind of KINDS) expect(result.kills[kind]).toBeGreaterThan(0)
    expect(result.acknowledged).toBeGreaterThan(CYCLES)
  } finally {
    await place.remove()
  }
})

test('a server that was killed at any moment of its first start serves the next time', {
  timeout: 240_000,
}, async () => {
  const chance = new Chance(SEED)
  const place = await makePlace()
  try {
    for (let kill = 0; kill < 4; kill += 1) {
      const server = place.serve('--log-level', 'error')
      await new Promise((resolve) => setTimeout(resolve, chance.between(50, 2500)))
      server.child.kill('SIGKILL')
      await server.ended
    }
    const url = await place.serve('--log-level', 'error').listening()
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  } finally {
    await place.remove()
  }
})

function inWords({ kills, acknowledged, settledByAskingAgain, recoveries }: Result): string {
  const killed = KINDS.map((kind) => `${kind} ${kills[kind]}`).join(', ')
  return (
    `Killed: ${killed}. Acknowledged: ${acknowledged}. Settled by asking again: ${settledByAskingAgain}. ` +
    `Served again after ${percentile(recoveries, 0.5)} ms in the middle, ${percentile(recoveries, 1)} ms at most.`
  )
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function report(startedAt: string, { recoveries, ...result }: Result): string {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  }
  const recoveryMs = {
    p50: percentile(recoveries, 0.5),
    p99: percentile(recoveries, 0.99),
    max: percentile(recoveries, 1),
  }
  const { seed, ...plan } = PLAN
  return `${JSON.stringify({ startedAt, endedAt: new Date().toISOString(), machine, seed, plan, ...result, recoveryMs }, null, 2)}\n`
}
