/** Books of chance: which seeds they are made from, and the servers that write them. */
import { openEngine, type TestEngine } from '../support/engine.ts'
import type { FileDatabase } from '../support/file-database.ts'

/** Two servers, the second of which remembers next to nothing and sends small batches. */
export function openTwo(database: FileDatabase): readonly [TestEngine, TestEngine] {
  return [
    database.closing(openEngine(database.url)),
    database.closing(openEngine(database.url, { balancesMax: 2, othersMax: 2, batchMax: 3 })),
  ]
}

/**
 * Makes books, each from a seed of its own; what fails tells the seed. `NAME_SEED=7` replays one book, `NAME_BOOKS=1000`
 * makes more of them.
 *
 * @returns how many there were
 */
export async function makeBooks(
  name: 'PROPERTY' | 'LINEAGE',
  usually: number,
  make: (seed: number) => Promise<void>,
): Promise<number> {
  const only = process.env[`${name}_SEED`]
  const books = only === undefined ? Number(process.env[`${name}_BOOKS`] ?? usually) : 1
  const first = only === undefined ? Date.now() % 2 ** 31 : Number(only)
  console.log(`Books are made from the seeds ${first} to ${first + books - 1}`)
  for (let seed = first; seed < first + books; seed += 1)
    await make(seed).catch((cause: unknown) => {
      throw new Error(`Replay with ${name}_SEED=${seed}`, { cause })
    })
  return books
}
