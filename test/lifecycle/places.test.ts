/** Where a data directory may be, and whose. */
import { spawnSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, mkdtemp, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PROGRAM } from '../support/program.ts'
import { send } from '../support/server.ts'
import { type Place, placeAt } from './place.ts'

const isRoot = process.getuid?.() === 0

let folder: string
let place: Place | null = null

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diptych-where-'))
})

afterEach(async () => {
  await place?.remove()
  place = null
  await rm(folder, { recursive: true, force: true })
})

async function isReadyAt(dataDir: string): Promise<void> {
  place = placeAt(folder, dataDir)
  const url = await place.serve().listening()
  expect((await send(url, 'GET', '/readyz')).status).toBe(200)
}

test('a path that is too long for a socket is long enough for data', async () => {
  await chmod(folder, 0o755)
  const long = path.join(folder, 'a-name-that-goes-on-and-on'.repeat(6), 'and-on')
  await mkdir(long, { recursive: true, mode: 0o755 })
  await isReadyAt(long)
})

describe.runIf(isRoot)('as root', () => {
  test('PostgreSQL runs as an unprivileged user, who owns its data', async () => {
    await chmod(folder, 0o755)
    await isReadyAt(path.join(folder, 'data'))
    const pid = await place?.postgres()
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0)
    expect((await stat(path.join(folder, 'data/postgres'))).uid).not.toBe(0)
  })

  test('a directory that the user cannot reach gets its data elsewhere, and a link to it', async () => {
    const dataDir = path.join(folder, 'private')
    await isReadyAt(dataDir)
    const link = path.join(dataDir, 'postgres')
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    const home = path.dirname(await readlink(link))
    expect((await stat(home)).uid).toBe(0)
    await place?.remove()
    place = null
    await rm(home, { recursive: true })
  })

  test('data that is gone from there is missed, not made anew', async () => {
    const dataDir = path.join(folder, 'private')
    place = placeAt(folder, dataDir)
    const first = place.serve()
    await first.listening()
    await first.stop()
    await rm(path.dirname(await readlink(path.join(dataDir, 'postgres'))), { recursive: true })
    const { code, stderr } = await place.serve().ended
    expect(code).toBe(1)
    expect(stderr).toContain('which is gone')
  })
})

describe.runIf(isRoot)('as an ordinary user', () => {
  test('the server starts, answers and stops', async () => {
    const dataDir = path.join(folder, 'data')
    await mkdir(dataDir)
    await chmod(folder, 0o755)
    const nobody = 65_534
    await chown(dataDir, nobody, nobody)
    // A shell of the user starts the program, says whether it is ready, and stops it.
    const script = `
      "${process.execPath}" "${PROGRAM}" serve --data-dir "${dataDir}" --port 0 > "${dataDir}/out" 2>&1 &
      server=$!
      for attempt in $(seq 300); do grep -q 'listens on' "${dataDir}/out" && break; sleep 0.1; done
      "${process.execPath}" "${PROGRAM}" verify --data-dir "${dataDir}" || exit 3
      kill -INT $server; wait $server`
    const { status, stdout, stderr } = spawnSync('/bin/bash', ['-c', script], {
      uid: nobody,
      gid: nobody,
      cwd: '/',
      env: { PATH: process.env['PATH'], HOME: dataDir },
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('Everything is as it must be.')
    expect((await stat(dataDir)).uid).toBe(nobody)
    await expect(stat(path.join(dataDir, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT')
  })
})
