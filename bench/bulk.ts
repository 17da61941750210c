/** Postings that are asked for a thousand at a time. */
import type { Bulk } from './faces.ts'
import { type Effort, median } from './figures.ts'

const POSTINGS = 1000
/** So that one is read while another is written. */
const CLIENTS = 4

/** Postings per second. */
export async function measureBulk(
  url: string,
  bulk: Bulk,
  ids: readonly string[],
  { seconds, rounds }: Effort,
): Promise<number> {
  const runs: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const started = performance.now()
    let done = 0
    const client = async (number: number) => {
      for (let n = 0; performance.now() - started < seconds * 1000; n += 1) {
        const run = `bulk-${process.pid}-${round}-${number}-${n}`
        const response = await fetch(url + bulk.path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: bulk.body(run, POSTINGS, ids),
        })
        const text = await response.text()
        if (!response.ok) throw new Error(`A bulk was answered ${response.status}: ${text}`)
        done += POSTINGS
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
    // The first round warms up.
    if (round > 0) runs.push(done / ((performance.now() - started) / 1000))
  }
  return median(runs)
}
