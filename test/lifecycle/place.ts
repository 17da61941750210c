/** Data directories of their own, and what runs in them. */
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StartedProgram } from '../support/program.ts'

export type Place = {
  readonly dataDir: string
  /** Starts a server on a free port. */
  serve(...more: readonly string[]): StartedProgram
  /** The pid of the PostgreSQL that works in the directory, or null when none does. */
  postgres(): Promise<number | null>
  /** Ends whatever still runs, and removes the directory. */
  remove(): Promise<void>
}

export async function makePlace(name = 'data'): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'diptych-life-'))
  // Root lends PostgreSQL an unprivileged user, who must be able to get here.
  await chmod(folder, 0o755)
  return placeAt(folder, path.join(folder, name))
}

export function placeAt(folder: string, dataDir: string): Place {
  const started: StartedProgram[] = []
  const postgres = async () => {
    const text = await readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(
      () => '',
    )
    const pid = Number(text.split('\n')[0])
    return pid > 0 && (await worksIn(pid, dataDir)) ? pid : null
  }
  return {
    dataDir,
    postgres,
    serve: (...more) => {
      const program = new StartedProgram(['serve', '--data-dir', dataDir, '--port', '0', ...more])
      started.push(program)
      return program
    },
    remove: async () => {
      for (const { child } of started) if (child.exitCode === null) child.kill('SIGKILL')
      await Promise.all(started.map((program) => program.ended))
      const pid = await postgres()
      if (pid !== null) process.kill(pid, 'SIGINT')
      while ((await postgres()) !== null) await pause(20)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function worksIn(pid: number, dataDir: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes(dataDir) || command.includes('/var/lib/diptych/')
}

/** Whether a process lives; one that ended and that its parent has not asked after does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}

/** Waits until something is true. */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`)
    await pause(20)
  }
}
