/**
 * More than the machine can do: clients that send on without waiting for answers, until the queue of the book is full.
 * What counts is what is still posted, how soon the rest is turned away, and that memory stays bounded.
 */
import autocannon from 'autocannon'
import { postings, type Subject } from './faces.ts'
import { type Effort, note } from './figures.ts'
import { load } from './load.ts'
import { residentMb, startLedger, temporaryDirectory } from './processes.ts'

/** Requests under way at once: more than there is room for, and 78 times as many as it takes to be busy. */
const CONNECTIONS = 1000
const UNDER_WAY_EACH = 5

export async function measureOverload(
  prepare: (url: string) => Promise<Subject>,
  { seconds }: Effort,
): Promise<void> {
  const folder = await temporaryDirectory()
  const ledger = await startLedger(folder.path)
  try {
    const subject = await prepare(ledger.url)
    await load(postings(ledger.url, subject, 64, seconds))
    const best = await flood(ledger.url, subject, 64, 1, seconds)
    const flooded = await flood(ledger.url, subject, CONNECTIONS, UNDER_WAY_EACH, seconds * 2)
    const again = await flood(ledger.url, subject, 64, 1, seconds)
    const { name } = subject
    const against = 'the best'
    note({
      ...{ subject: name, what: 'postings in a flood', connections: CONNECTIONS, against },
      ...{ ratio: flooded.posted / best.posted, perSecond: flooded.posted, failed: flooded.broken },
    })
    note({
      ...{ subject: name, what: 'postings after the flood', connections: 64, against },
      ...{ ratio: again.posted / best.posted, perSecond: again.posted },
    })
    console.log(
      `${name}: ${Math.round(flooded.turnedAway)}/s turned away with 503; resident memory ${residentMb(ledger.pid)} MB`,
    )
  } finally {
    await ledger.stop()
    await folder.remove()
  }
}

type Flooded = { readonly posted: number; readonly turnedAway: number; readonly broken: number }

/** Per second; broken are connections and answers that are neither a posting nor a 503. */
async function flood(
  url: string,
  subject: Subject,
  connections: number,
  underWayEach: number,
  seconds: number,
): Promise<Flooded> {
  const { ids, run } = postings(url, subject, connections, seconds)
  let n = 0
  let turnedAway = 0
  const result = await autocannon({
    url,
    connections,
    pipelining: underWayEach,
    duration: seconds,
    timeout: 60,
    requests: [
      {
        method: 'POST',
        path: subject.path,
        headers: { ...subject.headers },
        setupRequest: (request: object) => {
          n += 1
          const body = subject.body
            .replace('$n', `${run}${n}`)
            .replace('$a', ids[n % ids.length] ?? '')
            .replace('$b', ids[(n + 1) % ids.length] ?? '')
          return { ...request, body }
        },
        onResponse: (status: number) => {
          if (status === 503) turnedAway += 1
        },
      },
    ],
  } as unknown as Parameters<typeof autocannon>[0])
  return {
    posted: result['2xx'] / result.duration,
    turnedAway: turnedAway / result.duration,
    broken: result.errors + result.non2xx - turnedAway,
  }
}
