import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Outage } from '../../src/engine/index.ts'
import { known } from '../../src/ledger/index.ts'
import { Cluster, migrate } from '../../src/storage/index.ts'
import { isAlive, pause, until } from '../lifecycle/place.ts'
import { findings } from '../support/audit.ts'
import type { TestDatabase } from '../support/database.ts'
import { makeSmallBook, openEngine, type TestEngine } from '../support/engine.ts'
import { faultsOf, type Paid, payUntil } from '../support/payments.ts'
import { post } from '../support/posts.ts'

let folder: string
let cluster: Cluster
let server: TestEngine
let pool: pg.Pool
let query: TestDatabase['query']
let bookId: number
let from: string
let to: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diptych-faults-'))
  // Root lends PostgreSQL an unprivileged user, who must be able to get here.
  await chmod(folder, 0o755)
})

async function open(directory: string): Promise<void> {
  cluster = await Cluster.start(directory)
  await migrate(cluster.urls.owner)
  pool = new pg.Pool({ connectionString: cluster.urls.owner, max: 2 })
  pool.on('error', () => {})
  query = async (text, values = []) => (await pool.query(text, values as unknown[])).rows
  server = openEngine(cluster.urls.server, { outageMs: 1000 }, { role: null, connectMs: 500 })
  ;({ bookId, from, to } = await makeSmallBook(server))
}

afterEach(async () => {
  await server.close()
  await pool.end()
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
})

function pay(isOver: () => boolean): Promise<Paid> {
  return payUntil(() => server, { bookId, from, to, clients: 8 }, isOver)
}

async function expectAllRight(paid: Paid): Promise<void> {
  expect(await faultsOf(paid, query, { bookId, to })).toEqual([])
  expect(await findings(query)).toEqual([])
}

/** The pid of the PostgreSQL that the cluster has now, or null while there is none. */
async function postmaster(): Promise<number | null> {
  const file = path.join(cluster.directory, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  return pid > 0 && isAlive(pid) ? pid : null
}

test.each([
  ['killed', 'SIGKILL'],
  ['told to stop', 'SIGINT'],
] as const)(
  'PostgreSQL is %s again and again under load: it comes back by itself, and nothing is lost or paid twice',
  async (_name, how) => {
    await open(path.join(folder, 'data'))
    let isOver = false
    const paying = pay(() => isOver)
    for (let round = 0; round < 4; round += 1) {
      await pause(300 + 100 * round)
      const before = known(await postmaster(), 'the PostgreSQL that is running')
      process.kill(before, how)
      await until('another one runs', async () => ![null, before].includes(await postmaster()))
    }
    isOver = true
    await expectAllRight(await paying)
  },
)

/** Only root, and not in every container, may make a disk that is small enough to be filled. */
function canMount(): boolean {
  const probe = mkdtempSync(path.join(tmpdir(), 'diptych-probe-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(probe)
  }
}

// A disk of one's own has to be mounted, which only root may do; everybody else is spared these.
describe.skipIf(!canMount())('a disk', () => {
  let disk: string

  beforeEach(() => {
    disk = path.join(folder, 'disk')
    execFileSync('mkdir', [disk])
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', disk])
  })

  afterEach(() => {
    execFileSync('umount', ['-l', disk])
  })

  test('that turns read-only loses nothing that is acknowledged, and payments go on when it can be written again', async () => {
    await open(path.join(disk, 'data'))
    let isOver = false
    const paying = pay(() => isOver)
    await pause(500)
    await turnReadOnly(disk)
    await expect(server.engine.submit(bookId, [post(from, to, 1n)])).rejects.toThrow(Outage)
    execFileSync('mount', ['-o', 'remount,rw', disk])
    await pause(1500)
    isOver = true
    await expectAllRight(await paying)
  })

  test('that is full keeps everything that is acknowledged, and payments go on when there is room again', async () => {
    await open(path.join(disk, 'data'))
    const ballast = path.join(disk, 'ballast')
    await fill(disk, ballast)
    const told: ('accepted' | 'reference_taken' | 'unknown')[] = []
    for (let count = 0; count < 100 && !told.includes('unknown'); count += 1)
      told.push(await payWithLongText(count))
    expect(told).toContain('unknown')
    let isOver = false
    const paying = pay(() => isOver)
    await pause(1500)
    await rm(ballast)
    await pause(1500)
    isOver = true
    const paid = await paying
    for (const [count, outcome] of told.entries())
      if (outcome === 'accepted') expect(await payWithLongText(count)).toBe('reference_taken')
      else expect(await payWithLongText(count)).not.toBe('unknown')
    await expectAllRight({ ...paid, found: new Set(await referencesWithout(paid)) })
  })
})

/** Linux refuses while a file is open for writing, so PostgreSQL must fall, as it does when its disk fails under it. */
async function turnReadOnly(disk: string): Promise<void> {
  for (;;) {
    const pid = await postmaster()
    if (pid !== null) process.kill(pid, 'SIGKILL')
    try {
      execFileSync('mount', ['-o', 'remount,ro', disk], { stdio: 'ignore' })
      return
    } catch {
      await pause(10)
    }
  }
}

/** Takes all but a few pages of a disk. */
async function fill(disk: string, ballast: string): Promise<void> {
  const { bavail, bsize } = await statfs(disk)
  await writeFile(ballast, Buffer.alloc(bavail * bsize - 3 * 2 ** 20))
}

/** One that does not fit into a page, and that PostgreSQL cannot make smaller. */
async function payWithLongText(count: number): Promise<'accepted' | 'reference_taken' | 'unknown'> {
  const description = randomBytes(150_000).toString('base64')
  const order = post(from, to, 1n, { reference: `long ${count}`, description })
  try {
    const decision = await server.engine.submit(bookId, [order])
    if (decision.accepted) return 'accepted'
    expect(decision.refusal.refusal.code).toBe('reference_taken')
    return 'reference_taken'
  } catch (error) {
    expect(error).toBeInstanceOf(Outage)
    return 'unknown'
  }
}

async function referencesWithout(paid: Paid): Promise<readonly string[]> {
  const rows = await query<{ reference: string }>(
    'select reference from transactions where book_id = $1 and reference is not null',
    [bookId],
  )
  return rows.map((row) => row.reference).filter((reference) => !paid.acknowledged.has(reference))
}
