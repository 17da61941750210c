/**
 * Checks an export with nothing but its lines and public keys: the chain from the first batch on, the signatures, and the
 * money. Memory grows with the balances of the book, not with its entries.
 */
import { mintedAt } from '../engine/index.ts'
import {
  type Checkpoint,
  GENESIS,
  type Hash,
  headAfter,
  type Micros,
  rootOf,
  SPAN_MAX,
} from '../ledger/index.ts'
import {
  checkAlone,
  Findings,
  isErased,
  isSigned,
  leafOfEvent,
  leafOfTransaction,
  tell,
} from '../verification/index.ts'
import type { BatchRow } from '../verification/port.ts'
import { EXPORT_FORMAT } from './export.ts'
import { type AssetTotals, Money } from './money.ts'
import {
  Given,
  hasLooseTexts,
  isLoose,
  readBatch,
  readCheckpoint,
  readEvent,
  readTransaction,
  Unreadable,
} from './wire.ts'

/** Something in an export that is not as it must be. */
export type Fault = { readonly line: number; readonly what: string }

export type ExportReport = {
  readonly bookId: number
  readonly batches: number
  readonly transactions: number
  readonly entries: number
  readonly events: number
  /** Items whose texts are not there, only the commitment to them. */
  readonly closed: number
  readonly head: string
  /** The last checkpoint; null when there is none. */
  readonly checkpoint: Checkpoint | null
  readonly assets: readonly AssetTotals[]
  readonly faults: readonly Fault[]
  /** Faults beyond those that are listed. */
  readonly unlisted: number
}

const FAULTS_MAX = 100

/** Reads an export to its end and says what is in it, and what is wrong with it. */
export async function checkExport(
  lines: AsyncIterable<string>,
  keys: ReadonlySet<string>,
  hash: Hash,
): Promise<ExportReport> {
  const check = new ExportCheck(keys, hash)
  for await (const line of lines) check.take(line)
  return check.finish()
}

/** What has been read so far: a header, then batches, each followed by its items and perhaps a checkpoint, then the end. */
class ExportCheck {
  readonly #keys: ReadonlySet<string>
  readonly #hash: Hash
  readonly #faults: Fault[] = []
  readonly #money = new Money()
  readonly #counts = { batches: 0, transactions: 0, entries: 0, events: 0, closed: 0 }
  #unlisted = 0
  #line = 0
  #bookId = 0
  #batch: BatchRow | null = null
  #leaves: string[] = []
  #lastId = ''
  #head = GENESIS
  #seq = 0
  #recordedAt: Micros = Number.NEGATIVE_INFINITY
  /** Heads since the last checkpoint. */
  #span: string[] = []
  #checkpoint: Checkpoint | null = null
  #isEnded = false

  constructor(keys: ReadonlySet<string>, hash: Hash) {
    this.#keys = keys
    this.#hash = hash
  }

  take(text: string): void {
    this.#line += 1
    if (text === '') return
    try {
      this.#read(new Given(JSON.parse(text)))
    } catch (error) {
      if (!(error instanceof Unreadable || error instanceof SyntaxError)) throw error
      this.#fault(`it cannot be read: ${error instanceof Unreadable ? error.message : 'no JSON'}`)
    }
  }

  finish(): ExportReport {
    this.#closeBatch()
    const unsigned = this.#seq - (this.#checkpoint?.seq ?? 0)
    if (!this.#isEnded) this.#fault('the end is missing')
    if (unsigned > 0) this.#fault(`the last ${unsigned} batches are not signed`)
    const assets = this.#money.totals()
    for (const { assetCode, debits, credits } of assets)
      if (debits !== credits)
        this.#fault(`in ${assetCode}, ${debits} was debited and ${credits} credited`)
    return {
      bookId: this.#bookId,
      ...this.#counts,
      head: this.#head,
      checkpoint: this.#checkpoint,
      assets,
      faults: this.#faults,
      unlisted: this.#unlisted,
    }
  }

  #fault(what: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ line: this.#line, what })
    else this.#unlisted += 1
  }

  #read(given: Given): void {
    if (this.#line === 1) this.#begin(given)
    else if (this.#isEnded) this.#fault('there is something after the end')
    else if (given.has('transaction')) this.#addTransaction(given.part('transaction'))
    else if (given.has('event')) this.#addEvent(given.part('event'))
    else if (given.has('batch')) this.#beginBatch(readBatch(given.part('batch')))
    else if (given.has('checkpoint')) this.#addCheckpoint(readCheckpoint(given.part('checkpoint')))
    else if (given.has('end')) this.#end(given.part('end'))
    else this.#fault('it is not known what this is')
  }

  #begin(given: Given): void {
    given.text('format', new RegExp(`^${EXPORT_FORMAT}$`))
    this.#bookId = given.integer('bookId')
  }

  #beginBatch(batch: BatchRow): void {
    this.#closeBatch()
    this.#counts.batches += 1
    if (batch.seq !== this.#seq + 1)
      this.#fault(
        `batch ${batch.seq} follows batch ${this.#seq}: batches are counted without a gap`,
      )
    if (batch.recordedAt <= this.#recordedAt)
      this.#fault(`batch ${batch.seq} is not later than the one before`)
    this.#batch = batch
  }

  /** The batch is complete: its leaves make its root, that and the head before it make its head. */
  #closeBatch(): void {
    const batch = this.#batch
    if (batch === null) return
    this.#batch = null
    const root = rootOf(this.#leaves, this.#hash)
    if (batch.leafCount !== this.#leaves.length)
      this.#fault(
        `batch ${batch.seq} has ${batch.leafCount} leaves, here are ${this.#leaves.length}`,
      )
    else if (batch.root !== root) this.#fault(`batch ${batch.seq}: what it wrote is not its root`)
    if (headAfter(this.#head, { ...batch, bookId: this.#bookId }, this.#hash) !== batch.head)
      this.#fault(`batch ${batch.seq} does not follow from what is before it`)
    this.#leaves = []
    this.#seq = batch.seq
    this.#recordedAt = batch.recordedAt
    this.#head = batch.head
    // More heads than a checkpoint can cover are not kept: it will not fit, whatever they are.
    if (this.#span.length <= SPAN_MAX) this.#span.push(batch.head)
  }

  #addTransaction(given: Given): void {
    const row = readTransaction(given)
    const { legs } = row
    this.#addLeaf(row.id, leafOfTransaction(row, legs, this.#hash))
    this.#counts.transactions += 1
    this.#counts.entries += legs.length
    if (isErased(row)) this.#counts.closed += 1
    if (hasLooseTexts(row)) this.#fault(`transaction ${row.id} shows texts that nothing commits to`)
    if (row.recordedAt !== this.#batch?.recordedAt)
      this.#fault(`transaction ${row.id} does not have the time of its batch`)
    const findings = new Findings(this.#bookId)
    checkAlone(row, legs, findings)
    for (const finding of findings.list) this.#fault(tell(finding))
    for (const what of this.#money.add(row.assetCode, legs))
      this.#fault(`transaction ${row.id}: ${what}`)
  }

  #addEvent(given: Given): void {
    const row = readEvent(given)
    this.#addLeaf(row.id, leafOfEvent(row, this.#hash))
    this.#counts.events += 1
    if (isErased(row)) this.#counts.closed += 1
    if (isLoose(row)) this.#fault(`event ${row.id} shows texts that nothing commits to`)
  }

  #addLeaf(id: string, leaf: string): void {
    if (this.#batch === null) this.#fault(`${id} is in no batch`)
    else if (mintedAt(id) !== this.#batch.recordedAt)
      this.#fault(`${id} does not have the time of its batch`)
    if (id <= this.#lastId) this.#fault(`${id} is not after the one before it`)
    this.#lastId = id
    this.#leaves.push(leaf)
  }

  #addCheckpoint(checkpoint: Checkpoint): void {
    this.#closeBatch()
    const { bookId, fromSeq, seq, head, root, publicKey } = checkpoint
    const name = `the checkpoint of batch ${seq}`
    const fits =
      bookId === this.#bookId &&
      fromSeq === (this.#checkpoint?.seq ?? 0) &&
      seq === this.#seq &&
      head === this.#head &&
      root === rootOf(this.#span, this.#hash)
    if (!fits) this.#fault(`${name} is of something else`)
    if (!isSigned(checkpoint)) this.#fault(`${name} is not signed`)
    else if (!this.#keys.has(publicKey)) this.#fault(`${name} is signed with another key`)
    this.#span = []
    this.#checkpoint = checkpoint
  }

  #end(given: Given): void {
    this.#closeBatch()
    this.#isEnded = true
    for (const name of ['batches', 'transactions', 'entries', 'events'] as const)
      if (given.integer(name) !== this.#counts[name])
        this.#fault(
          `there should be ${given.integer(name)} ${name}, here are ${this.#counts[name]}`,
        )
  }
}
