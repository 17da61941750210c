import { expect, test } from 'vitest'
import { faultsOf } from './check.ts'
import { World } from './world.ts'

/** `SIMULATION_SEED=123` replays one run; `SIMULATION_RUNS=1000000` makes more of them. */
const ONLY = process.env['SIMULATION_SEED']
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 10_000)

async function faultsOfSeed(seed: number): Promise<readonly string[]> {
  const world = new World(seed)
  try {
    await world.run()
  } catch (error) {
    return [`seed ${seed}: ${String(error)}`, ...faultsOf(world)]
  }
  return faultsOf(world).map((fault) => `seed ${seed}: ${fault}`)
}

test('whatever the way to the database does, nothing acknowledged is lost, nothing is done twice, and nothing refused leaves a trace', async () => {
  if (ONLY !== undefined) {
    expect(await faultsOfSeed(Number(ONLY))).toEqual([])
    return
  }
  const first = Number(process.env['SIMULATION_FIRST'] ?? Date.now() % 2 ** 31)
  console.log(`Simulating the seeds from ${first} to ${first + RUNS - 1}`)
  const faults: string[] = []
  for (let seed = first; seed < first + RUNS && faults.length === 0; seed += 1)
    faults.push(...(await faultsOfSeed(seed)))
  expect(faults).toEqual([])
}, 3_600_000)
