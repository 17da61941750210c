import { createKey } from '../../src/auth/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { Connections, PostgresKeyStore } from '../../src/storage/index.ts'
import type { TestDatabase } from './database.ts'

/** Makes a key for all organizations; returns its text. From then on every request to the database's servers needs one. */
export async function makeKey(
  database: TestDatabase,
  scopes: readonly string[],
  organizations: readonly string[] | null = null,
): Promise<string> {
  const connections = new Connections(database.url, { ...connectionLimits, role: null })
  try {
    const store = new PostgresKeyStore(connections)
    const order = { name: 'test', scopes, organizations, owner: null, expiresAt: null }
    return (await createKey(store, order, Date.now() * 1000)).text
  } finally {
    await connections.close()
  }
}
