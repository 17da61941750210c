import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runProgram, StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'

let database: TestDatabase
let folder: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  database = await createDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'diptych-cli-'))
  env = { DATABASE_URL: database.url }
})

afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('every command', () => {
  test.each([['serve'], ['migrate'], ['verify'], ['keys'], ['keys', 'create'], ['keys', 'list']])(
    '%s %s explains itself',
    async (...command) => {
      const { code, stdout } = await runProgram([...command.filter(Boolean), '--help'])
      expect(code).toBe(0)
      expect(stdout).toContain(`Usage: diptych ${command.filter(Boolean).join(' ')}`)
    },
  )

  test('version prints the version of the package', async () => {
    const { code, stdout } = await runProgram(['version'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })

  test('a command or an option that does not exist ends with 2', async () => {
    expect((await runProgram(['bogus'])).code).toBe(2)
    expect((await runProgram(['serve', '--bogus'])).code).toBe(2)
    expect((await runProgram([])).code).toBe(2)
  })
})

describe('settings', () => {
  test('every fault is listed, wherever it was made', async () => {
    const file = path.join(folder, 'settings.json')
    await writeFile(file, '{"logLevel": "loud", "colour": "red", "host": ["a"]}')
    const { code, stderr } = await runProgram(['serve', '--port', '70000', '--config', file], {
      DIPTYCH_MIDAZ_PROFILE: 'v5',
      DATABASE_URL: 'mysql://user:hunter2@db/x',
    })
    expect(code).toBe(2)
    expect(stderr.trim().split('\n').sort()).toEqual([
      '--port: 70000 is not a port: a whole number from 0 to 65535',
      `${file}: host is neither text nor a number`,
      `${file}: there is no setting colour`,
      'DATABASE_URL: is not a URL that begins with postgresql://',
      'DIPTYCH_MIDAZ_PROFILE: v5 is none of seed, v3, v4',
      'logLevel in the settings file: loud is none of silent, error, warn, info, debug',
    ])
  })

  test('a file that is not there or is no JSON object is a fault', async () => {
    expect((await runProgram(['migrate', '--config', path.join(folder, 'none')])).code).toBe(2)
    const file = path.join(folder, 'list.json')
    await writeFile(file, '[]')
    const { code, stderr } = await runProgram(['migrate'], { DIPTYCH_CONFIG: file })
    expect(code).toBe(2)
    expect(stderr).toContain('is not a JSON object of settings')
  })

  test('a database that does not answer is said in a sentence', async () => {
    const { code, stderr } = await runProgram(['migrate'], {
      DATABASE_URL: 'postgresql://a:secret@127.0.0.1:1/b',
    })
    expect(code).toBe(1)
    expect(stderr).toContain('ECONNREFUSED')
    expect(stderr).not.toContain('secret')
    expect(stderr).not.toContain('    at ')
  })
})

describe('migrate', () => {
  test('a database that is up to date stays as it is', async () => {
    const { code, stdout } = await runProgram(['migrate'], env)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'The database is up to date.\n' })
  })

  test('a schema from the future is refused', async () => {
    const future = await createDatabase()
    try {
      await future.query(`insert into schema_migrations (number, name) values (9999, 'later')`)
      const { code, stderr } = await runProgram(['migrate'], { DATABASE_URL: future.url })
      expect(code).toBe(1)
      expect(stderr).toContain('run a newer version')
    } finally {
      await future.drop()
    }
  })
})

describe('verify', () => {
  test('books that are right end with 0, and are told of as JSON when asked', async () => {
    const { code, stdout } = await runProgram(['verify', '--json'], env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ findings: 0, books: [] })
  })

  test('a book that is not right ends with 1 and says what is wrong where', async () => {
    const meddled = await createDatabase()
    try {
      await meddled.query(
        `insert into due (book_id, transaction_id, action, due_at)
         values (7, '00000000-0000-7000-8000-000000000000', 'execute', now())`,
      )
      const { code, stdout } = await runProgram(['verify'], { DATABASE_URL: meddled.url })
      expect(code).toBe(1)
      expect(stdout).toContain('book 7: due of book 7: book_id')
      expect(stdout).toContain('1 findings: something is wrong.')
    } finally {
      await meddled.drop()
    }
  })

  test('a database without our schema is not verified', async () => {
    const empty = await createDatabase()
    try {
      await empty.query('drop table schema_migrations')
      const { code, stderr } = await runProgram(['verify'], { DATABASE_URL: empty.url })
      expect(code).toBe(1)
      expect(stderr).toContain('diptych migrate')
    } finally {
      await empty.drop()
    }
  })
})

describe('keys', () => {
  test('without a key the server stays on loopback and says how to make one', async () => {
    const { code, stderr } = await runProgram(['serve', '--host', '0.0.0.0', '--port', '0'], env)
    expect(code).toBe(2)
    expect(stderr).toContain('diptych keys create')
  })

  test('a key is shown once, listed without its secret, and refused after it is revoked', async () => {
    const made = await runProgram(['keys', 'create', '--name', 'ci', '--expires', '2h'], env)
    expect(made.code).toBe(0)
    const text = made.stdout.trim()
    expect(text).toMatch(/^dpt_[\w-]{43}$/)

    const listed = await runProgram(['keys', 'list', '--json'], env)
    expect(listed.stdout).not.toContain(text)
    const [key] = JSON.parse(listed.stdout) as { id: string }[]
    expect(key).toMatchObject({ name: 'ci', state: 'valid', scopes: ['*:*'], organizations: null })
    const kept = await database.query('select * from api_keys')
    expect(JSON.stringify(kept)).not.toContain(text)

    const revoked = await runProgram(['keys', 'revoke', key?.id ?? ''], env)
    expect(revoked.code).toBe(0)
    const after = await runProgram(['keys', 'list'], env)
    expect(after.stdout).toContain('revoked')
  })

  test('with a key the server listens on other addresses too', async () => {
    await runProgram(['keys', 'create', '--name', 'door'], env)
    // An address that only this machine can reach, though not one that counts as loopback.
    const host = '::ffff:127.0.0.1'
    const server = new StartedProgram(['serve', '--host', host, '--port', '0'], env)
    try {
      const url = await server.listening()
      expect((await send(url, 'GET', '/health')).status).toBe(200)
    } finally {
      await server.stop()
    }
  })

  test.each([
    [['--name', ' ']],
    [['--name', 'a', '--scope', 'everything']],
    [['--name', 'a', '--expires', '2001-01-01']],
    [['--name', 'a', '--expires', 'soon']],
    [['--name', 'a', '--organization', '12']],
    [['--name', 'a', '--organization', '00000000-0000-7000-8000-000000000000']],
    [[]],
  ])('an order that makes no sense makes no key: %j', async (args) => {
    const before = await database.query('select id from api_keys')
    const { code, stdout } = await runProgram(['keys', 'create', ...args], env)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(await database.query('select id from api_keys')).toEqual(before)
  })

  test('revoking what is no key is refused', async () => {
    expect((await runProgram(['keys', 'revoke', 'x'], env)).code).toBe(2)
    const id = '00000000-0000-7000-8000-000000000000'
    expect((await runProgram(['keys', 'revoke', id], env)).code).toBe(2)
  })
})
