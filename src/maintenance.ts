/** What an operator does with a database beside serving from it: migrations, keys, verification. */

import { asOwner } from './as-owner.ts'
import { type ApiKey, createKey, isScope, type KeyStore, type NewKey } from './auth/index.ts'
import { ConfigError } from './config.ts'
import { type DatabaseConfig, openDatabase } from './database.ts'
import {
  bookMadeAt,
  migrate,
  PostgresDirectoryStore,
  PostgresKeyStore,
  PostgresVerificationStore,
} from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'
import { type BookReport, type Trust, verifyBooks } from './verification/index.ts'

/** Brings the database up to the schema of this program; returns the names of the migrations that were run. */
export async function migrateDatabase(config: DatabaseConfig): Promise<readonly string[]> {
  const database = await openDatabase(config)
  try {
    return await migrate(database.ownerUrl, database.serverUrl)
  } finally {
    await database.close()
  }
}

/** What can be done with keys. */
export type Keys = {
  /** Makes a key; its text is in the answer and nowhere else. */
  create(order: NewKey): Promise<{ readonly key: ApiKey; readonly text: string }>
  list(): Promise<readonly ApiKey[]>
  /** False when there is no key with that id. */
  revoke(id: string): Promise<boolean>
}

/** Works with the keys of a database, which is brought up to the schema first: the first key may come before the first start. */
export function withKeys<T>(config: DatabaseConfig, work: (keys: Keys) => Promise<T>): Promise<T> {
  return asOwner(config, (connections) =>
    work(keysIn(new PostgresKeyStore(connections), new PostgresDirectoryStore(connections))),
  )
}

function keysIn(store: KeyStore, directory: PostgresDirectoryStore): Keys {
  const { now } = machineSurroundings()
  return {
    create: async (order) => {
      for (const scope of order.scopes)
        if (!isScope(scope))
          throw new ConfigError(`${scope} is no scope: it is resource:action, such as *:read`)
      for (const id of order.organizations ?? [])
        if ((await directory.bookOf(id)) === null)
          throw new ConfigError(`There is no organization ${id}`)
      return createKey(store, order, now())
    },
    list: () => store.list(),
    revoke: async (id) => (await store.revoke(id, null, now())) !== null,
  }
}

/**
 * Verifies every book of a database and hands over each report as soon as it is ready. Nothing is written.
 *
 * @returns how many findings there were in all
 */
export async function verifyDatabase(
  config: DatabaseConfig,
  onReport: (report: BookReport) => void,
  trust?: Trust,
): Promise<number> {
  const database = await openDatabase(config)
  try {
    return await verifyAt(database.ownerUrl, onReport, trust)
  } finally {
    await database.close()
  }
}

/** Verifies every book of the database at a URL, which must be its owner's. */
export async function verifyAt(
  ownerUrl: string,
  onReport: (report: BookReport) => void,
  trust?: Trust,
): Promise<number> {
  const store = await PostgresVerificationStore.open(ownerUrl)
  try {
    const { hash } = machineSurroundings()
    return await verifyBooks(store, hash, bookMadeAt, onReport, trust)
  } finally {
    await store.close()
  }
}
