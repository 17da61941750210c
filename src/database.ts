/** Which database to work with: the bundled one, started for the purpose, or one that the operator has. */
import type { Config } from './config.ts'
import { Cluster, SERVER_ROLE } from './storage/index.ts'

export type Database = {
  /** For the server's work. */
  readonly serverUrl: string
  /** For migrations, keys and verification. */
  readonly ownerUrl: string
  /** The role to work as, where the login's own may do more. */
  readonly role: string | null
  /** Where the data lives, in words. */
  readonly place: string
  /** Leaves the database. A bundled one is stopped, unless somebody else still works with it. */
  close(): Promise<void>
}

/** What of the configuration tells where the database is. */
export type DatabaseConfig = Pick<Config, 'dataDir' | 'databaseUrl' | 'databaseOwnerUrl'>

/** Finds the database of the settings; one that is bundled and does not run is started. */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  if (config.databaseUrl !== null) {
    return {
      serverUrl: config.databaseUrl,
      ownerUrl: config.databaseOwnerUrl ?? config.databaseUrl,
      role: SERVER_ROLE,
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
