/**
 * Finds out what was changed in a batch whose rows do not make its root.
 *
 * The root is a touchstone: whoever guesses what a column was can see whether the guess was right. So each row is tried
 * with one column as other rows suggest it, or as one of the few values that it can have, and the guess that makes the
 * root proves both the column and its value. When none does, the columns are named that no other row bears witness to.
 */
import { ARITY, type Hash, rootOf } from '../ledger/index.ts'
import { eventGuesses } from './event-guesses.ts'
import type { Findings } from './finding.ts'
import type { Guesses } from './guess.ts'
import { type Sealed, tableOf } from './merge.ts'
import type { BatchRow, BookReader } from './port.ts'
import { transactionGuesses } from './transaction-guesses.ts'

/** Rows of one batch that are named when it is not known which of them was changed. */
const NAMED_MAX = 20

export async function explain(
  batch: BatchRow,
  sealed: readonly Sealed[],
  reader: BookReader,
  findings: Findings,
  hash: Hash,
): Promise<void> {
  const rootWith = rootMaker(sealed, hash)
  const suspects: Guesses['suspects'][number][] = []
  for (const [place, one] of sealed.entries()) {
    const { item } = one
    const told =
      item.type === 'transaction'
        ? await transactionGuesses(item.row, one.legs, reader, hash)
        : await eventGuesses(item.row, reader, hash)
    for (const { leaf, table, id, column, value, found } of told.guesses) {
      if (rootWith(place, leaf()) !== batch.root) continue
      findings.add(table, id, column, { expected: value, found }, 'the chain proves it')
      return
    }
    if (suspects.length < NAMED_MAX) suspects.push(...told.suspects)
  }
  if (sealed.some((one) => isKnown(one, findings))) return
  const reason =
    sealed.length === 1
      ? 'the chain does not have the row as it is'
      : `the chain does not have one of the ${sealed.length} rows of batch ${batch.seq} as it is`
  for (const { table, id, columns } of suspects) findings.add(table, id, columns, {}, reason)
}

/** Whether something was found about an item that may be all that is wrong with it. */
function isKnown({ item, legs }: Sealed, findings: Findings): boolean {
  const { id } = item.row
  return (
    findings.has(tableOf(item), id) ||
    findings.has('entries', `of transaction ${id}`) ||
    legs.some(({ leg }) => findings.has('entries', `${id}/${leg}`))
  )
}

/** Keeps the nodes of a batch, so that exchanging one leaf costs a hash per level. */
function rootMaker(sealed: readonly Sealed[], hash: Hash): (place: number, leaf: string) => string {
  const levels: string[][] = [sealed.map(({ leaf }) => leaf)]
  for (;;) {
    const level = levels.at(-1) ?? []
    if (level.length === 1 && levels.length > 1) break
    const above: string[] = []
    for (let start = 0; start < level.length; start += ARITY)
      above.push(rootOf(level.slice(start, start + ARITY), hash))
    levels.push(above)
    if (above.length <= 1) break
  }
  return (place, leaf) => {
    let node = leaf
    let index = place
    for (const level of levels.slice(0, -1)) {
      const start = index - (index % ARITY)
      const group = level.slice(start, start + ARITY)
      group[index - start] = node
      node = rootOf(group, hash)
      index = start / ARITY
    }
    return node
  }
}
