/**
 * The bundled PostgreSQL: made on first start, started and stopped with whoever works with it.
 *
 * Nothing here trusts that the last run ended well. A data directory is made beside its place and moved there when it is
 * whole. A PostgreSQL that outlived its server, because the server was killed, is found by its own pid file and taken
 * over. One that dies while somebody works with it is started again. Several servers and commands may share one; the
 * last of them stops it. It runs in a process group of its own, so that Ctrl-C reaches the server alone, which answers
 * what it accepted before it stops the database.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { SERVER_ROLE } from '../migrate.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Home, prepareHome } from './home.ts'
import { checkVersion, initialise, OWNER, type Passwords } from './initialise.ts'
import { Occupancy } from './occupancy.ts'
import {
  findPostmaster,
  isAlive,
  launch,
  NotStarted,
  type State,
  signal,
  untilGone,
  untilReady,
} from './postmaster.ts'
import { pause } from './run.ts'
import { databaseUser, type SystemUser } from './user.ts'

const STOP_MS = 30_000
/** How long to try, when the one before has not quite gone yet. */
const RETRY_MS = 20_000
const LOOK_MS = 100
const RESTART_PAUSE_MAX_MS = 5_000
const DATABASE = 'diptych'

/** The file in the data directory that has the URL of the database's owner, for its owner's eyes only. */
const CONNECTION_FILE = 'connection'

type Urls = {
  /** For migrations and for verification. */
  readonly owner: string
  /** For the server: may add to the journals, and neither change nor remove what is there. */
  readonly server: string
}

/** What does not change while PostgreSQL comes and goes. */
type Site = {
  readonly home: Home
  readonly binaries: Binaries
  readonly user: SystemUser | null
  readonly passwords: Passwords
}

export class Cluster {
  readonly urls: Urls
  readonly #site: Site
  readonly #occupancy: Occupancy
  #pid: number
  #stopping = false
  #restart: Promise<void> | null = null
  #restartPauseMs = LOOK_MS
  readonly #watch: NodeJS.Timeout

  private constructor(site: Site, urls: Urls, occupancy: Occupancy, pid: number) {
    this.#site = site
    this.urls = urls
    this.#occupancy = occupancy
    this.#pid = pid
    this.#watch = setInterval(() => this.#look(), LOOK_MS)
    this.#watch.unref()
  }

  /** Starts the PostgreSQL of a data directory, or joins whoever works with it already. */
  static async start(dataDir: string): Promise<Cluster> {
    const user = await databaseUser()
    const binaries = await findBinaries(user)
    const home = await prepareHome(dataDir, user)
    const passwords = await initialise(home, binaries, user)
    await checkVersion(home, binaries)
    const site = { home, binaries, user, passwords }
    const deadline = Date.now() + RETRY_MS
    for (;;) {
      const joined = await join(site).catch((error: unknown) => {
        if (isPassing(error) && Date.now() < deadline) return null
        throw error
      })
      if (joined !== null)
        return new Cluster(joined.site, joined.urls, joined.occupancy, joined.pid)
      await pause(LOOK_MS)
    }
  }

  /** Where the data lives: in the data directory, unless PostgreSQL's user cannot reach it. */
  get directory(): string {
    return this.#site.home.postgres
  }

  /** Leaves the database, and stops it when nobody else works with it. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearInterval(this.#watch)
    await this.#restart
    if (!this.#occupancy.isHeld && isAlive(this.#pid)) await this.#occupancy.enter().catch(() => {})
    const left = await this.#occupancy.leave()
    if (left.isLast) {
      await rm(path.join(this.#site.home.dataDir, CONNECTION_FILE), { force: true })
      signal(this.#pid, 'SIGINT')
      if (!(await untilGone(this.#pid, STOP_MS))) {
        signal(this.#pid, 'SIGQUIT')
        await untilGone(this.#pid, STOP_MS)
      }
    }
    await left.close()
  }

  /** Starts PostgreSQL again when it died without being asked to, and takes part in it again. */
  #look(): void {
    if (this.#stopping || this.#restart !== null) return
    if (isAlive(this.#pid) && this.#occupancy.isHeld) return
    this.#restart = this.#comeBack().finally(() => {
      this.#restart = null
    })
  }

  async #comeBack(): Promise<void> {
    try {
      const state = await bringUp(this.#site)
      this.#pid = state.pid
      if (!this.#occupancy.isHeld) await this.#occupancy.enter()
      this.#restartPauseMs = LOOK_MS
    } catch {
      // Tried again, and less and less often: whoever asks the database meanwhile is told that it does not answer.
      if (!this.#stopping) await pause(this.#restartPauseMs)
      this.#restartPauseMs = Math.min(this.#restartPauseMs * 2, RESTART_PAUSE_MAX_MS)
    }
  }
}

/** Whether PostgreSQL is only just starting, or just stopping for somebody else. */
function isPassing(error: unknown): boolean {
  if (error instanceof NotStarted) return error.isPassing
  const { code } = error as { code?: unknown }
  return code === '57P03' || code === '57P01' || code === 'ECONNREFUSED' || code === 'ENOENT'
}

/** The PostgreSQL of the data directory, ready: the one that runs there, or else a new one. */
async function bringUp({ home, binaries, user }: Site): Promise<State> {
  const found = await findPostmaster(home)
  if (found?.status === 'stopping') await untilGone(found.pid, STOP_MS)
  else if (found !== null) return untilReady(home, found.pid)
  const child = await launch(home, binaries, user)
  return untilReady(home, child.pid ?? 0)
}

type Joined = {
  readonly site: Site
  readonly urls: Urls
  readonly occupancy: Occupancy
  readonly pid: number
}

/** Brings PostgreSQL up and takes part; null when somebody else is about to stop it. */
async function join(site: Site): Promise<Joined | null> {
  const state = await bringUp(site)
  const urls = urlsOf(state.sockets, site.passwords)
  await createDatabase(urls, site.passwords)
  const occupancy = new Occupancy(urls.owner)
  if (!(await occupancy.enter())) return null
  await writeConnectionFile(site.home.dataDir, urls.owner)
  // Wherever it was told to put its socket, it is to be there again when it is started again.
  return {
    site: { ...site, home: { ...site.home, sockets: state.sockets } },
    urls,
    occupancy,
    pid: state.pid,
  }
}

function urlsOf(sockets: string, passwords: Passwords): Urls {
  const url = (role: string, password: string) =>
    `postgresql://${role}:${password}@/${DATABASE}?host=${encodeURIComponent(sockets)}`
  return { owner: url(OWNER, passwords.owner), server: url(SERVER_ROLE, passwords.server) }
}

const ALREADY_THERE = ['42P04', '42710', '23505']

/** Makes the database and the server's role, unless they are there. */
async function createDatabase(urls: Urls, passwords: Passwords): Promise<void> {
  const client = new pg.Client({
    connectionString: urls.owner.replace(`/${DATABASE}?`, '/postgres?'),
  })
  client.on('error', () => {})
  await client.connect()
  const unlessThere = async (exists: string, name: string, create: string) => {
    const { rows } = await client.query(exists, [name])
    if (rows.length > 0) return
    await client.query(create).catch((error: NodeJS.ErrnoException) => {
      if (!ALREADY_THERE.includes(error.code ?? '')) throw error
    })
  }
  try {
    await unlessThere(
      'select from pg_database where datname = $1',
      DATABASE,
      `create database ${DATABASE}`,
    )
    await unlessThere(
      'select from pg_roles where rolname = $1',
      SERVER_ROLE,
      `create role ${SERVER_ROLE} login password '${passwords.server}'`,
    )
  } finally {
    await client.end()
  }
}

/** Writes the URL of the database's owner where only the owner of the data directory can read it. */
async function writeConnectionFile(dataDir: string, ownerUrl: string): Promise<void> {
  const file = path.join(dataDir, CONNECTION_FILE)
  const fresh = `${file}.${process.pid}`
  await rm(fresh, { force: true })
  await writeFile(fresh, `${ownerUrl}\n`, { mode: 0o600, flag: 'wx' })
  await rename(fresh, file)
}
