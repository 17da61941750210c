/** What an operator does to have forgotten what the books say of people. It cannot be undone. */
import { ConfigError } from './config.ts'
import { type DatabaseConfig, openDatabase } from './database.ts'
import {
  blankIdentity,
  blankNotes,
  Directory,
  type DirectoryReader,
  SHARED_LEDGER_ID,
  TOKENIZABLE,
} from './directory/index.ts'
import { Engine } from './engine/index.ts'
import { backgroundLimits, engineLimits } from './limits.ts'
import {
  amendmentsOf,
  booksIn,
  Connections,
  eraseClearTexts,
  eraseHistory,
  eraseTransaction,
  hasIdentity,
  migrate,
  PostgresBookStore,
  PostgresDirectoryStore,
} from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'
import { isToken } from './vault/index.ts'

const { hash } = machineSurroundings()

/** Works as the owner of a database, which is brought up to the schema first. */
async function asOwner<T>(
  config: DatabaseConfig,
  work: (connections: Connections) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(config)
  try {
    await migrate(database.ownerUrl, database.serverUrl)
    const connections = new Connections(database.ownerUrl, { ...backgroundLimits, role: null })
    try {
      return await work(connections)
    } finally {
      await connections.close()
    }
  } finally {
    await database.close()
  }
}

/** Writes facts into books, beside whatever servers do. */
async function withDirectory<T>(
  connections: Connections,
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  const engine = new Engine<DirectoryReader>(
    new PostgresBookStore(connections, SHARED_LEDGER_ID),
    machineSurroundings(),
    engineLimits,
    { landed: () => {}, recovering: () => {} },
  )
  try {
    return await work(new Directory(new PostgresDirectoryStore(connections), engine))
  } finally {
    await engine.close()
  }
}

/**
 * Erases from the event log of every book what fields of identities said in clear that hold tokens now.
 *
 * @returns how many events were erased
 */
export function eraseSecrets(config: DatabaseConfig): Promise<number> {
  return asOwner(config, async (connections) => {
    let events = 0
    for (const bookId of await booksIn(connections))
      events += await eraseClearTexts(connections, bookId, TOKENIZABLE, isToken, hash)
    return events
  })
}

/**
 * Erases all that an identity says but its id and its type, and what the event log told of it.
 *
 * @returns how many events were erased
 * @throws ConfigError when there is none
 */
export function eraseIdentity(config: DatabaseConfig, id: string): Promise<number> {
  return asOwner(config, async (connections) => {
    for (const bookId of await booksIn(connections)) {
      if (!(await hasIdentity(connections, bookId, id))) continue
      await withDirectory(connections, (directory) => blankIdentity(directory, bookId, id))
      return eraseHistory(connections, bookId, 'identity', [id], hash)
    }
    throw new ConfigError(`There is no identity ${id}`)
  })
}

/**
 * Erases the texts of a transaction, of those that repeat them, and of what was written over them later.
 *
 * @returns how many transactions and events were erased
 * @throws ConfigError when there is none, or it is still to be acted on
 */
export function eraseTexts(
  config: DatabaseConfig,
  id: string,
): Promise<{ readonly transactions: number; readonly events: number }> {
  return asOwner(config, async (connections) => {
    for (const bookId of await booksIn(connections)) {
      const erasure = await eraseTransaction(connections, bookId, id, hash)
      if (erasure === null) continue
      if (!erasure.done) throw new ConfigError(REASONS[erasure.reason](erasure.id))
      const amended = await amendmentsOf(connections, bookId, erasure.ids)
      await withDirectory(connections, (directory) =>
        blankNotes(directory, bookId, erasure.ids, amended),
      )
      const subjects = [...erasure.ids, ...amended]
      const events = await eraseHistory(connections, bookId, 'amendment', subjects, hash)
      return { transactions: erasure.erased, events }
    }
    throw new ConfigError(`There is no transaction ${id}`)
  })
}

const REASONS = {
  open: (id: string) =>
    `Transaction ${id} is still to be acted on: post or void it first, then erase its texts`,
  too_many: (id: string) => `Too many transactions are tied to ${id}`,
} as const
