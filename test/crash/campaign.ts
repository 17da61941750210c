/** Many runs of the harness, each in a directory of its own, so that no book grows too long to be verified after each kill. */
import { makePlace } from '../lifecycle/place.ts'
import { each, Harness, KINDS, type Plan, type Result, UNDER_LOAD } from './harness.ts'

/** Kills under load in one directory. */
const CYCLES_MAX = 25

export type Campaign = Plan & {
  /** Directories that are worked in at once. */
  readonly lanes: number
}

export async function campaign({ lanes, ...plan }: Campaign): Promise<Result> {
  const results: Result[] = []
  const runs = Math.ceil(plan.cycles / CYCLES_MAX)
  let begun = 0
  const work = async () => {
    while (begun < runs && results.every(({ faults }) => faults.length === 0)) {
      const run = begun
      begun += 1
      const cycles = Math.min(CYCLES_MAX, plan.cycles - run * CYCLES_MAX)
      results.push(await resultOf({ ...plan, cycles, seed: plan.seed + run }))
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return results.reduce(together)
}

/** Whatever goes wrong is told with what brings the same moments again. */
async function resultOf(plan: Plan): Promise<Result> {
  const place = await makePlace()
  const harness = new Harness(place, plan)
  const startedAt = performance.now()
  try {
    await harness.run()
  } catch (error) {
    harness.faults.push(error instanceof Error ? String(error.stack) : String(error))
  } finally {
    await place.remove()
  }
  const { result } = harness
  const again = `CRASH_SEED=${plan.seed} CRASH_CYCLES=${plan.cycles}`
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`${again}: ${result.acknowledged} acknowledged in ${seconds} s`)
  return { ...result, faults: result.faults.map((fault) => `${again}: ${fault}`) }
}

function together(left: Result, right: Result): Result {
  return {
    kills: each(KINDS, (kind) => left.kills[kind] + right.kills[kind]),
    acknowledged: left.acknowledged + right.acknowledged,
    settledByAskingAgain: left.settledByAskingAgain + right.settledByAskingAgain,
    verifications: left.verifications + right.verifications,
    failedStarts: left.failedStarts + right.failedStarts,
    recoveries: each(UNDER_LOAD, (kind) => [...left.recoveries[kind], ...right.recoveries[kind]]),
    faults: [...left.faults, ...right.faults],
  }
}
