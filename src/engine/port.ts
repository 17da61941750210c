/** What the engine needs from storage, and nothing more. */
import type {
  Balance,
  Change,
  Hold,
  HoldWithPlan,
  IdempotencyKey,
  Lineage,
  Micros,
  Reversible,
  Transaction,
  TransactionRoute,
  WrittenEntry,
} from '../ledger/index.ts'

/** Where a book stands: the seq of its last batch, the head of its chain, and that batch's time. */
export type Head = {
  readonly bookId: number
  readonly seq: number
  readonly hash: string
  readonly recordedAt: Micros
  /** Whether it takes nothing more. */
  readonly closed: boolean
}

/** What a set of commands has to know before it can be decided. */
export type Wants = {
  readonly balances: readonly string[]
  /** Holds, with the balances of their plans. */
  readonly holds: readonly string[]
  /** Transactions to be reversed, with what they posted and the balances of that. */
  readonly reversibles: readonly string[]
  /** Scheduled requests, with the balances that they name. */
  readonly requests: readonly string[]
  /** Transaction routes. Those of holds and of what is to be reversed come with them. */
  readonly routes: readonly string[]
}

/** A hold with the transaction that made it. */
export type StoredHold = { readonly hold: HoldWithPlan; readonly transaction: Transaction }

/** A scheduled request, and whether it has been carried out already. */
export type StoredRequest = { readonly transaction: Transaction; readonly executed: boolean }

/** What was found; what is missing does not exist. Companions of balances come with them. */
export type Found = {
  readonly balances: readonly Balance[]
  readonly holds: readonly StoredHold[]
  readonly reversibles: readonly Reversible[]
  readonly requests: readonly StoredRequest[]
  readonly routes: readonly TransactionRoute[]
  /** The lineages of the balances that are tracked, whose lots are among the balances; none where none is. */
  readonly lineages?: readonly Lineage[]
}

/** A key that has been used, and for what. */
export type UsedKey = Pick<IdempotencyKey, 'key' | 'fingerprint' | 'expiresAt'> & {
  readonly transactionId: string
}

/** References and keys that somebody wants to know about. */
export type Names = { readonly references: readonly string[]; readonly keys: readonly string[] }

/** Those that are taken: references with the transactions that have them. */
export type TakenNames = {
  readonly references: ReadonlyMap<string, string>
  readonly keys: ReadonlyMap<string, UsedKey>
}

/** A transaction as it is written: with its texts as they are hashed, and the salt of their commitment. */
export type TransactionRow = {
  readonly transaction: Transaction
  readonly entries: readonly WrittenEntry[]
  readonly termsText: string | null
  readonly planText: string | null
  readonly detailTexts: readonly (string | null)[]
  readonly seal: string | null
}

export type ChangeRow = {
  readonly eventId: string
  readonly change: Change
  readonly actor: string | null
  readonly seal: string
}

export type DueAction = 'execute' | 'settle' | 'expire'

export type DueRow = {
  readonly transactionId: string
  readonly action: DueAction
  readonly dueAt: Micros
}

/** Everything that one commit of a book writes. */
export type Batch = {
  /** Where the book must stand for the batch to be right. */
  readonly from: Head
  /** Where it stands after it. */
  readonly to: Head
  readonly root: string
  readonly leafCount: number
  readonly transactions: readonly TransactionRow[]
  readonly holds: readonly Hold[]
  readonly keys: readonly UsedKey[]
  readonly due: readonly DueRow[]
  readonly changes: readonly ChangeRow[]
}

/** Another writer advanced the book: the batch was not written, and what the engine remembers is out of date. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** A key that must be unique is taken: the batch was not written. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  readonly constraint: string

  constructor(constraint: string, options?: ErrorOptions) {
    super(`Something else already has the key of ${constraint}`, options)
    this.constraint = constraint
  }
}

/**
 * The database did not answer or could not serve. Whether the batch was written is unknown until the book's
 * batches are read under its lock.
 */
export class Outage extends Error {
  override readonly name = 'Outage'
}

/** A book under lock, inside one database transaction: nobody else can advance it. */
export interface Session {
  readonly head: Head
  /** The head that the batch with this seq made, or null when there is no such batch. */
  headOf(seq: number): Promise<string | null>
  read(wants: Wants): Promise<Found>
  names(names: Names): Promise<TakenNames>
  write(batch: Batch): Promise<void>
}

export interface BookStore<Reader> {
  /** Where a book stands, or null when there is no such book. */
  head(bookId: number): Promise<Head | null>
  read(bookId: number, wants: Wants): Promise<Found>
  names(bookId: number, names: Names): Promise<TakenNames>
  /**
   * Writes a batch in one database transaction, if the book stands where the batch begins. Batches of one book are
   * written in the order of the calls; one may be sent before the one before it is answered.
   *
   * @throws Fenced, Conflict, or Outage
   */
  commit(batch: Batch): Promise<void>
  /**
   * Resolves when what was committed last has left the process, or cannot any more; null when nothing is left to send. A
   * batch that is larger than what the system takes at once is only sent on while the program does nothing else.
   */
  sending(bookId: number): Promise<void> | null
  /** Runs the work with the book locked and commits what it wrote; nothing is written when it throws. */
  locked<T>(bookId: number, work: (session: Session, reader: Reader) => Promise<T>): Promise<T>
}

/** Time and chance, so that a test owns both. */
export interface Surroundings {
  now(): Micros
  /** Milliseconds since some moment. It never goes back, whatever is done to the clock. */
  elapsed(): number
  pause(millis: number): Promise<void>
  /** Random hexadecimal digits. */
  randomHex(digits: number): string
  hash(text: string): string
}
