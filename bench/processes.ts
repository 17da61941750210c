/** Programs that a benchmark starts, and always stops again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export type Started = {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Starts a program and waits for the line in which it says where it listens. */
async function start(
  program: string,
  args: readonly string[],
  said: RegExp,
  signal: NodeJS.Signals,
): Promise<{
  readonly child: ChildProcess
  readonly match: RegExpExecArray
  stop(): Promise<void>
}> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = said.exec(text)
      if (found !== null) resolve(found)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${args[0]} ended before it listened: ${text}`)))
  })
  return {
    child,
    match,
    stop: async () => {
      child.kill(signal)
      await gone
    },
  }
}

export async function startEcho(replyBytes: number): Promise<Started> {
  const args = [here('./echo.ts'), String(replyBytes)]
  const { child, match, stop } = await start(process.execPath, args, /port (\d+)/, 'SIGKILL')
  return { url: `http://127.0.0.1:${match[1]}`, pid: child.pid ?? 0, stop }
}

export async function startLedger(
  dataDir: string,
  options: readonly string[] = [],
): Promise<Started> {
  const args = [
    here('../bin/diptych.js'),
    'serve',
    '--port',
    '0',
    '--data-dir',
    dataDir,
    '--log-level',
    'error',
    ...options,
  ]
  const { child, match, stop } = await start(
    process.execPath,
    args,
    /listens on (http:\/\/[\w.:]+)/,
    'SIGINT',
  )
  return { url: match[1] ?? '', pid: child.pid ?? 0, stop }
}

/** A directory for one benchmark, within reach of whoever PostgreSQL runs as. */
export async function temporaryDirectory(): Promise<{
  readonly path: string
  remove(): Promise<void>
}> {
  const folder = await mkdtemp(path.join(tmpdir(), 'diptych-bench-'))
  await chmod(folder, 0o755)
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Resident memory of a process in MB, where the system tells. */
export function residentMb(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kb === undefined ? null : Math.round(Number(kb) / 1024)
  } catch {
    return null
  }
}
