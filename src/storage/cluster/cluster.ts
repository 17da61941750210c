/**
 * The bundled PostgreSQL: made on first start, started and stopped with the server.
 *
 * Nothing here trusts that the last run ended well. A data directory is made beside its place and moved there when it is
 * whole. A PostgreSQL that outlived its server, because the server was killed, is found by its own pid file and taken
 * over. One that dies while the server runs is started again. It runs in a process group of its own, so that Ctrl-C
 * reaches the server alone, which answers what it accepted before it stops the database.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { SERVER_ROLE } from '../migrate.ts'
import { type Binaries, findBinaries, ROOTS_FOLDER } from './binaries.ts'
import { canEnter, databaseUser, type SystemUser } from './user.ts'

/** A path of a socket must be shorter than this, whatever the system allows for other paths. */
const SOCKET_PATH_MAX = 100

const START_MS = 60_000
const STOP_MS = 30_000
const DATABASE = 'diptych'
const OWNER = 'diptych_owner'

/** The file in the data directory that has the URL of the database's owner, for its owner's eyes only. */
export const CONNECTION_FILE = 'connection'

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
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
} as const

export type Urls = {
  /** For migrations and for verification. */
  readonly owner: string
  /** For the server: may add to the journals, and neither change nor remove what is there. */
  readonly server: string
}

export class Cluster {
  readonly urls: Urls
  readonly #binaries: Binaries
  readonly #user: SystemUser | null
  readonly #home: Home
  #child: ChildProcess | null = null
  #pid: number
  #stopping = false
  #watch: NodeJS.Timeout | null = null

  private constructor(
    binaries: Binaries,
    user: SystemUser | null,
    home: Home,
    urls: Urls,
    pid: number,
    child: ChildProcess | null,
  ) {
    this.#binaries = binaries
    this.#user = user
    this.#home = home
    this.urls = urls
    this.#pid = pid
    this.#child = child
    this.#supervise()
  }

  /** Starts the PostgreSQL of a data directory, or takes over the one that still runs there. */
  static async start(dataDir: string): Promise<Cluster> {
    const user = await databaseUser()
    const binaries = await findBinaries(user)
    const home = await prepareHome(dataDir, user)
    const passwords = await initialise(home, binaries, user)
    const running = await runningPid(home)
    const child = running === null ? await launch(home, binaries, user) : null
    const pid = running ?? child?.pid ?? 0
    await untilReady(home, pid)
    const urls = urlsOf(home, passwords)
    await createDatabase(urls, passwords)
    await writeConnectionFile(dataDir, urls.owner)
    return new Cluster(binaries, user, home, urls, pid, child)
  }

  /** Where the data lives: the data directory itself unless PostgreSQL's user cannot reach it. */
  get directory(): string {
    return this.#home.postgres
  }

  /** Stops PostgreSQL and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#watch !== null) clearInterval(this.#watch)
    signal(this.#pid, 'SIGINT')
    if (!(await untilGone(this.#pid, STOP_MS))) {
      signal(this.#pid, 'SIGQUIT')
      await untilGone(this.#pid, STOP_MS)
    }
    if (this.#home.sockets !== this.#home.postgres)
      await rm(this.#home.sockets, { recursive: true, force: true })
  }

  /** Starts PostgreSQL again when it died without being asked to. */
  #supervise(): void {
    let restarting = false
    this.#watch = setInterval(() => {
      if (this.#stopping || restarting || isAlive(this.#pid, this.#child)) return
      restarting = true
      void this.#restart().finally(() => {
        restarting = false
      })
    }, 100)
    this.#watch.unref()
  }

  async #restart(): Promise<void> {
    try {
      const running = await runningPid(this.#home)
      this.#child = running === null ? await launch(this.#home, this.#binaries, this.#user) : null
      this.#pid = running ?? this.#child?.pid ?? 0
      if (this.#stopping) signal(this.#pid, 'SIGINT')
    } catch {
      // Tried again at the next look.
    }
  }
}

/** The owner's URL of a data directory whose PostgreSQL answers, or null when none runs there. */
export async function runningUrls(dataDir: string): Promise<Urls | null> {
  const text = await readFile(path.join(dataDir, CONNECTION_FILE), 'utf8').catch(() => null)
  if (text === null) return null
  const owner = text.trim()
  const client = new pg.Client({ connectionString: owner, connectionTimeoutMillis: 3000 })
  try {
    await client.connect()
    await client.end()
    return { owner, server: owner }
  } catch {
    return null
  }
}

type Home = {
  readonly dataDir: string
  /** The data directory of PostgreSQL itself. */
  readonly postgres: string
  readonly sockets: string
  readonly log: string
}

async function prepareHome(dataDir: string, user: SystemUser | null): Promise<Home> {
  const absolute = path.resolve(dataDir)
  await mkdir(absolute, { recursive: true, mode: user === null ? 0o700 : 0o755 })
  const inside = path.join(absolute, 'postgres')
  const base =
    user === null || (await canEnter(user, absolute)) ? absolute : await elsewhere(inside, user)
  const postgres = base === absolute ? inside : base
  const log = path.join(path.dirname(postgres), `${path.basename(postgres)}.log`)
  return { dataDir: absolute, postgres, sockets: await socketFolder(postgres, user), log }
}

/** A place within the user's reach, remembered by a link where the data would have been. */
async function elsewhere(link: string, user: SystemUser): Promise<string> {
  const known = await readlink(link).catch(() => null)
  if (known !== null) return known
  await mkdir(ROOTS_FOLDER, { recursive: true, mode: 0o755 })
  const folder = await mkdtemp(path.join(ROOTS_FOLDER, 'data-'))
  await chmod(folder, 0o755)
  await chown(folder, user.uid, user.gid)
  const target = path.join(folder, 'postgres')
  await symlink(target, link)
  return target
}

async function socketFolder(postgres: string, user: SystemUser | null): Promise<string> {
  const name = '/.s.PGSQL.5432'
  const beside = path.join(path.dirname(postgres), 'run')
  if (beside.length + name.length < SOCKET_PATH_MAX) {
    await mkdir(beside, { recursive: true, mode: 0o755 })
    if (user !== null) await chown(beside, user.uid, user.gid)
    return beside
  }
  // The same data directory must lead to the same short path, so that a PostgreSQL that still runs is found.
  const short = path.join(tmpdir(), `diptych-${hash('sha256', postgres).slice(0, 12)}`)
  await mkdir(short, { recursive: true, mode: 0o755 })
  if (user !== null) await chown(short, user.uid, user.gid)
  return short
}

type Passwords = { readonly owner: string; readonly server: string }

/** Makes the data directory of PostgreSQL unless it is there; returns the passwords that go with it. */
async function initialise(
  home: Home,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<Passwords> {
  const kept = path.join(home.postgres, 'diptych-passwords')
  const there = await readFile(kept, 'utf8').catch(() => null)
  if (there !== null) return JSON.parse(there) as Passwords
  const parent = path.dirname(home.postgres)
  for (const name of await readdir(parent))
    if (name.startsWith('making-'))
      await rm(path.join(parent, name), { recursive: true, force: true })
  const making = await mkdtemp(path.join(parent, 'making-'))
  await chmod(making, 0o700)
  const passwords = { owner: secret(), server: secret() }
  const passwordFile = path.join(parent, `making-${path.basename(making)}.password`)
  await writeFile(passwordFile, passwords.owner, { mode: 0o600 })
  if (user !== null)
    for (const file of [making, passwordFile]) await chown(file, user.uid, user.gid)
  try {
    await run(binaries.initdb, initdbArguments(making, passwordFile), user)
  } finally {
    await rm(passwordFile, { force: true })
  }
  await writeFile(path.join(making, 'diptych-passwords'), JSON.stringify(passwords), {
    mode: 0o600,
  })
  if (user !== null) await chown(path.join(making, 'diptych-passwords'), user.uid, user.gid)
  await rename(making, home.postgres)
  return passwords
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}

function initdbArguments(directory: string, passwordFile: string): readonly string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${OWNER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
  ]
}

function identity(user: SystemUser | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid }
}

/** What PostgreSQL sees of the environment: nothing that could change what it does. */
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] }

function run(program: string, args: readonly string[], user: SystemUser | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...identity(user), cwd: '/', env: ENVIRONMENT })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${path.basename(program)} failed (${code}): ${output.trim()}`))
    })
  })
}

async function launch(
  home: Home,
  binaries: Binaries,
  user: SystemUser | null,
): Promise<ChildProcess> {
  const log = await open(home.log, 'a', 0o600)
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

/** The pid of a PostgreSQL that runs in this data directory already. */
async function runningPid(home: Home): Promise<number | null> {
  const pidFile = path.join(home.postgres, 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8').catch(() => null)
  if (text === null) return null
  const pid = Number(text.split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid, null)) return null
  return (await isPostgres(pid)) ? pid : null
}

/** A pid may have been given to another program since; where the system tells, only PostgreSQL counts. */
async function isPostgres(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null)
  return name === null ? process.platform !== 'linux' : name.startsWith('postgres')
}

function isAlive(pid: number, child: ChildProcess | null): boolean {
  if (child !== null && (child.exitCode !== null || child.signalCode !== null)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}

const LOOK_MS = 10

/** PostgreSQL writes its state into the eighth line of its pid file. */
async function untilReady(home: Home, pid: number): Promise<void> {
  const pidFile = path.join(home.postgres, 'postmaster.pid')
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === pid && lines[7]?.startsWith('ready')) return
    if (!isAlive(pid, null)) break
    await pause(LOOK_MS)
  }
  const log = await readFile(home.log, 'utf8').catch(() => '')
  throw new Error(`PostgreSQL did not start. Its last words:\n${log.slice(-2000)}`)
}

async function untilGone(pid: number, millis: number): Promise<boolean> {
  const deadline = Date.now() + millis
  while (Date.now() < deadline) {
    if (!isAlive(pid, null)) return true
    await pause(LOOK_MS)
  }
  return false
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}

function urlsOf(home: Home, passwords: Passwords): Urls {
  const url = (role: string, password: string) =>
    `postgresql://${role}:${password}@/${DATABASE}?host=${encodeURIComponent(home.sockets)}`
  return { owner: url(OWNER, passwords.owner), server: url(SERVER_ROLE, passwords.server) }
}

/** Makes the database and the server's role, and leaves the owner's URL where its owner can find it. */
async function createDatabase(urls: Urls, passwords: Passwords): Promise<void> {
  const postgres = urls.owner.replace(`/${DATABASE}?`, '/postgres?')
  const client = new pg.Client({ connectionString: postgres })
  await client.connect()
  try {
    const { rows } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rows.length === 0) await client.query(`create database ${DATABASE}`)
    const role = await client.query('select from pg_roles where rolname = $1', [SERVER_ROLE])
    if (role.rows.length === 0)
      await client.query(`create role ${SERVER_ROLE} login password '${passwords.server}'`)
  } finally {
    await client.end()
  }
}

/** Writes the URL of the database's owner where only the owner of the data directory can read it. */
async function writeConnectionFile(dataDir: string, ownerUrl: string): Promise<void> {
  const file = path.join(dataDir, CONNECTION_FILE)
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, `${ownerUrl}\n`, { mode: 0o600 })
  await rename(fresh, file)
  const { mode } = await stat(file)
  if ((mode & 0o777) !== 0o600) await chmod(file, 0o600)
}
