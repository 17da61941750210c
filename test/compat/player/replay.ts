/** Replays recorded scenarios as tests: one for each scenario, which fails with the list of everything that differs. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { Comparer } from './compare.ts'
import type { Dialect } from './dialect.ts'
import { type Exemption, explainedNames, loadExemptions, withoutExempted } from './differences.ts'
import { plain } from './exact.ts'
import { play, type Stage } from './play.ts'
import { loadRecording, loadScenarios, type Played, type Scenario, type Step } from './scenario.ts'
import type { Variables } from './variables.ts'

export type Replay = {
  /** `Blnk` or `Midaz`: the heading of its differences on the reference page. */
  readonly face: string
  readonly dialect: Dialect
  /** Where `scenarios`, `recordings` and `differences.json` lie. */
  readonly folder: string
  /** Where the differences are explained. */
  readonly page: string
  /** Topics that are replayed; all of them without it. */
  readonly topics?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly settings?: Partial<Config>
  /** What is to be done to the database before the server starts, and what steps call what came of it. */
  readonly prepare?: (database: TestDatabase) => Promise<Variables>
}

type Count = { equal: number; readonly exempted: Map<string, number> }

/** Defines the tests. */
export function replay(options: Replay): void {
  const scenarios = loadScenarios(path.join(options.folder, 'scenarios'))
  const exemptions = loadExemptions(path.join(options.folder, 'differences.json'))
  const chosen = scenarios.filter(({ topic }) => options.topics?.includes(topic) ?? true)
  const count: Count = { equal: 0, exempted: new Map() }

  describe(`recorded exchanges of ${options.face}`, () => {
    let database: TestDatabase
    let server: TestServer
    let variables: Variables = {}
    beforeAll(async () => {
      database = await createDatabase()
      if (options.prepare !== undefined) variables = await options.prepare(database)
      server = await startTestServer(options.settings, database)
    })
    afterAll(async () => {
      await server.stop()
      await database.drop()
      console.log(summary(options.face, count))
    })

    for (const scenario of chosen)
      test(`${scenario.topic} is answered as recorded`, async () => {
        const stage: Stage = {
          url: server.url,
          dialect: options.dialect,
          headers: options.headers ?? {},
          variables,
        }
        expect(await differencesOf(scenario, stage, options, exemptions, count)).toEqual([])
      })

    test('every deliberate difference has a step, and an explanation', () => {
      const missing = exemptions.filter(
        (one) =>
          !scenarios.some(
            ({ topic, steps }) =>
              topic === one.scenario && steps.some(({ name }) => name === one.step),
          ),
      )
      expect(missing).toEqual([])
      const explained = explainedNames(options.page, options.face)
      const named = new Set(exemptions.map(({ name }) => name))
      expect([...named].sort()).toEqual([...explained].sort())
    })
  })
}

async function differencesOf(
  scenario: Scenario,
  stage: Stage,
  { folder, dialect }: Replay,
  exemptions: readonly Exemption[],
  count: Count,
): Promise<readonly string[]> {
  const recording = loadRecording(path.join(folder, 'recordings'), scenario.topic)
  const comparer = new Comparer(dialect)
  const lines: string[] = []
  const unawaited = new Set(
    exemptions
      .filter((one) => one.scenario === scenario.topic && one.paths.includes('$poll'))
      .map((one) => one.step),
  )
  await play(scenario, { ...stage, unawaited }, (step: Step, played: Played) => {
    const recorded = recording.get(step.name)
    if (recorded === undefined || recorded.skipped !== undefined) return
    const ofStep = exemptions.filter(
      (one) => one.scenario === scenario.topic && one.step === step.name,
    )
    const found = comparer.compare(scenario, step, recorded, played)
    const { left, used } = withoutExempted(found, ofStep)
    const wrong = [...left, ...used.flatMap((one) => insteadDiffers(one, played, comparer))]
    for (const { path: where, how } of wrong) lines.push(`${step.name} | ${where} | ${how}`)
    if (wrong.length > 0) return
    if (used.length === 0) count.equal += 1
    for (const name of new Set(used.map((one) => one.name)))
      count.exempted.set(name, (count.exempted.get(name) ?? 0) + 1)
  })
  return lines
}

/** Whether what we answer instead is what the exemption promises. */
function insteadDiffers({ instead }: Exemption, played: Played, comparer: Comparer) {
  if (instead === undefined) return []
  const { status, body } = played.response
  return [
    ...(instead.status === undefined || plain(instead.status) === plain(status)
      ? []
      : [{ path: '$status', how: `we answer ${plain(status)}, not ${plain(instead.status)}` }]),
    ...(instead.body === undefined ? [] : comparer.compareValue(instead.body, body, played)),
  ]
}

function summary(face: string, { equal, exempted }: Count): string {
  const total = [...exempted.values()].reduce((sum, steps) => sum + steps, 0)
  const names = [...exempted].sort().map(([name, steps]) => `\n  ${steps} × ${name}`)
  return `${face}: ${equal} recorded steps answered alike, ${total} deliberately different${names.join('')}`
}
