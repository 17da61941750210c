/**
 * Kills a server, or its database, or both, at random moments under load, and after each kill compares what was told with
 * what is: first while it starts in an empty directory and makes its database there, then while it is paid through.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { verifyAt } from '../../src/maintenance.ts'
import { type BookReport, tell } from '../../src/verification/index.ts'
import { type Place, pause } from '../lifecycle/place.ts'
import { Chance } from '../support/chance.ts'
import type { StartedProgram } from '../support/program.ts'
import { openAccounts } from './accounts.ts'
import { Acknowledgements, compare } from './books.ts'
import { Till } from './till.ts'

/** What is killed under load, in turn. */
export const UNDER_LOAD = ['server', 'postgres', 'both', 'backend', 'start', 'shutdown'] as const
type UnderLoad = (typeof UNDER_LOAD)[number]
export const KINDS = ['first start', ...UNDER_LOAD] as const
type Kind = (typeof KINDS)[number]

/** Something of each kind. */
export function each<Kind extends string, Value>(
  kinds: readonly Kind[],
  of: (kind: Kind) => Value,
): Record<Kind, Value> {
  return Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, Value>
}

export type Result = {
  readonly kills: Readonly<Record<Kind, number>>
  readonly acknowledged: number
  /** Payments whose outcome was unknown at first; every one of them was settled by asking again. */
  readonly settledByAskingAgain: number
  readonly verifications: number
  /** Starts that ended by themselves and were tried again. */
  readonly failedStarts: number
  /** Milliseconds from each kill under load until payments went on. */
  readonly recoveries: Readonly<Record<UnderLoad, readonly number[]>>
  readonly faults: readonly string[]
}

export type Plan = {
  readonly seed: number
  readonly cycles: number
  /** Acknowledgements to wait for between kills. */
  readonly acknowledgementsPerCycle: number
  readonly clients: number
}

/** How long to wait before what does not happen counts as what never will. */
const PATIENCE_MS = 120_000
/** How often the first start is killed. */
const FIRST_STARTS = 2

export class Harness {
  readonly faults: string[] = []
  readonly #place: Place
  readonly #plan: Plan
  readonly #chance: Chance
  readonly #recoveries = each<UnderLoad, number[]>(UNDER_LOAD, () => [])
  readonly #kills = each<Kind, number>(KINDS, () => 0)
  #acknowledged = 0
  #settledByAskingAgain = 0
  #verifications = 0
  #failedStarts = 0
  #port = 0
  #server: StartedProgram | null = null

  constructor(place: Place, plan: Plan) {
    this.#place = place
    this.#plan = plan
    this.#chance = new Chance(plan.seed)
  }

  async run(): Promise<void> {
    const { seed, cycles, clients, acknowledgementsPerCycle } = this.#plan
    this.#port = await freePort()
    for (let count = 0; count < FIRST_STARTS; count += 1) await this.#kill('first start')
    const url = await this.#start()
    const file = path.join(this.#place.dataDir, 'acknowledged')
    const accounts = await openAccounts(url)
    const till = new Till({ port: this.#port, file, run: `run${seed}`, clients, ...accounts })
    const acknowledgements = new Acknowledgements(file)
    try {
      for (let cycle = 0; cycle < cycles && this.faults.length === 0; cycle += 1) {
        till.resume()
        await till.goesOn(acknowledgementsPerCycle)
        await pause(this.#chance.between(0, 50))
        await this.#cycle(UNDER_LOAD[cycle % UNDER_LOAD.length] ?? 'server', till)
        this.faults.push(...(await this.#findings(till, acknowledgements)))
        this.#acknowledged = acknowledgements.lines.length
        this.#settledByAskingAgain = till.progress.doubtful
      }
      await till.stop()
    } finally {
      till.kill()
    }
  }

  get result(): Result {
    return {
      kills: this.#kills,
      acknowledged: this.#acknowledged,
      settledByAskingAgain: this.#settledByAskingAgain,
      verifications: this.#verifications,
      failedStarts: this.#failedStarts,
      recoveries: this.#recoveries,
      faults: this.faults,
    }
  }

  #serve(): StartedProgram {
    return this.#place.serve('--port', String(this.#port), '--log-level', 'error')
  }

  /** Starts the server and waits until it listens; a start that fails is tried again, as an operator's tool would. */
  async #start(): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const server = this.#serve()
      this.#server = server
      const giveUp = setTimeout(() => server.child.kill('SIGKILL'), PATIENCE_MS)
      try {
        return await server.listening()
      } catch (error) {
        if (tries === 3) throw error
        this.#failedStarts += 1
      } finally {
        clearTimeout(giveUp)
      }
    }
  }

  /** Kills, and waits until payments go on. */
  async #cycle(kind: UnderLoad, till: Till): Promise<void> {
    const killedAt = performance.now()
    await this.#kill(kind)
    if (kind !== 'postgres' && kind !== 'backend') await this.#start()
    // So many were under way and may still be answered; the next one was begun after the kill.
    await till.goesOn(this.#plan.clients + 1)
    this.#recoveries[kind].push(Math.round(performance.now() - killedAt))
  }

  async #kill(kind: Kind): Promise<void> {
    this.#kills[kind] += 1
    const postgres = await this.#place.postgres()
    switch (kind) {
      case 'server':
        return this.#killServer()
      case 'postgres':
        return kill(postgres)
      case 'both':
        if (this.#chance.isHit(0.5)) kill(postgres)
        await this.#killServer()
        return kill(postgres)
      case 'backend':
        return kill(this.#chance.pick(await childrenOf(postgres)))
      case 'first start':
      case 'start':
        await this.#killServer()
        this.#server = this.#serve()
        // As soon as PostgreSQL runs, its database is made or brought up to date.
        if (this.#chance.isHit(0.5)) await this.#untilPostgresRuns()
        await pause(this.#chance.between(0, 1500))
        if (this.#chance.isHit(0.5)) kill(await this.#place.postgres())
        return this.#killServer()
      case 'shutdown':
        this.#server?.child.kill('SIGTERM')
        await pause(this.#chance.between(0, 300))
        if (this.#chance.isHit(0.5)) kill(postgres)
        return this.#killServer()
    }
  }

  async #killServer(): Promise<void> {
    this.#server?.child.kill('SIGKILL')
    await this.#server?.ended
  }

  async #untilPostgresRuns(): Promise<void> {
    while ((await this.#place.postgres()) === null && this.#server?.child.exitCode === null)
      await pause(5)
  }

  /** Everything that is not as it was told, and whatever of the books is not as it must be. */
  async #findings(till: Till, acknowledgements: Acknowledgements): Promise<readonly string[]> {
    await till.settle()
    const fresh = await acknowledgements.more()
    const ownerUrl = (await readFile(path.join(this.#place.dataDir, 'connection'), 'utf8')).trim()
    const faults = await persist(() => compare(ownerUrl, acknowledgements.lines, fresh))
    const reports: BookReport[] = []
    await persist(() => verifyAt(ownerUrl, (report) => reports.push(report)))
    this.#verifications += 1
    return [
      ...till.errors.splice(0),
      ...faults,
      ...reports.flatMap((one) => one.findings.map(tell)),
    ]
  }
}

/** Tries again for a while: PostgreSQL may be coming back just now from having lost a backend. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;)
    try {
      return await work()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(100)
    }
}

function kill(pid: number | null): void {
  try {
    if (pid !== null) process.kill(pid, 'SIGKILL')
  } catch {
    // It was gone already.
  }
}

async function childrenOf(pid: number | null): Promise<readonly (number | null)[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const pids = text.split(' ').filter(Boolean).map(Number)
  return pids.length === 0 ? [null] : pids
}

/** A port that nobody listens on, to be listened on again after each kill. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('There is no port')
  return address.port
}
