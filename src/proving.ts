/** What an operator does with the evidence of a database: signing, receipts, exports. */
import { signerOfSettings } from './attesting.ts'
import { type Config, ConfigError } from './config.ts'
import { openDatabase } from './database.ts'
import { exportLines, receiptOf, type Signer, signBook } from './evidence/index.ts'
import type { Checkpoint, JsonObject } from './ledger/index.ts'
import { connectionLimits } from './limits.ts'
import { Connections, PostgresEvidenceStore, PostgresVerificationStore } from './storage/index.ts'
import { machineSurroundings } from './telemetry/index.ts'

/** What of the configuration tells where the database is, and the key. */
export type ProvingConfig = Pick<
  Config,
  'dataDir' | 'databaseUrl' | 'databaseOwnerUrl' | 'signingKey'
>

const around = machineSurroundings()

/** SHA-256, for what is checked without a database. */
export const { hash } = around

/** Works with the evidence of a database; what is not signed is signed first, where there is a key. */
export async function withEvidence<T>(
  config: ProvingConfig,
  work: (evidence: Evidence) => Promise<T>,
): Promise<T> {
  const signer = signerOfSettings(config)
  const database = await openDatabase(config)
  try {
    const books = await PostgresVerificationStore.open(database.ownerUrl)
    const connections = new Connections(database.ownerUrl, { ...connectionLimits, role: null })
    try {
      return await work(new Evidence(books, new PostgresEvidenceStore(connections), signer))
    } finally {
      await connections.close()
      await books.close()
    }
  } finally {
    await database.close()
  }
}

export class Evidence {
  readonly #books: PostgresVerificationStore
  readonly #store: PostgresEvidenceStore
  readonly #signer: Signer | null

  constructor(
    books: PostgresVerificationStore,
    store: PostgresEvidenceStore,
    signer: Signer | null,
  ) {
    this.#books = books
    this.#store = store
    this.#signer = signer
  }

  /** @throws ConfigError when there is no such book */
  async booksAsked(bookId: number | null): Promise<readonly number[]> {
    const all = await this.#books.books()
    if (bookId === null) return all
    if (!all.includes(bookId)) throw new ConfigError(`There is no book ${bookId}`)
    return [bookId]
  }

  /** The last checkpoint of a book, after everything was signed where there is a key. */
  async checkpoint(bookId: number): Promise<Checkpoint | null> {
    if (this.#signer !== null) await signBook(this.#store, bookId, this.#signer, around)
    return this.#store.lastCheckpoint(bookId)
  }

  /** The receipt of a transaction, whichever of the books it is in. */
  async receipt(
    bookIds: readonly number[],
    transactionId: string,
    isOpen: boolean,
  ): Promise<JsonObject> {
    for (const bookId of bookIds) {
      const ask = () => receiptOf(this.#store, bookId, transactionId, isOpen, around.hash)
      let answer = await ask()
      if ('none' in answer && answer.none === 'not_signed' && this.#signer !== null) {
        await this.checkpoint(bookId)
        answer = await ask()
      }
      if ('receipt' in answer) return answer.receipt
      if (answer.none === 'not_signed')
        throw new ConfigError(`No checkpoint covers it yet: give a --signing-key`)
      if (answer.none === 'not_in_order')
        throw new Error(`Book ${bookId} is not what was signed: run diptych verify`)
    }
    throw new ConfigError(`There is no transaction ${transactionId}`)
  }

  /** Hands the lines of a book to `write`, which reads them to their end. */
  async export(
    bookId: number,
    isOpen: boolean,
    write: (lines: AsyncIterable<string>) => Promise<void>,
  ): Promise<void> {
    await this.checkpoint(bookId)
    await this.#books.snapshot(bookId, (reader) => write(exportLines(reader, isOpen, around.hash)))
  }
}
