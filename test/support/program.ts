/** The program as an operator runs it: its own process, its own streams. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../../bin/diptych.js', import.meta.url))

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Settings of whoever runs the tests must not reach the program under test. */
function cleanEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(DIPTYCH|BLNK)_/.test(name) && name !== 'DATABASE_URL',
  )
  return { ...Object.fromEntries(own), ...extra }
}

/** Runs a command to its end. */
export async function runProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new StartedProgram(args, env).ended
}

/** A program that runs: what it has said so far, and its end. */
export class StartedProgram {
  stdout = ''
  stderr = ''
  readonly child: ChildProcess
  readonly ended: Promise<Ended>

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  /** The address that the server says it listens on. */
  async listening(): Promise<string> {
    for (;;) {
      const url = /listens on (http:\S+?)["\s]/.exec(this.stdout + this.stderr)?.[1]
      if (url !== undefined) return url
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`The server ended before it listened: ${(await this.ended).stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }
}
