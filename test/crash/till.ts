/** The process that pays, seen from the harness. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Paying, Progress } from './payer.ts'

const PAYER = fileURLToPath(new URL('./payer.ts', import.meta.url))

export class Till {
  progress: Progress = { acknowledged: 0, doubtful: 0, isSettled: false, errors: [] }
  readonly errors: string[] = []
  #heard = 0
  readonly #child: ChildProcess
  readonly #ended: Promise<void>

  constructor(paying: Paying) {
    this.#child = spawn(process.execPath, [PAYER, JSON.stringify(paying)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()))
    const { stdout } = this.#child
    if (stdout !== null)
      createInterface({ input: stdout }).on('line', (line) => {
        this.progress = JSON.parse(line) as Progress
        this.#heard += 1
        this.errors.push(...this.progress.errors)
      })
  }

  /** Waits until so many more are acknowledged than now. */
  async goesOn(by: number): Promise<void> {
    const heard = this.#heard
    await this.#until(() => this.#heard > heard)
    const { acknowledged } = this.progress
    await this.#until((progress) => progress.acknowledged >= acknowledged + by)
  }

  /** Begins nothing new, and waits until everything that was begun is settled. */
  async settle(): Promise<void> {
    this.#say('pause')
    await this.#until((progress) => progress.isSettled)
  }

  resume(): void {
    this.#say('resume')
  }

  async stop(): Promise<void> {
    this.#say('stop')
    await this.#ended
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #say(word: string): void {
    this.#child.stdin?.write(`${word}\n`)
  }

  async #until(isSo: (progress: Progress) => boolean): Promise<void> {
    for (let waited = 0; !isSo(this.progress); waited += 20) {
      if (this.#child.exitCode !== null) throw new Error('The payer ended')
      if (waited > 120_000) throw new Error(`The server does not serve: ${this.errors.join('; ')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
