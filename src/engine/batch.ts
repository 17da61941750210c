import {
  assert,
  type Change,
  changeLeaf,
  commitment,
  type Entry,
  encodePlan,
  type Hold,
  headAfter,
  type Micros,
  rootOf,
  type Transaction,
  textsOfChange,
  textsOfTransaction,
  transactionLeaf,
  writtenEntry,
} from '../ledger/index.ts'
import { Mint } from './mint.ts'
import type {
  Batch,
  ChangeRow,
  DueRow,
  Head,
  Surroundings,
  TransactionRow,
  UsedKey,
} from './port.ts'

/** Hexadecimal digits of a salt. */
const SALT_DIGITS = 32

/** Collects what one commit of a book will write, and seals it into the chain. */
export class BatchBuilder {
  /** The time of everything in it: later than that of the batch before, whatever the clock says. */
  readonly recordedAt: Micros
  readonly #from: Head
  readonly #around: Surroundings
  readonly #mint: Mint
  readonly #leaves: string[] = []
  readonly #transactions: TransactionRow[] = []
  readonly #holds = new Map<string, Hold>()
  readonly #keys = new Map<string, UsedKey>()
  readonly #due: DueRow[] = []
  readonly #changes: ChangeRow[] = []
  #closed: boolean

  constructor(from: Head, around: Surroundings) {
    this.#from = from
    this.#around = around
    this.recordedAt = Math.max(around.now(), from.recordedAt + 1)
    assert(Number.isSafeInteger(this.recordedAt), 'the clock is before the year 2255')
    this.#mint = new Mint(this.recordedAt, around.randomHex)
    this.#closed = from.closed
  }

  mintId(): string {
    return this.#mint.id()
  }

  get bookId(): number {
    return this.#from.bookId
  }

  /** Whether the book takes nothing more. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** How many transactions it has. */
  get size(): number {
    return this.#transactions.length
  }

  get isEmpty(): boolean {
    return this.#leaves.length === 0
  }

  addTransaction(transaction: Transaction, entries: readonly Entry[]): void {
    const { hash } = this.#around
    const termsText = transaction.terms === null ? null : JSON.stringify(transaction.terms)
    const planText = transaction.plan === null ? null : JSON.stringify(encodePlan(transaction.plan))
    const written = entries.map(writtenEntry)
    const detailTexts = entries.map((entry) =>
      entry.details === null ? null : JSON.stringify(entry.details),
    )
    const texts = textsOfTransaction(transaction, termsText, planText, detailTexts)
    const seal = texts === null ? null : this.#around.randomHex(SALT_DIGITS)
    const committed = texts === null || seal === null ? null : commitment(seal, texts, hash)
    this.#leaves.push(transactionLeaf(transaction, written, committed, hash))
    this.#transactions.push({
      transaction,
      entries: written,
      termsText,
      planText,
      detailTexts,
      seal,
    })
  }

  addChange(change: Change, actor: string | null, eventId: string = this.#mint.id()): void {
    const { hash } = this.#around
    if (change.entity === 'closure') this.#closed = change.verb !== 'deleted'
    const seal = this.#around.randomHex(SALT_DIGITS)
    const committed = commitment(seal, textsOfChange(change), hash)
    this.#leaves.push(changeLeaf({ ...change, eventId, actor }, committed, hash))
    this.#changes.push({ eventId, change, actor, seal })
  }

  changeHold(hold: Hold): void {
    this.#holds.set(hold.transactionId, hold)
  }

  addKey(key: UsedKey): void {
    this.#keys.set(key.key, key)
  }

  addDue(row: DueRow): void {
    this.#due.push(row)
  }

  /** Ends the batch: its root, and the head of the book after it. */
  build(): Batch {
    const { hash } = this.#around
    const { bookId } = this.#from
    const root = rootOf(this.#leaves, hash)
    const leafCount = this.#leaves.length
    const seq = this.#from.seq + 1
    const { recordedAt } = this
    const head = headAfter(this.#from.hash, { bookId, seq, recordedAt, leafCount, root }, hash)
    return {
      from: this.#from,
      to: { bookId, seq, hash: head, recordedAt, closed: this.#closed },
      root,
      leafCount,
      transactions: this.#transactions,
      holds: [...this.#holds.values()],
      keys: [...this.#keys.values()],
      due: this.#due,
      changes: this.#changes,
    }
  }
}
