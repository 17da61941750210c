/** What the chain is made of, in its order: transactions and events by id, grouped by the batch that they belong to. */
import { mintedAt } from '../engine/index.ts'
import type { Micros } from '../ledger/index.ts'
import type { Findings } from './finding.ts'
import type { BookReader, EventRow, Leg, TransactionRow } from './port.ts'

/** A row with the time that its id tells; null when it can be no batch's. */
export type Item =
  | { readonly type: 'transaction'; readonly row: TransactionRow; readonly time: Micros | null }
  | { readonly type: 'event'; readonly row: EventRow; readonly time: Micros | null }

/** The items of one batch; seq is null for what belongs to none. */
export type Group = { readonly seq: number | null; readonly items: readonly Item[] }

/** An item with its entries, mistakes put right where they were found already. */
export type Sealed = { readonly item: Item; readonly legs: readonly Leg[]; readonly leaf: string }

/** What items are read with. */
export type ItemReader = Pick<BookReader, 'transactions' | 'events' | 'batchAt'>

/** The table that an item is in. */
export function tableOf(item: Item): 'transactions' | 'events' {
  return item.type === 'transaction' ? 'transactions' : 'events'
}

/**
 * Groups the items by batch. The id of an item says when its batch was recorded, its seq says which one it was: where
 * the two disagree, the batch with the time of the id is asked for.
 */
export async function* grouped(
  reader: ItemReader,
  findings: Findings,
  afterId: string | null = null,
): AsyncIterable<Group> {
  let seq: number | null = null
  let items: Item[] = []
  for await (const run of inOrder(reader, afterId))
    for (const item of run) {
      const { row, time } = item
      const isPlain = time !== null && time === row.batchRecordedAt
      const own = isPlain ? row.seq : await seqOf(item, reader, findings)
      if (own !== seq && items.length > 0) {
        yield { seq, items }
        items = []
      }
      seq = own
      items.push(item)
    }
  if (items.length > 0) yield { seq, items }
}

/** The batch of an item whose id and seq do not name the same one. */
async function seqOf(item: Item, reader: ItemReader, findings: Findings): Promise<number | null> {
  const { row, time } = item
  const bySeq = row.batchRecordedAt === null ? null : row.seq
  const byTime = time === null ? null : await reader.batchAt(time)
  if (byTime === null) return bySeq
  findings.add(
    tableOf(item),
    row.id,
    'seq',
    { expected: byTime, found: row.seq },
    'its id has the time of another batch',
  )
  return byTime
}

/** Merges the two kinds of rows; each run goes as far as the pages that are at hand. */
async function* inOrder(
  reader: ItemReader,
  afterId: string | null,
): AsyncIterable<readonly Item[]> {
  const transactions = new Pages(reader.transactions(afterId))
  const events = new Pages(reader.events(afterId))
  for (;;) {
    await transactions.fill()
    await events.fill()
    const items: Item[] = []
    while (!transactions.isEmpty || !events.isEmpty) {
      const transaction = transactions.head
      const event = events.head
      if (event === undefined || (transaction !== undefined && transaction.id < event.id)) {
        if (transaction === undefined) break
        items.push({ type: 'transaction', row: transaction, time: mintedAt(transaction.id) })
        transactions.next()
      } else {
        items.push({ type: 'event', row: event, time: mintedAt(event.id) })
        events.next()
      }
      if (transactions.isShort || events.isShort) break
    }
    if (items.length === 0) return
    yield items
  }
}

/** Pages of rows, as one row after the other. */
class Pages<Row> {
  readonly #pages: AsyncIterator<readonly Row[]>
  #page: readonly Row[] = []
  #at = 0
  #isDone = false

  constructor(pages: AsyncIterable<readonly Row[]>) {
    this.#pages = pages[Symbol.asyncIterator]()
  }

  get head(): Row | undefined {
    return this.#page[this.#at]
  }

  /** There is no row any more. */
  get isEmpty(): boolean {
    return this.#isDone && this.head === undefined
  }

  /** There may be rows, but none is at hand. */
  get isShort(): boolean {
    return !this.#isDone && this.head === undefined
  }

  next(): void {
    this.#at += 1
  }

  async fill(): Promise<void> {
    while (this.isShort) {
      const { value, done } = await this.#pages.next()
      this.#isDone = done === true
      this.#page = done === true ? [] : value
      this.#at = 0
    }
  }
}
