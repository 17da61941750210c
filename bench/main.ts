/**
 * Measures the ledger against what the machine could do if it only spoke HTTP (E) and if it only wrote the rows (C), all
 * in one run on the same cores: L = 1 / (1/E + 1/C) is what it would do if it did both and nothing else, one after the
 * other. Only ratios travel between machines.
 *
 *   npm run bench -- [--seconds 5] [--rounds 3] [--only blnk,midaz] [--out result.json]
 */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { Cluster, migrate } from '../src/storage/index.ts'
import { copyLimit, type Rows } from './copy-limit.ts'
import {
  postings,
  prepareBlnk,
  prepareMidaz,
  reads,
  type Subject,
  withHotBalance,
} from './faces.ts'
import { generatorName, load, type Measured } from './load.ts'
import { residentMb, startEcho, startLedger, temporaryDirectory } from './processes.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'blnk,queued,midaz' },
    connections: { type: 'string', default: '1,16,64,256,1024' },
    balances: { type: 'string', default: '1000' },
    out: { type: 'string' },
  },
})

const seconds = Number(options.seconds)
const rounds = Number(options.rounds)
const only = options.only.split(',')

type Figure = {
  readonly subject: string
  readonly what: string
  readonly connections: number | null
  readonly perSecond: number
  readonly against: string
  readonly ratio: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly failed?: number
}

const figures: Figure[] = []

function note(figure: Figure): void {
  figures.push(figure)
  const ms = figure.p99Ms === undefined ? '' : `  p50 ${figure.p50Ms} ms  p99 ${figure.p99Ms} ms`
  const failed = figure.failed ? `  FAILED ${figure.failed}` : ''
  const at = figure.connections === null ? '' : ` at ${figure.connections}`
  console.log(
    `${figure.subject.padEnd(14)} ${`${figure.what}${at}`.padEnd(28)} ${Math.round(figure.perSecond)
      .toString()
      .padStart(7)}/s  ${figure.ratio.toFixed(2)} of ${figure.against}${ms}${failed}`,
  )
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The run in the middle by speed. */
function middle(runs: readonly Measured[]): Measured {
  const sorted = [...runs].sort((left, right) => left.perSecond - right.perSecond)
  const run = sorted[Math.floor(sorted.length / 2)]
  if (run === undefined) throw new Error('Nothing was measured')
  return run
}

async function several(measure: () => Promise<Measured>): Promise<Measured> {
  const runs: Measured[] = []
  for (let round = 0; round < rounds; round += 1) runs.push(await measure())
  return middle(runs)
}

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

async function echoLimit(subject: Subject, bytes: number, connections: number): Promise<number> {
  const echo = await startEcho(bytes)
  try {
    await load(postings(echo.url, subject, connections, 1))
    return (await several(() => load(postings(echo.url, subject, connections, seconds)))).perSecond
  } finally {
    await echo.stop()
  }
}

async function measureSubject(
  prepare: (url: string) => Promise<Subject>,
  rows: Rows,
): Promise<void> {
  const folder = await temporaryDirectory()
  try {
    const limits = await measureCopy(folder.path, rows)
    const ledger = await startLedger(folder.path)
    try {
      const subject = await prepare(ledger.url)
      const bytes = await replyBytes(ledger.url, subject)
      const echo = await echoLimit(subject, bytes, 64)
      const serial = 1 / (1 / echo + 1 / limits)
      const plain = { subject: subject.name, connections: null }
      note({ ...plain, what: 'E: HTTP only', perSecond: echo, against: 'E', ratio: 1 })
      note({ ...plain, what: 'C: rows only', perSecond: limits, against: 'C', ratio: 1 })
      note({ ...plain, what: 'L: both in turn', perSecond: serial, against: 'L', ratio: 1 })
      await load(postings(ledger.url, subject, 64, 3))
      for (const connections of options.connections.split(',').map(Number)) {
        const run = await several(() => load(postings(ledger.url, subject, connections, seconds)))
        note({
          subject: subject.name,
          what: 'postings',
          connections,
          against: 'L',
          ratio: run.perSecond / serial,
          ...run,
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
      const read = await several(() => load(reads(ledger.url, subject, 64, seconds)))
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

/** C, in a database of its own in the same PostgreSQL with the same settings. */
async function measureCopy(dataDir: string, rows: Rows): Promise<number> {
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
    await admin.query('drop database raw with (force)')
    await admin.end()
    return median(runs)
  } finally {
    await cluster.stop()
  }
}

const balances = Number(options.balances)
const blnkRows: Rows = {
  withRequest: false,
  withReference: true,
  description: 'payment for order',
  terms: '{"precision":"100","allow_overdraft":true,"skip_queue":true}',
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load by ${await generatorName()}`,
)
if (only.includes('blnk'))
  await measureSubject((url) => prepareBlnk(url, balances, false), blnkRows)
if (only.includes('queued'))
  await measureSubject((url) => prepareBlnk(url, balances, true), {
    ...blnkRows,
    withRequest: true,
  })
if (only.includes('midaz'))
  await measureSubject((url) => prepareMidaz(url, balances), {
    withRequest: false,
    withReference: false,
    description: 'payment for order',
    terms: null,
  })

if (options.out !== undefined)
  await writeFile(
    options.out,
    `${JSON.stringify(
      {
        date: new Date().toISOString(),
        machine: {
          cpus: cpus().length,
          model: cpus()[0]?.model,
          memoryGb: Math.round(totalmem() / 2 ** 30),
        },
        node: process.version,
        generator: await generatorName(),
        seconds,
        rounds,
        figures,
      },
      null,
      2,
    )}\n`,
  )
