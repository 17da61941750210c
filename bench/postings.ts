/** Single postings against what the machine could do at most, and what the same server does beside them. */
import pg from 'pg'
import { Cluster, migrate } from '../src/storage/index.ts'
import { measureBulk } from './bulk.ts'
import { commitLimit, copyLimit, type Rows } from './copy-limit.ts'
import { postings, reads, type Subject, withHotBalance } from './faces.ts'
import { type Effort, median, note, several } from './figures.ts'
import { load } from './load.ts'
import { residentMb, startEcho, startLedger, temporaryDirectory } from './processes.ts'

/** How long the reply to one posting is. */
async function replyBytes(url: string, subject: Subject): Promise<number> {
  const fill = (text: string) =>
    text
      .replaceAll('$n', `size-${Date.now()}`)
      .replaceAll('$a', subject.ids[0] ?? '')
      .replaceAll('$b', subject.ids[1] ?? '')
  const response = await fetch(url + subject.path, {
    method: 'POST',
    headers: subject.headers,
    body: fill(subject.body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`A posting was answered ${response.status}: ${text}`)
  return Buffer.byteLength(text)
}

async function echoLimit(
  subject: Subject,
  bytes: number,
  connections: number,
  { seconds, rounds }: Effort,
): Promise<number> {
  const echo = await startEcho(bytes)
  try {
    await load(postings(echo.url, subject, connections, 1))
    const run = () => load(postings(echo.url, subject, connections, seconds))
    return (await several(rounds, run)).perSecond
  } finally {
    await echo.stop()
  }
}

/** Single postings through one face, at several numbers of connections, and what belongs to them. */
export async function measurePostings(
  prepare: (url: string) => Promise<Subject>,
  rows: Rows,
  connectionCounts: readonly number[],
  effort: Effort,
): Promise<void> {
  const { seconds, rounds } = effort
  const folder = await temporaryDirectory()
  try {
    const { copies: limits, commitMs } = await measureDatabase(folder.path, rows, effort)
    const ledger = await startLedger(folder.path)
    try {
      const subject = await prepare(ledger.url)
      const bytes = await replyBytes(ledger.url, subject)
      const echo = await echoLimit(subject, bytes, 64, effort)
      const serial = 1 / (1 / echo + 1 / limits)
      const plain = { subject: subject.name, connections: null }
      note({ ...plain, what: 'E: HTTP only', perSecond: echo, against: 'E', ratio: 1 })
      note({ ...plain, what: 'C: rows only', perSecond: limits, against: 'C', ratio: 1 })
      note({ ...plain, what: 'L: both in turn', perSecond: serial, against: 'L', ratio: 1 })
      await load(postings(ledger.url, subject, 64, 3))
      for (const connections of connectionCounts) {
        const run = await several(rounds, () =>
          load(postings(ledger.url, subject, connections, seconds)),
        )
        note({
          subject: subject.name,
          what: 'postings',
          connections,
          against: 'L',
          ratio: run.perSecond / serial,
          ...run,
        })
      }
      note({
        ...plain,
        what: 'one INSERT and COMMIT',
        against: 'itself',
        ratio: 1,
        p50Ms: commitMs,
      })
      const alone = await several(rounds, () => load(postings(ledger.url, subject, 1, seconds)))
      note({
        ...plain,
        what: 'p50 of one client',
        against: 'INSERT and COMMIT',
        ratio: alone.p50Ms / commitMs,
        ...alone,
      })
      if (subject.bulk !== null) {
        const bulk = await measureBulk(ledger.url, subject.bulk, subject.ids, effort)
        note({
          ...plain,
          what: 'in bulks of 1,000',
          against: 'C',
          ratio: bulk / limits,
          perSecond: bulk,
        })
      }
      const pairs: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        const uniform = await load(postings(ledger.url, subject, 64, seconds))
        const hot = await load(postings(ledger.url, withHotBalance(subject), 64, seconds))
        pairs.push(hot.perSecond / uniform.perSecond)
        if (round === 0)
          note({
            subject: subject.name,
            what: 'one hot balance',
            connections: 64,
            against: 'uniform',
            ratio: median(pairs),
            ...hot,
          })
      }
      const read = await several(rounds, () => load(reads(ledger.url, subject, 64, seconds)))
      note({
        subject: subject.name,
        what: 'reads of a balance',
        connections: 64,
        against: 'E',
        ratio: read.perSecond / echo,
        ...read,
      })
      console.log(`${subject.name.padEnd(14)} resident memory ${residentMb(ledger.pid)} MB`)
    } finally {
      await ledger.stop()
    }
  } finally {
    await folder.remove()
  }
}

/** C, and how long one INSERT and COMMIT takes, in a database of its own in the same PostgreSQL with the same settings. */
async function measureDatabase(
  dataDir: string,
  rows: Rows,
  { seconds, rounds }: Effort,
): Promise<{ readonly copies: number; readonly commitMs: number }> {
  const cluster = await Cluster.start(dataDir)
  try {
    const admin = new pg.Client({ connectionString: cluster.urls.owner })
    await admin.connect()
    await admin.query('create database raw')
    const url = cluster.urls.owner.replace('/diptych?', '/raw?')
    await migrate(url)
    await copyLimit(url, rows, 1)
    const runs: number[] = []
    for (let round = 0; round < rounds; round += 1) runs.push(await copyLimit(url, rows, seconds))
    const commitMs = await commitLimit(url, seconds)
    await admin.query('drop database raw with (force)')
    await admin.end()
    return { copies: median(runs), commitMs }
  } finally {
    await cluster.stop()
  }
}
