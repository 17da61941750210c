/** The only file that knows all parts: opens them, wires them, and closes them in the right order. */
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { Attesting } from './attesting.ts'
import type { Authenticator } from './auth/index.ts'
import { authenticatorOf } from './authentication.ts'
import { type Config, ConfigError, isLoopback, type MidazProfile, rateLimitOf } from './config.ts'
import { type Database, openDatabase } from './database.ts'
import {
  Directory,
  type DirectoryReader,
  ensureHome,
  finishSettings,
  SHARED_LEDGER_ID,
  Tenancy,
} from './directory/index.ts'
import { Conflict, Engine, type EngineObserver, Fenced, Outage } from './engine/index.ts'
import { buildServer, referenceOfScheduled, type Services, statusWords } from './http/index.ts'
import {
  connectionLimits,
  engineLimits,
  finishSettingsMs,
  httpLimits,
  noteUseMs,
  schedulerLimits,
} from './limits.ts'
import { listenAll } from './listening.ts'
import { Opened } from './opened.ts'
import { Outgoing } from './outgoing.ts'
import { pingOf } from './readiness.ts'
import { Reconciling } from './reconciling.ts'
import { Loader } from './reports/index.ts'
import { Scheduler } from './scheduler/index.ts'
import { Searching } from './searching.ts'
import {
  Connections,
  migrate,
  PostgresBookStore,
  PostgresDirectoryStore,
  PostgresDueStore,
  PostgresEventLog,
  PostgresJournalStore,
  PostgresReportStore,
} from './storage/index.ts'
import { createLog, Metrics, machineSurroundings } from './telemetry/index.ts'
import { makeVault } from './vault/index.ts'
import { Verifying } from './verifying.ts'

export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
).version

/** A server that listens. */
export type Running = {
  readonly url: string
  /** Where else it listens, in words. */
  readonly besides: readonly string[]
  readonly place: string
  readonly authentication: boolean
  readonly log: Logger
  /** Answers what was accepted, then closes everything. */
  stop(): Promise<void>
}

export async function startServer(config: Config): Promise<Running> {
  const database = await openDatabase(config)
  const opened = new Opened()
  opened.add(() => database.close())
  try {
    await migrate(database.ownerUrl, database.serverUrl)
    return await openAll(database, config, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function openAll(database: Database, config: Config, opened: Opened): Promise<Running> {
  const log = createLog({ level: config.logLevel, format: config.logFormat })
  const connections = new Connections(database.serverUrl, {
    ...connectionLimits,
    role: database.role,
  })
  opened.add(() => connections.close())
  const around = machineSurroundings()
  const authenticator = authenticatorOf(connections, config, around.now, log)
  const authentication = await isGuarded(authenticator, config)
  opened.add(() => authenticator.noteUse().catch(() => {}))
  const metrics: Metrics = new Metrics(() => engine.waiting)
  const outgoing = new Outgoing(database, config)
  opened.add(() => outgoing.stop())
  const reconciling = new Reconciling(database, config)
  const searching = new Searching(database, () => reconciling.committed())
  opened.add(() => searching.stop())
  const attesting = new Attesting({ connections, config, around, metrics, log })
  opened.add(() => attesting.stop())
  const store = new PostgresBookStore(connections, SHARED_LEDGER_ID)
  const engine = new Engine<DirectoryReader>(
    store,
    around,
    engineLimits,
    observerOf({ metrics, log, outgoing, reconciling, attesting }),
  )
  opened.add(() => engine.close())
  opened.add(() => reconciling.stop())
  const directory = new Directory(new PostgresDirectoryStore(connections), engine)
  const reports = new PostgresReportStore(connections, SHARED_LEDGER_ID)
  const midazProfiles = new Map<number, MidazProfile>()
  const services: Services = {
    engine,
    directory,
    tenancy: new Tenancy(directory),
    reports,
    journal: new PostgresJournalStore(connections),
    balances: new Loader((bookId, ids) => reports.balances(bookId, ids)),
    transactions: new Loader((bookId, ids) => reports.transactions(bookId, ids)),
    ledgers: new Loader((bookId, ids) => directory.store.getAll('ledger', bookId, ids)),
    authenticator,
    vault: makeVault(config.tokenizationKeys ?? []),
    home: await ensureHome(directory),
    midazProfile: config.midazProfile,
    midazProfiles,
    midazImplicitIdempotency: config.midazImplicitIdempotency,
    outgoing: outgoing.services,
    reconciliation: reconciling.services,
    search: searching.services,
    evidence: attesting.services,
    version: VERSION,
    now: around.now,
    ping: pingOf(connections, httpLimits.pingMs),
  }
  const server = await buildServer({
    services,
    metrics,
    log,
    limits: httpLimits,
    rateLimit: rateLimitOf(config),
    trustedProxies: config.trustedProxies ?? [],
    metricsToken: config.metricsToken,
  })
  await settleSettings(services, log, opened)
  await outgoing.start(services, around, metrics, log)
  metrics.blnk.watchChain(seqOf(connections, services.home.bookId))
  const listening = await listenAll(server, config, midazProfiles)
  reconciling.start(services, around.now, log)
  const scheduler = schedulerOf(new PostgresDueStore(connections), services, log)
  scheduler.start()
  attesting.start()
  const verifying = new Verifying(database, config, metrics, log)
  verifying.start()
  opened.add(() => verifying.stop())
  opened.add(() => scheduler.stop())
  opened.add(async () => {
    outgoing.endStreams()
    await listening.stop()
  })
  repeatedly(opened, noteUseMs, () => authenticator.noteUse())
  const { url, besides } = listening
  const stop = () => opened.close()
  return { url, besides, place: database.place, authentication, log, stop }
}

/** Puts in force what changes of settings have left behind: now, and whenever a server is lost in the middle of one. */
async function settleSettings(services: Services, log: Logger, opened: Opened): Promise<void> {
  const finish = () =>
    finishSettings(services.directory, services.now(), (error) =>
      log.warn({ cause: nameOf(error) }, 'settings are put in force later'),
    )
  await finish()
  repeatedly(opened, finishSettingsMs, finish)
}

/** Does something again and again until everything is closed. What fails is tried the next time. */
function repeatedly(opened: Opened, millis: number, task: () => Promise<unknown>): void {
  const timer = setInterval(() => void task().catch(() => {}), millis)
  timer.unref()
  opened.add(async () => clearInterval(timer))
}

/**
 * Whether requests need a key.
 *
 * @throws ConfigError when they do not and others than this machine could ask
 */
async function isGuarded(authenticator: Authenticator, { host }: Config): Promise<boolean> {
  if (await authenticator.isRequired()) return true
  if (isLoopback(host)) return false
  throw new ConfigError(
    `Without an API key the server listens on loopback only, not on ${host}.\n` +
      'Make one first: diptych keys create --name <name>',
  )
}

/** How many commits a book has, as the database knows it. */
function seqOf(connections: Connections, bookId: number): () => Promise<number> {
  const log = new PostgresEventLog(connections)
  return async () => (await log.seqs([bookId])).get(bookId) ?? 0
}

/** What the engine does is counted, logged, and told to those who wait for it. */
function observerOf({
  metrics,
  log,
  outgoing,
  reconciling,
  attesting,
}: {
  readonly metrics: Metrics
  readonly log: Logger
  readonly outgoing: Outgoing
  readonly reconciling: Reconciling
  readonly attesting: Attesting
}): EngineObserver {
  return {
    landed: (batch, micros) => {
      const seconds = micros / 1e6
      metrics.commits.observe(seconds)
      metrics.transactions.inc(batch.transactions.length)
      const changes = batch.changes.map(({ change }) => change)
      metrics.blnk.recorded(batch.transactions, statusWords, seconds)
      metrics.blnk.changed(changes)
      reconciling.committed()
      outgoing.committed(batch.to.bookId, changes)
      attesting.committed(batch.to.bookId)
    },
    edited: (bookId, changes) => {
      metrics.blnk.changed(changes)
      reconciling.committed()
      outgoing.committed(bookId, changes)
      attesting.committed(bookId)
    },
    recovering: (cause) => {
      const name = nameOf(cause)
      metrics.recoveries.labels(name).inc()
      log.info({ cause: name, reason: reasonOf(cause) }, 'deciding a batch again')
    },
  }
}

function schedulerOf(store: PostgresDueStore, services: Services, log: Logger): Scheduler {
  return new Scheduler(
    store,
    {
      submit: (bookId, commands) => services.engine.submit(bookId, commands),
      now: services.now,
      referenceOf: (item) => referenceOfScheduled(services, item),
      failed: (error) => log.warn({ cause: nameOf(error) }, 'what is due is tried again'),
    },
    schedulerLimits,
  )
}

/** Why a batch was not written, as far as it can be said without saying what was in it. */
function reasonOf(cause: unknown): string | undefined {
  const ours = cause instanceof Outage || cause instanceof Conflict || cause instanceof Fenced
  return ours ? cause.message : undefined
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
