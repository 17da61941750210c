/** A PostgreSQL of the operator's own. The one of the test run stands for it. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runProgram, StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'

let database: TestDatabase
let login: string

beforeEach(async () => {
  database = await createDatabase()
  login = `app_${randomBytes(4).toString('hex')}`
  await database.query(`create role ${login} login password 'secret'`)
})

afterEach(async () => {
  await database.query(`drop owned by ${login} cascade`)
  await database.query(`drop role ${login}`)
  await database.drop()
})

function loginUrl(): string {
  return database.url.replace(/\/\/[^@]+@/, `//${login}:secret@`)
}

async function isReady(env: NodeJS.ProcessEnv): Promise<void> {
  const server = new StartedProgram(['serve', '--port', '0'], env)
  try {
    const url = await server.listening()
    expect((await send(url, 'GET', '/readyz')).status).toBe(200)
    expect(server.stdout).toContain('Data: your own PostgreSQL')
    expect(server.stdout + server.stderr).not.toContain('secret')
  } finally {
    expect((await server.stop()).code).toBe(0)
  }
}

test('the owner of the database is enough', async () => {
  await isReady({ DATABASE_URL: database.url })
})

test('the server may log in as somebody who owns nothing', async () => {
  await isReady({ DATABASE_URL: loginUrl(), DIPTYCH_DATABASE_OWNER_URL: database.url })
  const verified = await runProgram(['verify'], {
    DATABASE_URL: loginUrl(),
    DIPTYCH_DATABASE_OWNER_URL: database.url,
  })
  expect(verified.code).toBe(0)
})

test('an owner who may not set up roles is told what an administrator must run', async () => {
  await database.query(`alter schema public owner to ${login}`)
  await database.query(`alter table schema_migrations owner to ${login}`)
  const { code, stderr } = await runProgram(['migrate'], { DATABASE_URL: loginUrl() })
  expect(code).toBe(1)
  expect(stderr).toContain(`Let an administrator run: grant diptych_server to`)
})

const JOURNALS = ['batches', 'events', 'transactions', 'entries', 'checkpoints']

test.each(JOURNALS)(
  'the role that the server works as can add to %s, and no more',
  async (table) => {
    const inRole = (statement: string) =>
      database.query(`do $do$ begin set local role diptych_server; ${statement}; end $do$`)
    await inRole(`perform from ${table}`)
    for (const statement of [
      `update ${table} set book_id = book_id`,
      `delete from ${table}`,
      `truncate ${table}`,
      `drop table ${table}`,
      `alter table ${table} add column more int`,
      `alter table ${table} disable trigger all`,
      `create trigger t before insert on ${table} execute function suppress_redundant_updates_trigger()`,
    ])
      await expect(inRole(statement), statement).rejects.toThrow(/permission denied|must be owner/)
  },
)

test.each(['books', 'holds'])('the role cannot delete from %s', async (table) => {
  for (const statement of [`delete from ${table}`, `truncate ${table}`])
    await expect(
      database.query(`do $do$ begin set local role diptych_server; ${statement}; end $do$`),
    ).rejects.toThrow('permission denied')
})

test('the role cannot forge what migrations were run', async () => {
  for (const statement of [
    'insert into schema_migrations values (1, $$x$$)',
    'delete from schema_migrations',
  ])
    await expect(
      database.query(`do $do$ begin set local role diptych_server; ${statement}; end $do$`),
    ).rejects.toThrow('permission denied')
})
