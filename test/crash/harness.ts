/** Kills a server, or its database, or both, at random moments under load, and compares what was told with what is. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import type { Place } from '../lifecycle/place.ts'
import { Chance } from '../support/chance.ts'
import { runProgram, type StartedProgram } from '../support/program.ts'
import { openAccounts } from './accounts.ts'
import { Acknowledgements, compare } from './books.ts'
import { Till } from './till.ts'

export const KINDS = ['server', 'postgres', 'both', 'backend', 'start', 'shutdown'] as const
export type Kind = (typeof KINDS)[number]

export type Result = {
  readonly kills: Readonly<Record<Kind, number>>
  readonly acknowledged: number
  /** Payments whose outcome was unknown at first; every one of them was settled by asking again. */
  readonly settledByAskingAgain: number
  readonly verifications: number
  /** Milliseconds from a kill to the next acknowledgement, in order. */
  readonly recoveries: readonly number[]
  readonly faults: readonly string[]
}

export type Plan = {
  readonly seed: number
  readonly cycles: number
  /** Acknowledgements to wait for between kills. */
  readonly acknowledgementsPerCycle: number
  /** Everything is compared after each so many kills. */
  readonly compareEvery: number
  readonly clients: number
}

export class Harness {
  readonly #place: Place
  readonly #plan: Plan
  readonly #chance: Chance
  readonly #faults: string[] = []
  readonly #recoveries: number[] = []
  readonly #kills: Record<Kind, number> = {
    ...{ server: 0, postgres: 0, both: 0, backend: 0, start: 0, shutdown: 0 },
  }
  #verifications = 0
  #port = 0
  #server: StartedProgram | null = null

  constructor(place: Place, plan: Plan) {
    this.#place = place
    this.#plan = plan
    this.#chance = new Chance(plan.seed)
  }

  async run(): Promise<Result> {
    const { cycles, compareEvery, clients, acknowledgementsPerCycle } = this.#plan
    this.#port = await freePort()
    const url = await this.#start()
    const run = `run${this.#plan.seed}`
    const file = path.join(this.#place.dataDir, 'acknowledged')
    const accounts = await openAccounts(url)
    const till = new Till({ port: this.#port, file, run, clients, ...accounts })
    const acknowledgements = new Acknowledgements(file)
    try {
      for (let cycle = 0; cycle < cycles && this.#faults.length === 0; cycle += 1) {
        await till.goesOn(acknowledgementsPerCycle)
        const kind = KINDS[cycle % KINDS.length] ?? 'server'
        await this.#cycle(kind, till)
        if ((cycle + 1) % compareEvery === 0) await this.#compare(till, run, acknowledgements)
      }
      await this.#compare(till, run, acknowledgements)
      await till.stop()
    } finally {
      till.kill()
    }
    return {
      kills: this.#kills,
      acknowledged: acknowledgements.lines.length,
      settledByAskingAgain: till.progress.doubtful,
      verifications: this.#verifications,
      recoveries: this.#recoveries.sort((left, right) => left - right),
      faults: this.#faults,
    }
  }

  /** Starts the server and waits until it listens; a start that fails is tried again, as an operator's tool would. */
  async #start(): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      this.#server = this.#place.serve('--port', String(this.#port), '--log-level', 'error')
      try {
        return await this.#server.listening()
      } catch (error) {
        if (tries === 3) throw error
      }
    }
  }

  async #cycle(kind: Kind, till: Till): Promise<void> {
    await pause(this.#chance.between(0, 50))
    const killedAt = performance.now()
    await this.#kill(kind)
    if (kind !== 'postgres' && kind !== 'backend') {
      await this.#server?.ended
      await this.#start()
    }
    await till.goesOn()
    this.#recoveries.push(Math.round(performance.now() - killedAt))
    this.#kills[kind] += 1
  }

  async #kill(kind: Kind): Promise<void> {
    const postgres = await this.#place.postgres()
    const server = this.#server
    switch (kind) {
      case 'server':
        server?.child.kill('SIGKILL')
        return
      case 'postgres':
        kill(postgres)
        return
      case 'both':
        if (this.#chance.isHit(0.5)) kill(postgres)
        server?.child.kill('SIGKILL')
        kill(postgres)
        return
      case 'backend':
        kill(this.#chance.pick(await childrenOf(postgres)))
        return
      case 'start':
        server?.child.kill('SIGKILL')
        await server?.ended
        this.#server = this.#place.serve('--port', String(this.#port), '--log-level', 'error')
        await pause(this.#chance.between(0, 1500))
        if (this.#chance.isHit(0.5)) kill(await this.#place.postgres())
        this.#server.child.kill('SIGKILL')
        return
      case 'shutdown':
        server?.child.kill('SIGTERM')
        await pause(this.#chance.between(0, 300))
        if (this.#chance.isHit(0.5)) kill(postgres)
        server?.child.kill('SIGKILL')
    }
  }

  async #compare(till: Till, run: string, acknowledgements: Acknowledgements): Promise<void> {
    await till.settle()
    const fresh = await acknowledgements.more()
    const ownerUrl = (await readFile(path.join(this.#place.dataDir, 'connection'), 'utf8')).trim()
    this.#faults.push(...till.errors.splice(0))
    this.#faults.push(...(await compare(ownerUrl, run, acknowledgements.lines, fresh)))
    const verified = await runProgram(['verify', '--data-dir', this.#place.dataDir])
    this.#verifications += 1
    if (verified.code !== 0) this.#faults.push(`verify: ${verified.stdout}${verified.stderr}`)
    till.resume()
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

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
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
