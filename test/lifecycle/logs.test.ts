import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runProgram, StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(() => database.drop())

const PERSON = {
  identity_type: 'individual',
  first_name: 'Desdemona',
  last_name: 'Quillfeather',
  email_address: 'desdemona@example.org',
  phone_number: '+15550001111',
  dob: '1990-01-01T00:00:00Z',
  gender: 'female',
}

test('neither keys nor people are in the log, whatever goes wrong', async () => {
  const env = { DATABASE_URL: database.url }
  const key = (await runProgram(['keys', 'create', '--name', 'test'], env)).stdout.trim()
  const server = new StartedProgram(['serve', '--port', '0', '--log-level', 'debug'], env)
  const url = await server.listening()
  const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'request-1' }
  await send(url, 'POST', '/identities', PERSON, headers)
  await send(url, 'POST', '/identities', { ...PERSON, first_name: 7 }, headers)
  await send(url, 'POST', '/identities', PERSON, { authorization: 'Bearer dpt_guessed-key' })
  await send(url, 'POST', '/identities', '{"first_name": "Desdemona', headers)
  await send(url, 'GET', '/identities?email=desdemona@example.org', undefined, headers)
  await send(url, 'GET', '/Quillfeather', undefined, headers)
  for (let again = 0; again < 2; again += 1)
    await send(
      url,
      'POST',
      '/balances',
      { ledger_id: 'x', currency: 'USD', meta_data: PERSON },
      headers,
    )
  const { stdout, stderr } = await server.stop()
  const said = stdout + stderr
  for (const secret of [
    key,
    'guessed-key',
    'Desdemona',
    'Quillfeather',
    'desdemona',
    '15550001111',
  ])
    expect(said).not.toContain(secret)
  expect(said).toContain('request-1')
})

test('each line is JSON when nobody sits in front of it, and text for people when asked', async () => {
  const env = { DATABASE_URL: database.url }
  const json = new StartedProgram(['serve', '--port', '0', '--log-format', 'json'], env)
  const url = await json.listening()
  const { stdout, stderr } = await json.stop()
  expect(stdout).toBe('')
  const [first] = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(first).toMatchObject({ level: 'info', url, authentication: expect.any(Boolean) })

  const text = new StartedProgram(['serve', '--port', '0', '--log-format', 'text'], env)
  await text.listening()
  expect((await text.stop()).stderr).toMatch(/^\d\d:\d\d:\d\d info {2}answering what was accepted/)
})
