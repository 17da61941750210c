/** Blnk's own settings: what of them is taken over, and what is named because it is not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readBlnkSettings } from '../../src/blnk-config.ts'
import { readConfig } from '../../src/config.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'

let folder: string
let file: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diptych-blnk-'))
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(() => {
  file = path.join(folder, 'blnk.json')
})

const SECRET = 'a secret key of the server'

async function written(content: unknown): Promise<string> {
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function configFrom(content: unknown, env: NodeJS.ProcessEnv = {}) {
  const { given, notes } = readBlnkSettings(env, await written(content))
  return { config: readConfig({}, env, undefined, given), notes }
}

describe('a blnk.json', () => {
  test('sets what means something here', async () => {
    const { config, notes } = await configFrom({
      server: {
        port: '5001',
        secure: true,
        secret_key: SECRET,
        upload_whitelist: ['files.example.com', 'other.example.com:8443'],
        metrics_bearer_token: 'metrics',
      },
      data_source: { dns: 'postgres://user:word@db:5432/blnk?sslmode=disable' },
      tokenization_secret: 'blnk-tokenization-secret-32bytes',
      notification: { webhook: { url: 'https://example.com/hook', headers: { 'X-A': 'b' } } },
      rate_limit: { requests_per_second: 50, burst: 80 },
    })
    expect(notes).toEqual([])
    expect(config).toMatchObject({
      blnkPort: 5001,
      blnkSecure: true,
      blnkSecretKey: SECRET,
      uploadHosts: ['files.example.com', 'other.example.com:8443'],
      metricsToken: 'metrics',
      databaseUrl: 'postgres://user:word@db:5432/blnk?sslmode=disable',
      tokenizationKeys: [Buffer.from('blnk-tokenization-secret-32bytes')],
      blnkWebhookUrl: 'https://example.com/hook',
      blnkWebhookHeaders: { 'X-A': 'b' },
      rateLimit: 50,
      rateLimitBurst: 80,
    })
  })

  test('is told what of it means nothing, once for each thing, and what nobody knows', async () => {
    const { notes } = await configFrom({
      Redis: { dns: 'redis:6379', pool_size: 100 },
      typesense: { dns: 'http://typesense:8108' },
      queue: { number_of_queues: 20, transaction_queue: 'new:transaction' },
      transaction: { hash_chain: { enabled: true } },
      server: { ssl: true, domain: false, wings: 2 },
      data_source: { max_open_conns: 10 },
      s3_region: 'eu',
      telepathy: { far: { away: 1 } },
      empty: '',
    })
    const told = notes.map((note) => note.replace(` in ${file}`, ''))
    expect(told).toEqual([
      expect.stringMatching(/^redis: there is no Redis/),
      expect.stringMatching(/^typesense: there is no Typesense/),
      expect.stringMatching(/^queue: there is no queue/),
      expect.stringMatching(/^transaction: /),
      expect.stringMatching(/^server\.ssl: .*TLS/),
      'server.wings: there is no such setting',
      expect.stringMatching(/^data_source\.max_open_conns: /),
      expect.stringMatching(/^s3_region: backups/),
      'telepathy.far.away: there is no such setting',
    ])
  })

  test('may be empty, and its names may be written in capitals', async () => {
    expect((await configFrom({})).notes).toEqual([])
    const { config } = await configFrom({ Server: { PORT: 5001, Secure: false } })
    expect(config).toMatchObject({ blnkPort: 5001, blnkSecure: false })
  })

  test.each([
    ['{ not json', /blnk\.json: /],
    ['[]', /is not a JSON object/],
    [{ server: { port: 'many' } }, /server\.port in .*blnk\.json: many is not a port/],
    [{ server: { secure: 'perhaps' } }, /server\.secure in /],
    [{ server: { secure: true } }, /--blnk-secret-key/],
    [{ tokenization_secret: 'too short' }, /tokenization_secret in .*32 bytes/],
    [{ data_source: { dns: 'host=db user=x password=word' } }, /data_source\.dns in /],
    [{ rate_limit: { requests_per_second: { a: 1 } } }, /there is no such setting|rate/],
  ])('that is wrong is refused, or named: %j', async (content, fault) => {
    const outcome = await configFrom(content).then(
      ({ notes }) => notes.join('\n'),
      (error: Error) => error.message,
    )
    expect(outcome).toMatch(fault)
    expect(outcome).not.toMatch(/word|too short/)
  })

  test('that was named must be there', () => {
    expect(() => readBlnkSettings({}, path.join(folder, 'none.json'))).toThrow('none.json')
  })
})

test('a variable of Blnk wins over its file, and every setting of ours over both', async () => {
  const env = { BLNK_SERVER_PORT: '5002', BLNK_SERVER_SECURE: 'false', BLNK_WEBHOOK_URL: '' }
  const content = { server: { port: 5001, secure: true, secret_key: SECRET } }
  const { config } = await configFrom(content, env)
  expect(config).toMatchObject({ blnkPort: 5002, blnkSecure: false, blnkWebhookUrl: null })
  const { given } = readBlnkSettings(env, file)
  const ours = readConfig({}, { ...env, DIPTYCH_BLNK_PORT: '5003' }, undefined, given)
  expect(ours.blnkPort).toBe(5003)
  expect(readConfig({ blnkPort: '5004' }, env, undefined, given).blnkPort).toBe(5004)
})

test('variables that mean nothing are named without what they say', () => {
  const { notes } = readBlnkSettings(
    { BLNK_REDIS_DNS: 'redis://:word@r', BLNK_AWS_SECRET_ACCESS_KEY: 'word', BLNK_MOOD: 'word' },
    undefined,
  )
  expect(notes).toEqual([
    expect.stringMatching(/^BLNK_REDIS_DNS: there is no Redis/),
    expect.stringMatching(/^BLNK_AWS_SECRET_ACCESS_KEY: backups/),
    'BLNK_MOOD: there is no such setting',
  ])
})

describe('a server that is started beside a blnk.json', () => {
  let database: TestDatabase

  beforeAll(async () => {
    database = await createDatabase()
  })

  afterAll(() => database.drop())

  test('listens where Blnk did, takes its key, and says what it does not take over', async () => {
    await written({
      server: { port: 0, secure: true, secret_key: SECRET, metrics_bearer_token: 'metrics' },
      data_source: { dns: database.url },
      redis: { dns: 'redis:6379' },
    })
    const server = new StartedProgram(['serve', '--port', '0'], {}, folder)
    try {
      const url = await server.listening()
      const other = /^and on (\S+) \(for clients of Blnk\)/m.exec(server.stdout)?.[1] ?? ''
      const key = { 'x-blnk-key': SECRET }
      expect((await send(other, 'GET', '/ledgers', undefined, key)).status).toBe(200)
      expect((await send(url, 'GET', '/ledgers')).status).toBe(401)
      expect((await send(url, 'GET', '/metrics')).status).toBe(401)
      const scraper = { authorization: 'Bearer metrics' }
      expect((await send(url, 'GET', '/metrics', undefined, scraper)).status).toBe(200)
      const wrong = { authorization: 'Bearer metric' }
      const refused = await send(url, 'GET', '/metrics', undefined, wrong)
      expect(refused.body.error_detail.code).toBe('AUTH_INVALID_BEARER_TOKEN')
    } finally {
      const { code, stderr } = await server.stop()
      expect(code).toBe(0)
      expect(stderr).toContain('Not taken over from Blnk: redis in ./blnk.json')
      expect(stderr + server.stdout).not.toContain(SECRET)
    }
  })
})
