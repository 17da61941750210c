/** What the chain is made of, in its order: transactions and events by id, grouped by the batch that they belong to. */
import { mintedAt } from '../engine/index.ts'
import type { Findings } from './finding.ts'
import type { Leg } from './leaf.ts'
import type { BookReader, EventRow, TransactionRow } from './port.ts'

export type Item =
  | { readonly type: 'transaction'; readonly row: TransactionRow }
  | { readonly type: 'event'; readonly row: EventRow }

/** The items of one batch; seq is null for what belongs to none. */
export type Group = { readonly seq: number | null; readonly items: readonly Item[] }

/** An item with its entries, mistakes put right where they were found already. */
export type Sealed = { readonly item: Item; readonly legs: readonly Leg[]; readonly leaf: string }

/** The table that an item is in. */
export function tableOf(item: Item): 'transactions' | 'events' {
  return item.type === 'transaction' ? 'transactions' : 'events'
}

/**
 * Groups the items by batch. The id of an item says when its batch was recorded, its seq says which one it was: where
 * the two disagree, the batch with the time of the id is asked for.
 */
export async function* grouped(
  reader: BookReader,
  findings: Findings,
  afterId: string | null = null,
): AsyncIterable<Group> {
  let seq: number | null = null
  let items: Item[] = []
  for await (const item of inOrder(reader, afterId)) {
    const own = await seqOf(item, reader, findings)
    if (own !== seq && items.length > 0) {
      yield { seq, items }
      items = []
    }
    seq = own
    items.push(item)
  }
  if (items.length > 0) yield { seq, items }
}

async function seqOf(item: Item, reader: BookReader, findings: Findings): Promise<number | null> {
  const { id, seq, batchRecordedAt } = item.row
  const time = mintedAt(id)
  if (time !== null && time === batchRecordedAt) return seq
  const bySeq = batchRecordedAt === null ? null : seq
  const byTime = time === null ? null : await reader.batchAt(time)
  if (byTime === null) return bySeq
  findings.add(
    tableOf(item),
    id,
    'seq',
    { expected: byTime, found: seq },
    'its id has the time of another batch',
  )
  return byTime
}

async function* inOrder(reader: BookReader, afterId: string | null): AsyncIterable<Item> {
  const transactions = reader.transactions(afterId)[Symbol.asyncIterator]()
  const events = reader.events(afterId)[Symbol.asyncIterator]()
  let transaction = await transactions.next()
  let event = await events.next()
  while (transaction.done !== true || event.done !== true) {
    if (
      event.done === true ||
      (transaction.done !== true && transaction.value.id < event.value.id)
    ) {
      if (transaction.done !== true) yield { type: 'transaction', row: transaction.value }
      transaction = await transactions.next()
    } else {
      yield { type: 'event', row: event.value }
      event = await events.next()
    }
  }
}
