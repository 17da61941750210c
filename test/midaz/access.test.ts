/** Who may ask for what: keys, what they permit, and organizations that a key does not see. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../../src/auth/index.ts'
import { connectionLimits } from '../../src/limits.ts'
import { Connections, PostgresKeyStore } from '../../src/storage/index.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { bodies } from './bodies.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let server: TestServer
let connections: Connections
let all: string

async function key(
  scopes: readonly string[],
  organizations: readonly string[] | null = null,
): Promise<string> {
  const store = new PostgresKeyStore(connections)
  const order = { name: 'test', scopes, organizations, owner: null, expiresAt: null }
  return (await createKey(store, order, Date.now() * 1000)).text
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  connections = new Connections(server.database.url, { ...connectionLimits, role: null })
  all = await key(['*:*'])
  // The server believes for a moment that there are no keys.
  for (;;) {
    const { status } = await server.send('GET', '/v1/organizations')
    if (status === 401) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

afterAll(async () => {
  await connections.close()
  await server.stop()
})

describe('a token', () => {
  test('is needed once there is a key', async () => {
    const { status, body } = await server.send('GET', '/v1/organizations')
    expect([status, body.code]).toEqual([401, '0041'])
    const later = await server.send('GET', '/v1/organizations', undefined, {
      'x-midaz-profile': 'v4',
    })
    expect([later.status, later.body.code]).toEqual([401, '0042'])
  })

  test('must be known', async () => {
    const { status, body } = await server.send('GET', '/v1/organizations', undefined, bearer('x'))
    expect([status, body.code]).toEqual([401, '0042'])
  })

  test.each([
    ['Bearer', (token: string) => `Bearer ${token}`],
    ['bearer', (token: string) => `bearer ${token}`],
    ['nothing', (token: string) => token],
  ])('may come after %s', async (_, write) => {
    const headers = { authorization: write(all) }
    expect((await server.send('GET', '/v1/organizations', undefined, headers)).status).toBe(200)
  })

  test('may come as the key that clients of Blnk send', async () => {
    const headers = { 'x-blnk-key': all }
    expect((await server.send('GET', '/v1/organizations', undefined, headers)).status).toBe(200)
    const unknown = { 'x-blnk-key': 'x' }
    const refused = await server.send('GET', '/v1/organizations', undefined, unknown)
    expect([refused.status, refused.body.code]).toEqual([401, '0042'])
  })

  test('permits what its scopes say, and no more', async () => {
    const reader = bearer(await key(['organizations:read']))
    expect((await server.send('GET', '/v1/organizations', undefined, reader)).status).toBe(200)
    const made = await server.send(
      'POST',
      '/v1/organizations',
      { legalName: 'x', legalDocument: '1' },
      reader,
    )
    expect([made.status, made.body.code]).toEqual([403, '0043'])
    const ledger = await ledgerWith(server, ['@a'], bearer(all))
    const poster = bearer(await key(['transactions:write']))
    const paid = await ledger.send('POST', '/transactions/inflow', inflow('@a'), poster)
    expect(paid.status).toBe(201)
    expect((await ledger.send('GET', '/balances', undefined, poster)).status).toBe(403)
    expect((await ledger.send('DELETE', '', undefined, poster)).status).toBe(403)
  })
})

function inflow(alias: string) {
  const to = [{ accountAlias: alias, amount: { asset: 'USD', value: '1' } }]
  return { send: { asset: 'USD', value: '1', distribute: { to } } }
}

describe('a key for one organization', () => {
  let mine: Bench
  let theirs: Bench

  beforeAll(async () => {
    mine = await ledgerWith(server, ['@a', '@b'], bearer(all))
    theirs = await ledgerWith(server, ['@a', '@b'], bearer(all))
    await theirs.inflow('@a', '10')
  })

  test('sees its own', async () => {
    const headers = bearer(await key(['*:*'], [mine.organizationId]))
    const list = await server.send('GET', '/v1/organizations', undefined, headers)
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([mine.organizationId])
    expect((await mine.send('GET', '/accounts', undefined, headers)).body.items).toHaveLength(3)
    expect((await mine.send('POST', '/transactions/inflow', inflow('@a'), headers)).status).toBe(
      201,
    )
  })

  test('may not make others', async () => {
    const headers = bearer(await key(['*:*'], [mine.organizationId]))
    const body = { legalName: 'x', legalDocument: '1' }
    expect((await server.send('POST', '/v1/organizations', body, headers)).status).toBe(403)
  })

  test("cannot tell a stranger's organization from one that is not there, on any route", async () => {
    const headers = bearer(await key(['*:*'], [mine.organizationId]))
    const { body: document } = await server.send('GET', '/openapi/midaz.json')
    const paid = await theirs.pay('1', [['@a', '1']], [['@b', '1']])
    const ids: Record<string, string> = {
      ledger_id: theirs.ledgerId,
      account_id: (await theirs.get('/accounts/alias/@a')).body.id,
      balance_id: await theirs.balanceId('@a'),
      transaction_id: paid.body.id,
      operation_id: paid.body.operations[0].id,
      asset_id: (await theirs.get('/assets')).body.items[0].id,
      alias: '@a',
      code: 'USD',
    }
    let asked = 0
    for (const [path, methods] of Object.entries<object>(document.paths)) {
      if (!path.includes('{organization_id}')) continue
      for (const method of Object.keys(methods)) {
        const fill = (organizationId: string) =>
          path.replace(/\{([a-z_]+)\}/g, (_, name: string) =>
            name === 'organization_id' ? organizationId : (ids[name] ?? NOBODY),
          )
        const send = (organizationId: string) =>
          server.send(
            method.toUpperCase(),
            `${fill(organizationId)}?date=2026-01-01T00:00:00Z`,
            bodies(path, method),
            headers,
          )
        const [strange, absent] = [await send(theirs.organizationId), await send(NOBODY)]
        const told = ({ status, text }: typeof strange) => [
          status,
          text.replaceAll(theirs.organizationId, '').replaceAll(NOBODY, ''),
        ]
        expect([method, path, ...told(strange)]).toEqual([method, path, ...told(absent)])
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(60)
    expect((await theirs.balance('@a')).available).toBe('9')
    expect((await theirs.get('')).status).toBe(200)
  })
})

const NOBODY = '01890000-0000-7000-8000-00000000dead'
