import type { Config } from '../config.ts'
import { migrateDatabase } from '../maintenance.ts'

/** Migrates the database and says what was done. */
export async function migrateCommand(config: Config): Promise<void> {
  const names = await migrateDatabase(config)
  if (names.length === 0) console.log('The database is up to date.')
  for (const name of names) console.log(`Migrated: ${name}`)
}
