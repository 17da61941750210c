/** Two books at once against one alone: no book may stand in the way of another. */
import { postings, type Subject } from './faces.ts'
import { type Effort, median, note } from './figures.ts'
import { load } from './load.ts'
import { startLedger, temporaryDirectory } from './processes.ts'

const CONNECTIONS = 64

export async function measureTwoBooks(
  prepare: (url: string) => Promise<Subject>,
  { seconds, rounds }: Effort,
): Promise<void> {
  const folder = await temporaryDirectory()
  const ledger = await startLedger(folder.path)
  try {
    const [one, other] = [await prepare(ledger.url), await prepare(ledger.url)]
    const run = (subject: Subject, connections: number) =>
      load(postings(ledger.url, subject, connections, seconds))
    await run(one, CONNECTIONS)
    const ratios: number[] = []
    let perSecond = 0
    for (let round = 0; round < rounds; round += 1) {
      const alone = await run(one, CONNECTIONS)
      const both = await Promise.all([run(one, CONNECTIONS / 2), run(other, CONNECTIONS / 2)])
      perSecond = both.reduce((sum, part) => sum + part.perSecond, 0)
      ratios.push(perSecond / alone.perSecond)
    }
    const against = 'one book'
    note({
      ...{ subject: one.name, what: 'postings into two books', connections: CONNECTIONS, against },
      ...{ ratio: median(ratios), perSecond },
    })
  } finally {
    await ledger.stop()
    await folder.remove()
  }
}
