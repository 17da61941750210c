/** A book that has grown beside an empty one, in turns, and how long its history takes to read. */
import { Cluster } from '../src/storage/index.ts'
import { postings, reads, type Subject } from './faces.ts'
import { type Effort, median, note } from './figures.ts'
import { grow } from './grow.ts'
import { load } from './load.ts'
import { startLedger, temporaryDirectory } from './processes.ts'

/** So many readers that none waits for another. */
const READERS = 2

export async function measureGrown(
  prepare: (url: string) => Promise<Subject>,
  count: number,
  { seconds, rounds }: Effort,
): Promise<void> {
  const [old, young] = [await temporaryDirectory(), await temporaryDirectory()]
  try {
    const subject = await prepared(old.path, prepare)
    const cluster = await Cluster.start(old.path)
    const started = performance.now()
    await grow(cluster.urls.owner, subject.readIds, count)
    console.log(`${subject.name}: grown in ${Math.round((performance.now() - started) / 1000)} s`)
    await cluster.stop()
    const other = await prepared(young.path, prepare)
    const [grown, empty] = [await startLedger(old.path), await startLedger(young.path)]
    try {
      const ratios: number[] = []
      let perSecond = 0
      for (let round = 0; round <= rounds; round += 1) {
        const one = await load(postings(grown.url, subject, 64, seconds))
        const two = await load(postings(empty.url, other, 64, seconds))
        perSecond = one.perSecond
        // The first round warms up.
        if (round > 0) ratios.push(one.perSecond / two.perSecond)
      }
      const what = `postings after ${count} others`
      const ratio = median(ratios)
      note({
        subject: subject.name,
        what,
        connections: 64,
        against: 'an empty book',
        ratio,
        perSecond,
      })
      for (const { name, path, ids } of subject.pasts) {
        const past = { ...subject, readPath: path, readIds: ids }
        const now = await load(reads(grown.url, subject, READERS, seconds))
        const then = await load(reads(grown.url, past, READERS, seconds))
        const against = 'a balance now'
        const faster = then.perSecond / now.perSecond
        note({
          subject: subject.name,
          what: name,
          connections: READERS,
          against,
          ratio: faster,
          ...then,
        })
      }
    } finally {
      await grown.stop()
      await empty.stop()
    }
  } finally {
    await old.remove()
    await young.remove()
  }
}

async function prepared(
  dataDir: string,
  prepare: (url: string) => Promise<Subject>,
): Promise<Subject> {
  const ledger = await startLedger(dataDir)
  try {
    return await prepare(ledger.url)
  } finally {
    await ledger.stop()
  }
}
