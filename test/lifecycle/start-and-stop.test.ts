import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'
import { send } from '../support/server.ts'
import { isAlive, makePlace, type Place, until } from './place.ts'

let place: Place

beforeEach(async () => {
  place = await makePlace()
})

afterEach(() => place.remove())

describe('the bundled PostgreSQL', () => {
  test('is made on the first start and found on later ones', async () => {
    for (const name of ['first', 'second']) {
      const begun = performance.now()
      const server = place.serve()
      const url = await server.listening()
      console.log(`The ${name} start took ${Math.round(performance.now() - begun)} ms`)
      expect((await send(url, 'GET', '/readyz')).status).toBe(200)
      expect(server.stdout).toContain(`Data: ${place.dataDir}`)
      expect(server.stdout).toContain('Authentication: off')
      expect(server.stdout).toContain(`Try: curl -s -X POST ${url}/ledgers`)
      expect((await server.stop()).code).toBe(0)
    }
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s stops the server and the database',
    async (signal) => {
      const server = place.serve()
      await server.listening()
      const pid = await place.postgres()
      expect(pid !== null && isAlive(pid)).toBe(true)
      expect((await server.stop(signal)).code).toBe(0)
      expect(pid !== null && isAlive(pid)).toBe(false)
      expect(await place.postgres()).toBeNull()
    },
  )

  test('a server that is told to stop while it starts leaves nothing running', async () => {
    const server = place.serve()
    await until('it makes its data directory', () => existsSync(place.dataDir))
    expect((await server.stop('SIGINT')).code).toBe(0)
    expect(await place.postgres()).toBeNull()
    expect((await send(await place.serve().listening(), 'GET', '/readyz')).status).toBe(200)
  })

  test('the connection file leads its owner, and nobody else, to the database while it runs', async () => {
    const server = place.serve()
    await server.listening()
    const file = path.join(place.dataDir, 'connection')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const client = new pg.Client({ connectionString: (await readFile(file, 'utf8')).trim() })
    await client.connect()
    const { rows } = await client.query('select count(*)::int as count from books')
    expect(rows).toEqual([{ count: 1 }])
    await client.end()
    await server.stop()
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })
})

describe('commands on the same directory', () => {
  test('they work while the server runs, and leave it running', async () => {
    const server = place.serve()
    const url = await server.listening()
    const at = ['--data-dir', place.dataDir]
    expect((await runProgram(['verify', ...at])).code).toBe(0)
    expect((await runProgram(['keys', 'list', ...at])).stdout).toContain('There are no keys')
    expect((await runProgram(['migrate', ...at])).stdout).toContain('up to date')
    expect((await send(url, 'GET', '/readyz')).status).toBe(200)
  })

  test('they start the database when nobody runs it, and stop it again', async () => {
    const at = ['--data-dir', place.dataDir]
    const made = await runProgram(['keys', 'create', '--name', 'first', ...at])
    expect(made.code).toBe(0)
    expect(await place.postgres()).toBeNull()
    expect((await runProgram(['verify', ...at])).code).toBe(0)
    expect(await place.postgres()).toBeNull()

    const server = place.serve()
    await server.listening()
    expect(server.stdout).toContain('Authentication: on')
  })
})
