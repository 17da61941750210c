/**
 * Where the microseconds of one posting go: the server is profiled under load, every sample is put down to the part of the
 * program that caused it, and the time is divided by the postings. What the processes of PostgreSQL used
 * is what the system tells of them on Linux.
 *
 *     node bench/profile.ts [blnk|queued|midaz] [connections] [seconds]
 */
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { postings, prepareBlnk, prepareMidaz } from './faces.ts'
import { load } from './load.ts'
import { startLedger, temporaryDirectory } from './processes.ts'

const [face = 'blnk', connections = '64', seconds = '10'] = process.argv.slice(2)

type Frame = { readonly functionName: string; readonly url: string }

/** The first that any frame of a stack fits, from the innermost frame outwards, tells where a sample belongs. */
const PARTS: readonly (readonly [name: string, fits: (frame: Frame) => boolean])[] = [
  ['garbage collection', ({ functionName }) => functionName === '(garbage collector)'],
  ['idle', ({ functionName }) => functionName === '(idle)'],
  ['hashing', ({ url }) => url.endsWith('/src/ledger/chain.ts') || url.includes('/crypto')],
  ['reading JSON', ({ url }) => /\/exact-json\.ts|\/body\/read\.ts|\/wire\/body\.ts/.test(url)],
  ['checking bodies', ({ url }) => /\/midaz\/body\/|\/wire\/bind\.ts/.test(url)],
  ['encoding the batch', ({ url }) => url.includes('/src/storage/')],
  ['deciding', ({ url }) => /\/src\/(ledger|engine)\//.test(url)],
  ['the driver', ({ url }) => /node_modules\/(pg|pg-[a-z]+)\//.test(url)],
  ['translating and answering', ({ url }) => url.includes('/src/http/')],
  ['metrics and log', ({ url }) => /\/src\/telemetry\/|node_modules\/(pino|prom-client)/.test(url)],
  ['events and monitors', ({ url }) => /\/src\/(outbox|monitors|[a-z]+\.ts)/.test(url)],
  ['Fastify', ({ url }) => url.includes('node_modules/')],
  ['HTTP of Node', ({ url }) => url.startsWith('node:')],
]

type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: Frame
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Microseconds by part, between two moments of the profile. */
function split(profile: Profile, fromMicros: number, toMicros: number): Map<string, number> {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parents = new Map<number, number>()
  for (const { id, children } of profile.nodes)
    for (const child of children ?? []) parents.set(child, id)
  const partOf = new Map<number, string>()
  const find = (leaf: number): string => {
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const frame = frames.get(id)
      const part = frame && PARTS.find(([, fits]) => fits(frame))
      if (part !== undefined) return part[0]
    }
    return 'the rest'
  }
  const times = new Map<string, number>()
  let at = 0
  for (const [index, sample] of profile.samples.entries()) {
    const micros = profile.timeDeltas[index] ?? 0
    at += micros
    if (at < fromMicros || at > toMicros) continue
    const part = partOf.get(sample) ?? find(sample)
    partOf.set(sample, part)
    times.set(part, (times.get(part) ?? 0) + micros)
  }
  return times
}

/** What each connection to the database is there for, by its process. */
async function purposes(dataDir: string): Promise<ReadonlyMap<string, string>> {
  const url = (await readFile(path.join(dataDir, 'connection'), 'utf8')).trim()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ pid: number; name: string }>(
    `select pid, coalesce(nullif(application_name, ''), backend_type) as name from pg_stat_activity`,
  )
  await client.end()
  return new Map(rows.map(({ pid, name }) => [String(pid), name]))
}

/** Seconds of processor time that each process has used. */
function timesOf(pids: Iterable<string>): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      times.set(pid, (Number(fields[11]) + Number(fields[12])) / 100)
    } catch {
      // A process may end while it is looked at.
    }
  }
  return times
}

const folder = await temporaryDirectory()
const profiles = await temporaryDirectory()
process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${profiles.path} --cpu-prof-interval=200`
const startedAt = performance.now()
const ledger = await startLedger(folder.path)
delete process.env['NODE_OPTIONS']
try {
  const subject =
    face === 'midaz'
      ? await prepareMidaz(ledger.url, 1000)
      : await prepareBlnk(ledger.url, 1000, face === 'queued')
  await load(postings(ledger.url, subject, Number(connections), 3))
  const names = await purposes(folder.path)
  const before = timesOf(names.keys())
  const from = performance.now() - startedAt
  const run = await load(postings(ledger.url, subject, Number(connections), Number(seconds)))
  const to = performance.now() - startedAt
  const after = timesOf(names.keys())
  await ledger.stop()
  const count = (run.perSecond * (to - from)) / 1000
  console.log(`${face} at ${connections}: ${Math.round(run.perSecond)} postings/s`)
  // The first file by name is that of the main thread.
  const files = (await readdir(profiles.path)).sort()
  const [first = ''] = files.filter((name) => name.includes('.0.001.'))
  const profile = JSON.parse(await readFile(path.join(profiles.path, first), 'utf8')) as Profile
  const parts = [...split(profile, from * 1000, to * 1000)].sort(([, one], [, two]) => two - one)
  for (const [part, micros] of parts)
    console.log(`  Node        ${part.padEnd(28)} ${(micros / count).toFixed(1).padStart(6)} µs`)
  const used = new Map<string, number>()
  for (const [pid, name] of names) {
    const spent = (after.get(pid) ?? 0) - (before.get(pid) ?? 0)
    used.set(name, (used.get(name) ?? 0) + spent)
  }
  for (const [name, spent] of [...used].sort(([, one], [, two]) => two - one))
    if (spent > 0)
      console.log(
        `  PostgreSQL  ${name.padEnd(28)} ${((spent * 1e6) / count).toFixed(1).padStart(6)} µs`,
      )
} finally {
  await ledger.stop()
  await folder.remove()
  await profiles.remove()
}
