/** API keys through Blnk's routes: whose they are, what they may hand on, and what is made with them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeKey } from '../support/keys.ts'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'

const LATER = '2035-01-01T00:00:00Z'

let database: TestDatabase
let server: TestServer
let master: string

beforeAll(async () => {
  database = await createDatabase()
  master = await makeKey(database, ['*:*'])
  server = await startTestServer({}, database)
})

afterAll(async () => {
  await server.stop()
  await database.drop()
})

function ask(key: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return server.send(method, path, body, { 'x-blnk-key': key })
}

async function made(
  by: string,
  owner: string,
  scopes: readonly string[],
): Promise<{ key: string; id: string }> {
  const order = { name: 'n', owner, scopes, expires_at: LATER }
  const { status, body } = await ask(by, 'POST', '/api-keys', order)
  expect(status).toBe(201)
  return { key: body.key, id: body.api_key_id }
}

describe('a key of an owner', () => {
  test('is the same kind of key as those of the command line, and is kept as a hash', async () => {
    const { key, id } = await made(master, 'kinds', ['ledgers:read'])
    expect(key).toMatch(/^dpt_/)
    expect((await ask(key, 'GET', '/ledgers')).status).toBe(200)
    const rows = await database.query<{ owner: string }>(
      `select * from api_keys where id = '${id.slice('api_key_'.length)}'`,
    )
    expect(rows).toMatchObject([{ owner: 'kinds' }])
    expect(JSON.stringify(rows)).not.toContain(key)
  })

  test('is listed without its text', async () => {
    const { key } = await made(master, 'listed', ['ledgers:read'])
    const { body, text } = await ask(master, 'GET', '/api-keys?owner=listed')
    expect(body).toMatchObject([{ key: '***', owner_id: 'listed', is_revoked: false }])
    expect(text).not.toContain(key)
  })

  test('reaches the organization of this face and no other', async () => {
    const { key } = await made(master, 'home', ['*:*'])
    expect((await ask(key, 'GET', '/ledgers')).status).toBe(200)
    const headers = (of: string) => ({ authorization: `Bearer ${of}` })
    const order = { legalName: 'Elsewhere', legalDocument: '1' }
    const other = await server.send('POST', '/v1/organizations', order, headers(master))
    const path = `/v1/organizations/${other.body.id}`
    expect((await server.send('GET', path, undefined, headers(master))).status).toBe(200)
    expect((await server.send('GET', path, undefined, headers(key))).status).toBe(404)
  })

  test('is refused at once when it is revoked, and shows when that was', async () => {
    const { key, id } = await made(master, 'revoked', ['*:*'])
    expect((await ask(key, 'GET', '/ledgers')).status).toBe(200)
    expect((await ask(master, 'DELETE', `/api-keys/${id}?owner=revoked`)).status).toBe(204)
    expect((await ask(key, 'GET', '/ledgers')).body.error_detail.code).toBe('AUTH_EXPIRED_API_KEY')
    const { body } = await ask(master, 'GET', '/api-keys?owner=revoked')
    expect(body).toMatchObject([{ is_revoked: true, revoked_at: expect.any(String) }])
  })

  test('neither sees nor revokes keys of others, the operator’s least of all', async () => {
    const mine = await made(master, 'me', ['api-keys:*'])
    const other = await made(master, 'other', ['ledgers:read'])
    const [operator] = await database.query<{ id: string }>(
      'select id from api_keys where owner is null limit 1',
    )
    for (const id of [other.id, `api_key_${operator?.id}`]) {
      expect((await ask(mine.key, 'DELETE', `/api-keys/${id}`)).status).toBe(404)
      expect((await ask(mine.key, 'DELETE', `/api-keys/${id}?owner=other`)).status).toBe(403)
      expect((await ask(mine.key, 'DELETE', `/api-keys/${id}?owner=`)).status).toBe(404)
    }
    expect((await ask(other.key, 'GET', '/ledgers')).status).toBe(200)
    const listed = await ask(mine.key, 'GET', '/api-keys')
    expect(listed.body).toHaveLength(1)
  })
})

describe('a key that makes keys', () => {
  test.each([
    ['*:*', 403],
    ['*:read', 403],
    ['ledgers:*', 403],
    ['api-keys:*', 201],
    ['api-keys:write', 201],
    ['ledgers:read', 201],
    ['ledgers:write', 403],
    ['ledgers:read:more', 403],
    ['nonsense', 403],
    ['', 403],
  ])(
    'that has api-keys:* and ledgers:read asks for %s and is answered %i',
    async (scope, status) => {
      const { key } = await made(master, 'granting', ['api-keys:*', 'ledgers:read'])
      const order = { name: 'n', owner: 'granting', scopes: [scope], expires_at: LATER }
      expect((await ask(key, 'POST', '/api-keys', order)).status).toBe(status)
    },
  )

  test('gives the operator’s limited key no more than it has', async () => {
    const key = await makeKey(database, ['api-keys:write'])
    const order = { name: 'n', owner: 'anybody', scopes: ['ledgers:read'], expires_at: LATER }
    expect((await ask(key, 'POST', '/api-keys', order)).body.error_detail.code).toBe(
      'AUTH_SCOPE_ESCALATION',
    )
  })

  test.each([
    [{ name: 'x'.repeat(201) }],
    [{ owner: 'x'.repeat(201) }],
    [{ scopes: Array.from({ length: 101 }, () => 'ledgers:read') }],
    [{ scopes: ['x'.repeat(101)] }],
    [{ scopes: 'ledgers:read' }],
    [{ scopes: [1] }],
    [{ expires_at: '0001-01-01T00:00:00Z' }],
    [{ expires_at: 7 }],
    [{ owner: 'nul\u0000' }],
  ])('refuses what is no order: %j', async (change) => {
    const order = { name: 'n', owner: 'o', scopes: ['*:*'], expires_at: LATER, ...change }
    const { status, body } = await ask(master, 'POST', '/api-keys', order)
    expect([status, body.error_detail.code]).toEqual([400, 'GEN_MALFORMED_REQUEST'])
  })
})

test('a scope of three parts permits nothing', async () => {
  const { key } = await made(master, 'three', ['ledgers:read:x'])
  expect((await ask(key, 'GET', '/ledgers')).status).toBe(403)
})

test('the keys of an owner are paged by the id of the last one', async () => {
  const ids: string[] = []
  for (let count = 0; count < 3; count += 1) ids.unshift((await made(master, 'paged', [])).id)
  const listed = async (more = '') =>
    (await ask(master, 'GET', `/api-keys?owner=paged${more}`)).body.map(
      (one: { api_key_id: string }) => one.api_key_id,
    )
  expect(await listed()).toEqual(ids)
  expect(await listed(`&before=${ids[0]}`)).toEqual(ids.slice(1))
  expect(await listed('&before=api_key_none')).toEqual([])
})

describe('the metadata of what is made with an owner’s key', () => {
  test('says which key it was, whatever the caller claims', async () => {
    const { key, id } = await made(master, 'stamps', ['*:*'])
    const name = { name: 'L' }
    const claim = { META_DATA: { a: 1, BLNK_GENERATED_BY: 'somebody' } }
    expect((await ask(key, 'POST', '/ledgers', { ...name, ...claim })).body.meta_data).toEqual({
      a: 1,
      BLNK_GENERATED_BY: id,
    })
    const null_ = await ask(key, 'POST', '/ledgers', { ...name, meta_data: null })
    expect(null_.body.meta_data).toEqual({ BLNK_GENERATED_BY: id })
    const wrong = await ask(key, 'POST', '/ledgers', { ...name, meta_data: 'text' })
    expect(wrong.status).toBe(400)
  })

  test('is left alone when it is added to', async () => {
    const { key } = await made(master, 'adds', ['*:*'])
    const ledger = await ask(master, 'POST', '/ledgers', { name: 'L' })
    const added = await ask(key, 'POST', `/${ledger.body.ledger_id}/metadata`, {
      meta_data: { b: 2 },
    })
    expect(added.body.meta_data).toEqual({ b: 2 })
  })
})

test('a request for a backup is answered that none was made', async () => {
  for (const path of ['/backup', '/backup-s3']) {
    const { status, body } = await ask(master, 'GET', path)
    expect(status).toBe(501)
    expect(body.error).toMatchObject({ message: expect.stringContaining('no backup was made') })
  }
})

describe('a master key of the settings', () => {
  const secret = 'a-secret-of-the-settings'
  let secured: TestServer

  beforeAll(async () => {
    secured = await startTestServer({ blnkSecure: true, blnkSecretKey: secret })
  })

  afterAll(() => secured.stop())

  test('is needed although no key was ever made', async () => {
    expect((await secured.send('GET', '/ledgers')).status).toBe(401)
    expect((await secured.send('GET', '/v1/organizations')).status).toBe(401)
    const wrong = { 'x-blnk-key': `${secret}x` }
    expect((await secured.send('GET', '/ledgers', undefined, wrong)).status).toBe(401)
  })

  test('opens everything in both headers, and is no row of the database', async () => {
    const key = { 'x-blnk-key': secret }
    expect((await secured.send('GET', '/hooks', undefined, key)).status).toBe(200)
    const bearer = { authorization: `Bearer ${secret}` }
    expect((await secured.send('GET', '/v1/organizations', undefined, bearer)).status).toBe(200)
    const order = { name: 'n', owner: 'o', scopes: ['ledgers:read'], expires_at: LATER }
    expect((await secured.send('POST', '/api-keys', order, key)).status).toBe(201)
    const rows = await secured.database.query('select name from api_keys')
    expect(rows).toEqual([{ name: 'n' }])
  })
})

test('an owner that no text can be is refused', async () => {
  for (const [method, path] of [
    ['GET', '/api-keys'],
    ['DELETE', '/api-keys/api_key_00000000-0000-4000-8000-000000000000'],
  ] as const)
    expect((await ask(master, method, `${path}?owner=%00`)).status).toBe(400)
})
