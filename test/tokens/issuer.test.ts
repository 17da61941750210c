/** Tokens of an OpenID provider, taken beside our own keys. */
import { createPublicKey, createSecretKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { tokenLimits } from '../../src/limits.ts'
import { type Bench, ledgerWith } from '../midaz/ledger.ts'
import { makeSigningKey, TestIssuer } from '../support/issuer.ts'
import { makeKey } from '../support/keys.ts'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'

let issuer: TestIssuer
let server: TestServer
let ledger: Bench

const settings = () => ({
  jwtIssuer: issuer.url,
  jwtAudience: issuer.audience,
  midazProfile: 'v4' as const,
})

beforeAll(async () => {
  issuer = await TestIssuer.start()
  server = await startTestServer(settings())
  issuer.nameOrganizations('*')
  ledger = await ledgerWith(server, ['@a', '@b'], bearer(await issuer.token('*:*')))
})

afterAll(async () => {
  await server.stop()
  await issuer.down()
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function ask(token: string, path = '/v1/organizations', by = server): Promise<Answer> {
  return by.send('GET', path, undefined, bearer(token))
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, tokenLimits.pauseMs))
}

describe('a token of the issuer', () => {
  test('opens both faces', async () => {
    const token = await issuer.token('*:*')
    expect((await ask(token)).status).toBe(200)
    expect((await ask(token, '/ledgers')).status).toBe(200)
  })

  test('is not needed by who has a key', async () => {
    const key = await makeKey(server.database, ['*:*'])
    expect((await ask(key)).status).toBe(200)
    expect((await ask(key, '/ledgers')).status).toBe(200)
  })

  test('or a key is needed from the start', async () => {
    const own = await startTestServer(settings())
    for (const path of ['/v1/organizations', '/ledgers'])
      expect((await own.send('GET', path)).status).toBe(401)
    await own.stop()
  })

  test('permits what its scopes say, and no more', async () => {
    const reader = bearer(await issuer.token('organizations:read'))
    expect((await server.send('GET', '/v1/organizations', undefined, reader)).status).toBe(200)
    expect((await ledger.send('GET', '/balances', undefined, reader)).status).toBe(403)
    expect((await server.send('GET', '/ledgers', undefined, reader)).status).toBe(403)
    expect((await ask(await issuer.forge({ scope: undefined }))).status).toBe(403)
    const poster = bearer(await issuer.token('transactions:write'))
    expect((await ledger.inflow('@a', '5', poster)).status).toBe(201)
    expect((await ledger.send('DELETE', '', undefined, poster)).status).toBe(403)
  })

  test('is for the organizations that it names', async () => {
    const headers = ledger.headers
    const other = await ledgerWith(server, ['@a'], headers)
    issuer.nameOrganizations(other.organizationId.toUpperCase())
    const mine = bearer(await issuer.token('*:*'))
    issuer.nameOrganizations('*')
    expect((await other.send('GET', '', undefined, mine)).status).toBe(200)
    expect((await ledger.send('GET', '', undefined, mine)).status).toBe(404)
    expect((await server.send('GET', '/ledgers', undefined, mine)).status).toBe(403)
    const list = await server.send('GET', '/v1/organizations', undefined, mine)
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([other.organizationId])
    for (const organizations of [undefined, [], ['acme', "'", 7], 'acme', { '*': true }]) {
      const nobodys = bearer(await issuer.forge({ organizations }))
      expect((await ledger.send('GET', '', undefined, nobodys)).status).toBe(404)
      const none = await server.send('GET', '/v1/organizations', undefined, nobodys)
      expect([none.status, none.body.items]).toEqual([200, []])
    }
  })

  test('stands in the event log with what it did', async () => {
    const made = await ledger.send('POST', '/segments', { name: 'of the token' })
    const rows = await server.database.query<{ actor: string }>(
      'select actor from events where subject_id = $1',
      [made.body.id],
    )
    expect(rows.map(({ actor }) => actor)).toEqual(['token:payments'])
  })
})

describe('a token is refused', () => {
  const now = Math.floor(Date.now() / 1000)

  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['for another audience', { aud: 'https://elsewhere.example' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://elsewhere.example' }],
    ['that never ends', { exp: undefined }],
    ['that is over', { exp: now - 120 }],
    ['that has not begun', { nbf: now + 120 }],
    ['of nobody', { sub: undefined }],
    ['of an empty name', { sub: '' }],
    ['of a name without end', { sub: 's'.repeat(256) }],
    ['whose end is no time', { exp: 'tomorrow' }],
  ])('%s', async (_, claims) => {
    const token = await issuer.forge(claims)
    for (const path of ['/v1/organizations', '/ledgers'])
      expect((await ask(token, path)).status).toBe(401)
  })

  test('that is over longer than clocks may differ, and not before', async () => {
    const soon = Math.floor(Date.now() / 1000)
    expect((await ask(await issuer.forge({ exp: soon - 20 }))).status).toBe(200)
    expect((await ask(await issuer.forge({ nbf: soon + 20 }))).status).toBe(200)
    const over = await ask(await issuer.forge({ exp: soon - 40 }))
    expect([over.status, over.body.detail]).toEqual([401, 'The token is no longer valid.'])
  })

  test('without a signature', async () => {
    const [, claims = ''] = (await issuer.forge({})).split('.')
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url')
    for (const alg of ['none', 'None', 'RS256', ''])
      expect((await ask(`${header(alg)}.${claims}.`)).status).toBe(401)
  })

  test('signed with the public key as if it were a secret', async () => {
    const { kid, jwk } = issuer.signing
    const publicKey = createPublicKey({ key: jwk as never, format: 'jwk' })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
    const der = publicKey.export({ type: 'spki', format: 'der' })
    for (const secret of [Buffer.from(pem), Buffer.from(pem.trim()), der]) {
      const bytes = new Uint8Array(createSecretKey(secret).export())
      const token = await issuer.forge({}, { alg: 'HS256', kid }, bytes)
      expect((await ask(token)).status).toBe(401)
    }
  })

  test('signed with a key of its own, whatever it calls it', async () => {
    const own = await makeSigningKey('own')
    const { d: _, ...published } = own.jwk
    for (const header of [{ kid: issuer.signing.kid }, { jwk: published }, { kid: undefined }])
      expect((await ask(await issuer.forge({}, header as never, own.key))).status).toBe(401)
  })

  test('signed by an algorithm that is not on the list', async () => {
    const own = await startTestServer({ ...settings(), jwtAlgorithms: ['ES256'] })
    expect((await ask(await issuer.forge({}), '/v1/organizations', own)).status).toBe(401)
    await own.stop()
  })

  test('that was changed', async () => {
    const [header, claims, signature = ''] = (await issuer.forge({})).split('.')
    const other = Buffer.from(JSON.stringify({ ...JSON.parse(atob(claims ?? '')), sub: 'x' }))
    expect((await ask(`${header}.${other.toString('base64url')}.${signature}`)).status).toBe(401)
    expect((await ask(`${header}.${claims}.${signature.slice(4)}`)).status).toBe(401)
    for (const text of ['a.b.c', '..', 'e30.e30.e30', `${'a'.repeat(5000)}.b.c`])
      expect((await ask(text)).status).toBe(401)
  })
})

describe('the keys of the issuer', () => {
  test('may be replaced at any time', async () => {
    const before = await issuer.token('*:*')
    expect((await ask(before)).status).toBe(200)
    await issuer.rotate('second')
    await pause()
    expect((await ask(await issuer.token('*:*'))).status).toBe(200)
    expect((await ask(before)).status).toBe(401)
  })

  test('are not asked for by tokens that are made up, however many', async () => {
    const stranger = await makeSigningKey('stranger')
    const asked = issuer.asked
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        issuer.forge({}, { kid: `k${index}` }, stranger.key),
      ),
    )
    for (const { status } of await Promise.all(tokens.map((token) => ask(token))))
      expect(status).toBe(401)
    expect(issuer.asked - asked).toBeLessThan(3)
  })

  test('go on when the issuer is away, and others are not known then', async () => {
    const known = await issuer.token('*:*')
    expect((await ask(known)).status).toBe(200)
    const key = await makeKey(server.database, ['*:*'])
    const stranger = await makeSigningKey('not yet known')
    const fresh = await issuer.forge({}, { kid: 'not yet known' }, stranger.key)
    await issuer.down()
    await pause()
    expect((await ask(known)).status).toBe(200)
    expect((await ask(key)).status).toBe(200)
    const midaz = await ask(fresh)
    expect([midaz.status, midaz.headers.get('retry-after')]).toEqual([503, '5'])
    expect(midaz.body.detail).toBe(
      'The issuer of the token cannot be asked for its keys right now.',
    )
    const blnk = await ask(fresh, '/ledgers')
    expect([blnk.status, blnk.body.error_detail.code]).toEqual([503, 'AUTH_ISSUER_UNAVAILABLE'])
    const own = await startTestServer(settings())
    expect((await ask(known, '/v1/organizations', own)).status).toBe(503)
    await issuer.up()
    await pause()
    expect((await ask(known, '/v1/organizations', own)).status).toBe(200)
    expect((await ask(fresh)).status).toBe(401)
    await own.stop()
  })
})

describe('the settings of tokens', () => {
  const read = (flags: object) => () => readConfig(flags, {}, undefined)

  test('are an issuer and an audience, or neither', () => {
    const both = '--jwt-issuer and --jwt-audience'
    expect(read({ jwtIssuer: 'https://id.example' })).toThrow(both)
    expect(read({ jwtAudience: 'ledger' })).toThrow(both)
    const { jwtIssuer } = read({ jwtIssuer: 'https://id.example', jwtAudience: 'ledger' })()
    expect(jwtIssuer).toBe('https://id.example')
  })

  test.each([
    ['http://id.example', 'https://'],
    ['ftp://id.example', 'https://'],
    ['id.example', 'https://'],
    ['https://user:word@id.example', 'more than a place'],
  ])('name no issuer whose keys anybody could replace: %s', (jwtIssuer, fault) => {
    expect(read({ jwtIssuer, jwtAudience: 'ledger' })).toThrow(fault)
  })

  test.each(['none', 'HS256', 'RS256,HS256', 'rs256', ''])(
    'name no algorithm that proves nothing: %s',
    (jwtAlgorithms) => {
      expect(read({ jwtAlgorithms })).toThrow('is none of')
    },
  )

  test('name no claim that says something else, and no clock that is wrong', () => {
    expect(read({ jwtScopesClaim: 'sub' })).toThrow('claim')
    expect(read({ jwtOrganizationsClaim: 'https://acme.example/organizations' })).not.toThrow()
    expect(read({ jwtClockSkew: '301' })).toThrow('0 to 300')
  })
})
