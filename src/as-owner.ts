/** Works as the owner of a database, which is brought up to the schema first. */
import { type DatabaseConfig, openDatabase } from './database.ts'
import { ownerLimits } from './limits.ts'
import { Connections, migrate } from './storage/index.ts'

export async function asOwner<T>(
  config: DatabaseConfig,
  work: (connections: Connections) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(config)
  try {
    await migrate(database.ownerUrl, database.serverUrl)
    const connections = new Connections(database.ownerUrl, { ...ownerLimits, role: null })
    try {
      return await work(connections)
    } finally {
      await connections.close()
    }
  } finally {
    await database.close()
  }
}
