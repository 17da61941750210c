/** The only file that knows all parts: opens them, wires them, and closes them in the right order. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Authenticator } from './auth/index.ts'
import { type Config, ConfigError, isLoopback } from './config.ts'
import {
  Directory,
  type DirectoryReader,
  ensureHome,
  SHARED_LEDGER_ID,
  Tenancy,
} from './directory/index.ts'
import { Engine } from './engine/index.ts'
import { buildServer, type Services } from './http/index.ts'
import { connectionLimits, engineLimits, httpLimits, keyCacheMs } from './limits.ts'
import { Loader } from './reports/index.ts'
import {
  Cluster,
  Connections,
  migrate,
  PostgresBookStore,
  PostgresDirectoryStore,
  PostgresKeyStore,
  PostgresReportStore,
  SERVER_ROLE,
} from './storage/index.ts'
import { Metrics, machineSurroundings } from './telemetry/index.ts'

export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
).version

/** A database to work with: the bundled one, started for the purpose, or one that the operator has. */
export type Database = {
  /** For the server's work. */
  readonly serverUrl: string
  /** For migrations and verification. */
  readonly ownerUrl: string
  /** The role to work as, where the login's own may do more. */
  readonly role: string | null
  /** Where the data lives, in words. */
  readonly place: string
  close(): Promise<void>
}

export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl !== null) {
    return {
      serverUrl: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl ?? config.databaseUrl,
      role: config.databaseOwnerUrl === null ? SERVER_ROLE : null,
      place: `your own PostgreSQL at ${hostOf(config.databaseUrl)}`,
      close: async () => {},
    }
  }
  const cluster = await Cluster.start(config.dataDir)
  return {
    serverUrl: cluster.urls.server,
    ownerUrl: cluster.urls.owner,
    role: null,
    place: cluster.directory,
    close: () => cluster.stop(),
  }
}

/** Where a database URL leads, without what must not be shown. */
function hostOf(url: string): string {
  const host = /@([^/?]+)/.exec(url)?.[1] ?? /[?&]host=([^&]+)/.exec(url)?.[1]
  return host === undefined ? 'a socket' : decodeURIComponent(host)
}

/** A server that listens. */
export type Running = {
  readonly url: string
  readonly place: string
  readonly authentication: boolean
  /** Answers what was accepted, then closes everything. */
  stop(): Promise<void>
}

export async function startServer(config: Config): Promise<Running> {
  const database = await openDatabase(config)
  try {
    await migrate(database.ownerUrl)
    return await startOn(database, config)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function startOn(database: Database, config: Config): Promise<Running> {
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  const connections = new Connections(database.serverUrl, {
    ...connectionLimits,
    role: database.role,
  })
  const around = machineSurroundings()
  const metrics = new Metrics(() => engine.waiting)
  const engine = new Engine<DirectoryReader>(
    new PostgresBookStore(connections, SHARED_LEDGER_ID),
    around,
    engineLimits,
    {
      landed: (batch, micros) => {
        metrics.commits.observe(micros / 1e6)
        metrics.transactions.inc(batch.transactions.length)
      },
      recovering: (cause) => {
        const name = cause instanceof Error ? cause.name : 'unknown'
        metrics.recoveries.labels(name).inc()
        log.info({ cause: name }, 'deciding a batch again')
      },
    },
  )
  const directory = new Directory(new PostgresDirectoryStore(connections), engine)
  const reports = new PostgresReportStore(connections, SHARED_LEDGER_ID)
  const authenticator = new Authenticator(new PostgresKeyStore(connections), around.now, keyCacheMs)
  try {
    const authentication = await authenticator.isRequired()
    if (!authentication && !isLoopback(config.host))
      throw new ConfigError(
        `Without an API key the server listens on loopback only, not on ${config.host}.\n` +
          'Make one first: diptych keys create --name <name>',
      )
    const services: Services = {
      engine,
      directory,
      tenancy: new Tenancy(directory),
      reports,
      balances: new Loader((bookId, ids) => reports.balances(bookId, ids)),
      transactions: new Loader((bookId, ids) => reports.transactions(bookId, ids)),
      authenticator,
      home: await ensureHome(directory),
      midazProfile: config.midazProfile,
      version: VERSION,
      now: around.now,
      ping: async () => {
        const started = performance.now()
        await connections.query('ping', 'select 1', [])
        return performance.now() - started
      },
    }
    const server = await buildServer({ services, metrics, log, limits: httpLimits })
    const url = await server.listen({ host: config.host, port: config.port })
    const noting = setInterval(() => void authenticator.noteUse().catch(() => {}), 10_000)
    noting.unref()
    return {
      url,
      place: database.place,
      authentication,
      stop: async () => {
        clearInterval(noting)
        await stopServing(server)
        await engine.close()
        await authenticator.noteUse().catch(() => {})
        await connections.close()
        await database.close()
      },
    }
  } catch (error) {
    await connections.close()
    throw error
  }
}

/** Takes no new connections and waits for the requests at hand, but not for ever. */
async function stopServing(server: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), httpLimits.drainMs)
  await server.close()
  clearTimeout(cut)
}
