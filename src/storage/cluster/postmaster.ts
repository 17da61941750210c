/** The process of PostgreSQL: finding one that runs, starting one, and knowing how it is. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { constants, readFileSync } from 'node:fs'
import { open, readdir, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Binaries } from './binaries.ts'
import { type Home, SOCKET_NAME } from './home.ts'
import { ENVIRONMENT, identity, pause } from './run.ts'
import type { SystemUser } from './user.ts'

const START_MS = 60_000
const LOOK_MS = 10
const LOG_BYTES_MAX = 16 * 1024 * 1024

/** What the bundled PostgreSQL is told, beyond its defaults. Durability is never among what is traded for speed. */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '',
  port: '5432',
  max_connections: '60',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  // Neither statements nor what a key holds: they name people and their money. What fails is told to the server.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_timezone: 'UTC',
  timezone: 'UTC',
} as const

/** How a PostgreSQL is, by its own pid file. */
export type State = { readonly pid: number; readonly status: string; readonly sockets: string }

/** The PostgreSQL that runs in this data directory, or null when none does. */
export async function findPostmaster(home: Home): Promise<State | null> {
  const text = await readFile(pidFileOf(home), 'utf8').catch(() => null)
  if (text === null) return null
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null
  if (!(await worksIn(pid, home.postgres))) return null
  return { pid, status: lines[7]?.trim() ?? '', sockets: lines[4]?.trim() || home.sockets }
}

function pidFileOf(home: Home): string {
  return path.join(home.postgres, 'postmaster.pid')
}

/** A pid may belong to another program by now; PostgreSQL works in its data directory, and nobody else does. */
async function worksIn(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return (await commandOf(pid)).includes(directory)
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  return folder !== null && folder === (await realpath(directory).catch(() => directory))
}

function commandOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(pid)], (error, output) =>
      resolve(error === null ? output : ''),
    )
  })
}

/** Whether a process lives. One that ended and that nobody has asked after yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone.
  }
}

/** Starts PostgreSQL in a process group of its own, so that Ctrl-C does not reach it. */
export async function launch(
  home: Home,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<ChildProcess> {
  await removeForeignPid(home)
  const log = await openLog(home.log)
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: home.sockets }).map(
    ([name, value]) => `${name}=${value}`,
  )
  try {
    const child = spawn(
      binaries.postgres,
      ['-D', home.postgres, ...settings.flatMap((setting) => ['-c', setting])],
      {
        ...identity(user),
        cwd: '/',
        env: ENVIRONMENT,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    )
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

/** Opened without following links, and begun anew when it has grown. */
async function openLog(file: string): Promise<Awaited<ReturnType<typeof open>>> {
  const size = (await stat(file).catch(() => null))?.size ?? 0
  if (size > LOG_BYTES_MAX) await rename(file, `${file}.1`)
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
  return open(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
}

/**
 * Removes the pid file of a PostgreSQL that was killed when its pid was given to another program since, as it easily is
 * after a container was started again: PostgreSQL itself would believe that it still runs. A pid that is free is left to
 * PostgreSQL, which looks for processes that may still use the memory of the one that died.
 */
async function removeForeignPid(home: Home): Promise<void> {
  const text = await readFile(pidFileOf(home), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  if (!(pid > 0) || !isAlive(pid) || (await worksIn(pid, home.postgres))) return
  if (await isInUse(home.postgres)) return
  await rm(pidFileOf(home), { force: true })
  for (const name of [SOCKET_NAME, `${SOCKET_NAME}.lock`])
    await rm(path.join(home.sockets, name), { force: true })
}

/** Whether any process works in the directory. */
async function isInUse(directory: string): Promise<boolean> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) if (await worksIn(Number(pid), directory)) return true
  return false
}

/** Why PostgreSQL ended while it started, when another try may go better. */
const PASSING = /still in use|lock file .* already exists|the database system is shutting down/i

/** PostgreSQL ended before it was ready. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted'
  /** Whether it may start when it is tried again in a moment. */
  readonly isPassing: boolean

  constructor(lastWords: string) {
    super(`PostgreSQL did not start. Its last words:\n${lastWords}`)
    this.isPassing = PASSING.test(lastWords)
  }
}

/**
 * Waits until a PostgreSQL is ready: that of the given pid, or another that runs there instead.
 *
 * @throws NotStarted when it ends before
 */
export async function untilReady(home: Home, pid: number): Promise<State> {
  const deadline = Date.now() + START_MS
  const logged = (await stat(home.log).catch(() => null))?.size ?? 0
  while (Date.now() < deadline) {
    const state = await findPostmaster(home)
    if (state?.status === 'ready') return state
    if (!isAlive(pid) && state === null) break
    await pause(LOOK_MS)
  }
  const log = await readFile(home.log, 'utf8').catch(() => '')
  throw new NotStarted(log.slice(Math.max(0, Math.min(logged, log.length) - 2000)))
}

/** Waits until a process is gone; false when it still lives after that time. */
export async function untilGone(pid: number, millis: number): Promise<boolean> {
  const deadline = Date.now() + millis
  while (Date.now() < deadline) {
    if (!isAlive(pid)) return true
    await pause(LOOK_MS)
  }
  return false
}
