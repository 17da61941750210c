/** What an operator does to have forgotten what the books say of people. It cannot be undone. */
import { asOwner } from './as-owner.ts'
import { ConfigError } from './config.ts'
import type { DatabaseConfig } from './database.ts'
import {
  blankIdentity,
  blankNotes,
  Directory,
  type DirectoryReader,
  SHARED_LEDGER_ID,
  TOKENIZABLE,
} from './directory/index.ts'
import { Engine } from './engine/index.ts'
import { engineLimits } from './limits.ts'
import {
  amendmentsOf,
  booksIn,
  type Connections,
  eraseClearTexts,
  eraseHistory,
  eraseTransaction,
  hasIdentity,
  PostgresBookStore,
  PostgresDirectoryStore,
} from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'
import { isToken } from './vault/index.ts'

const { hash } = machineSurroundings()

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
      const blanked = await withDirectory(connections, (directory) =>
        blankIdentity(directory, bookId, id),
      )
      if (!blanked.accepted) throw new ConfigError(`Identity ${id} cannot be changed any more`)
      return eraseHistory(connections, bookId, 'identity', [id], hash)
    }
    throw new ConfigError(`There is no identity ${id}`)
  })
}

/**
 * Erases the texts of a transaction, of those that repeat them, and of what was written over them later.
 *
 * @returns how many transactions and events were erased
 * @throws ConfigError when there is none, it is still to be acted on, or something of it stays
 */
export function eraseTexts(
  config: DatabaseConfig,
  id: string,
): Promise<{ readonly transactions: number; readonly events: number }> {
  return asOwner(config, async (connections) => {
    for (const bookId of await booksIn(connections)) {
      const erasure = await connections.transaction((connection) =>
        eraseTransaction(connection, bookId, id, hash),
      )
      if (erasure === null) continue
      if (!erasure.done) throw new ConfigError(REASONS[erasure.reason](erasure.id))
      const amended = await amendmentsOf(connections, bookId, erasure.ids)
      const blanked = await withDirectory(connections, (directory) =>
        blankNotes(directory, bookId, erasure.ids, amended),
      )
      if (!blanked.accepted && amended.length > 0) throw new ConfigError(CLOSED(id))
      const subjects = [...erasure.ids, ...amended]
      const events = await eraseHistory(connections, bookId, 'amendment', subjects, hash)
      return { transactions: erasure.erased, events }
    }
    throw new ConfigError(`There is no transaction ${id}`)
  })
}

/** A deleted ledger takes no fact any more, and only a fact writes over another. */
const CLOSED = (id: string) =>
  `The ledger of ${id} is deleted: its texts are erased, but not what was written over them later`

const REASONS = {
  open: (id: string) =>
    `Transaction ${id} is still to be acted on: post or void it first, then erase its texts`,
  too_many: (id: string) => `Too many transactions are tied to ${id}`,
} as const
