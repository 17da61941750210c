/** What must not keep the next start, or the server that runs, from working. */
import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'
import { send } from '../support/server.ts'
import { isAlive, makePlace, type Place, until } from './place.ts'

let place: Place

beforeEach(async () => {
  place = await makePlace()
})

afterEach(() => place.remove())

test('a server that was killed leaves PostgreSQL behind, which the next one takes over', async () => {
  const killed = place.serve()
  const url = await killed.listening()
  const made = await send(url, 'POST', '/ledgers', { name: 'Kept' })
  const pid = await place.postgres()
  await killed.stop('SIGKILL')
  expect(pid !== null && isAlive(pid)).toBe(true)

  const next = place.serve()
  const again = await next.listening()
  expect(await place.postgres()).toBe(pid)
  expect((await send(again, 'GET', `/ledgers/${made.body?.ledger_id}`)).status).toBe(
    made.status === 201 ? 200 : 404,
  )
  expect((await next.stop()).code).toBe(0)
  expect(await place.postgres()).toBeNull()
})

test('server and PostgreSQL were killed together: the next start recovers', async () => {
  const killed = place.serve()
  await killed.listening()
  const pid = (await place.postgres()) ?? 0
  await killed.stop('SIGKILL')
  process.kill(pid, 'SIGKILL')
  const url = await place.serve().listening()
  expect((await send(url, 'GET', '/readyz')).status).toBe(200)
})

test('the pid in a stale pid file belongs to another program by now', async () => {
  const killed = place.serve()
  await killed.listening()
  const pid = (await place.postgres()) ?? 0
  await killed.stop('SIGKILL')
  const file = path.join(place.dataDir, 'postgres/postmaster.pid')
  const content = await readFile(file, 'utf8')
  process.kill(pid, 'SIGKILL')
  await until('PostgreSQL and its helpers are gone', () => !isAlive(pid))
  await writeFile(file, content.replace(String(pid), String(process.pid)))
  await writeFile(path.join(place.dataDir, 'run/.s.PGSQL.5432.lock'), `${process.pid}\n`)
  const url = await place.serve().listening()
  expect((await send(url, 'GET', '/readyz')).status).toBe(200)
})

test('a data directory that was only half made is made anew', async () => {
  await mkdir(place.dataDir, { mode: 0o755 })
  const half = path.join(place.dataDir, 'making-999999-abcdef')
  await mkdir(half)
  await writeFile(path.join(half, 'PG_VERSION'), '18\n')
  await writeFile(`${half}.password`, 'x')
  const url = await place.serve().listening()
  expect((await send(url, 'GET', '/readyz')).status).toBe(200)
  const left = (await readdir(place.dataDir)).filter((name) => name.startsWith('making-'))
  expect(left).toEqual([])
})

test('PostgreSQL is killed while the server runs: it comes back without help', async () => {
  const server = place.serve()
  const url = await server.listening()
  const pid = (await place.postgres()) ?? 0
  process.kill(pid, 'SIGKILL')
  await until('the server is ready again', async () => {
    const { status } = await send(url, 'GET', '/readyz')
    expect([200, 503]).toContain(status)
    const now = await place.postgres()
    return status === 200 && now !== null && now !== pid
  })
  expect((await runProgram(['verify', '--data-dir', place.dataDir])).code).toBe(0)
  const next = await place.postgres()
  expect((await server.stop()).code).toBe(0)
  expect(next !== null && isAlive(next)).toBe(false)
})

test('while the database does not answer, the server says that it is not ready', async () => {
  const server = place.serve()
  const url = await server.listening()
  const pid = (await place.postgres()) ?? 0
  const children = await childrenOf(pid)
  for (const child of [pid, ...children]) process.kill(child, 'SIGSTOP')
  try {
    const { status, headers, body } = await send(url, 'GET', '/readyz')
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('1')
    expect(body.checks.postgres.status).toBe('down')
    expect((await send(url, 'GET', '/health')).status).toBe(200)
  } finally {
    for (const child of [pid, ...children]) process.kill(child, 'SIGCONT')
  }
  await until('it is ready', async () => (await send(url, 'GET', '/readyz')).status === 200)
})

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

test('two servers on one directory share the database, and the last one stops it', async () => {
  const [one, other] = [place.serve(), place.serve()]
  const urls = await Promise.all([one.listening(), other.listening()])
  for (const url of urls) expect((await send(url, 'GET', '/readyz')).status).toBe(200)
  expect((await one.stop()).code).toBe(0)
  const pid = await place.postgres()
  expect(pid !== null && isAlive(pid)).toBe(true)
  expect((await send(urls[1], 'GET', '/readyz')).status).toBe(200)
  expect((await other.stop()).code).toBe(0)
  expect(pid !== null && isAlive(pid)).toBe(false)
})

test('a port that is taken ends the second server, and not the first one', async () => {
  const first = place.serve()
  const url = await first.listening()
  const { code, stderr } = await place.serve('--port', new URL(url).port).ended
  expect(code).toBe(2)
  expect(stderr).toContain('already')
  expect((await send(url, 'GET', '/readyz')).status).toBe(200)
})

test('a PostgreSQL that is not ours is left alone', async () => {
  const postgres = path.join(place.dataDir, 'postgres')
  await mkdir(postgres, { recursive: true })
  await writeFile(path.join(postgres, 'PG_VERSION'), '16\n')
  const { code, stderr } = await place.serve().ended
  expect(code).toBe(1)
  expect(stderr).toContain('not ours')
  expect(await readdir(postgres)).toEqual(['PG_VERSION'])
})

test('a folder for sockets that belongs to somebody else is not used', async (context) => {
  if (process.getuid?.() !== 0) context.skip()
  await mkdir(path.join(place.dataDir, 'run'), { recursive: true })
  await chown(path.join(place.dataDir, 'run'), 12345, 12345)
  const { code, stderr } = await place.serve().ended
  expect(code).toBe(1)
  expect(stderr).toContain('is not ours')
})
