/**
 * Every route of both documents, asked by strangers: with a key and with a token of another organization, with those that permit
 * nothing, and with none. Routes are found in the documents, so that a new one is tried without anybody's doing.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodies } from '../midaz/bodies.ts'
import { type Bench, ledgerWith } from '../midaz/ledger.ts'
import { Chance } from '../support/chance.ts'
import { Fuzz, type Operation, operationsOf } from '../support/fuzz.ts'
import { TestIssuer } from '../support/issuer.ts'
import { makeKey } from '../support/keys.ts'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'

const NOBODY = '01890000-0000-7000-8000-00000000dead'

/** Stands in everything that strangers must not read. */
const SECRET = 'classified'

let issuer: TestIssuer
let server: TestServer
let theirs: Bench
let strangers: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[]
let powerless: typeof strangers
let ids: ReadonlyMap<string, string>

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

beforeAll(async () => {
  issuer = await TestIssuer.start()
  const settings = {
    jwtIssuer: issuer.url,
    jwtAudience: issuer.audience,
    midazProfile: 'v4',
  } as const
  server = await startTestServer(settings)
  const owner = bearer(await makeKey(server.database, ['*:*']))
  const mine = await ledgerWith(server, ['@mine'], owner)
  theirs = await ledgerWith(server, ['@a', '@b'], owner)
  await furnish(theirs)
  ids = await idsIn(await document('midaz'))
  const others = [mine.organizationId]
  issuer.nameOrganizations(...others)
  strangers = [
    ['a key', bearer(await makeKey(server.database, ['*:*'], others))],
    ['a token', bearer(await issuer.token('*:*'))],
    ['a token for nobody', bearer(await issuer.forge({ organizations: [] }))],
  ]
  powerless = [
    ['a key', bearer(await makeKey(server.database, ['nothing:read']))],
    ['a token', bearer(await issuer.forge({ scope: 'openid nothing:read' }))],
  ]
})

afterAll(async () => {
  await server.stop()
  await issuer.down()
})

async function document(face: 'midaz' | 'blnk'): Promise<readonly Operation[]> {
  return operationsOf((await server.send('GET', `/openapi/${face}.json`)).body)
}

/** Makes one of everything, with a word in it that gives it away. */
async function furnish(bench: Bench): Promise<void> {
  const organization = `/v1/organizations/${bench.organizationId}`
  const metadata = { note: SECRET }
  const named = { name: SECRET, metadata }
  await server.send('PATCH', organization, { legalName: SECRET, metadata }, bench.headers)
  await bench.send('PATCH', '', named)
  await bench.inflow('@a', '10')
  await bench.pay('1', [['@a', '1']], [['@b', '1']], { metadata, description: SECRET })
  await bench.send('POST', '/portfolios', named)
  await bench.send('POST', '/segments', named)
  await bench.send('POST', '/account-types', { ...named, keyValue: SECRET })
  await bench.send('POST', '/operation-routes', {
    title: SECRET,
    operationType: 'source',
    account: { ruleType: 'alias', validIf: '@a' },
    metadata,
  })
  await bench.send('POST', '/operation-routes', {
    title: SECRET,
    operationType: 'destination',
    account: { ruleType: 'alias', validIf: '@b' },
  })
  const routes = (await bench.get('/operation-routes')).body.items ?? []
  const operationRoutes = routes.map(({ id }: { id: string }) => id)
  await bench.send('POST', '/transaction-routes', { title: SECRET, operationRoutes, metadata })
  const webhook = { name: SECRET, url: 'https://example.com/', metadata, active: false }
  await server.send('POST', `${organization}/webhooks`, webhook, bench.headers)
}

/** What stands for itself in a path. */
const NAMES: Readonly<Record<string, string>> = {
  alias: '@a',
  code: 'USD',
  asset_code: 'USD',
  entity_name: 'account',
  index_key: 'note',
  key: 'default',
  record_id: NOBODY,
  external_id: NOBODY,
}

/** An id for each parameter of the paths: that of the first item of the list below which it stands. */
async function idsIn(operations: readonly Operation[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map([
    ...Object.entries(NAMES),
    ['organization_id', theirs.organizationId],
    ['ledger_id', theirs.ledgerId],
  ] as [string, string][])
  const lists = operations
    .filter(({ method }) => method === 'GET')
    .flatMap(({ path }) => {
      const [, list, parameter] = /^(.*)\/\{([a-z_]+)\}$/.exec(path) ?? []
      return list === undefined || parameter === undefined ? [] : [{ list, parameter }]
    })
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const { list, parameter } of lists) {
      const url = filled(list, found)
      if (found.has(parameter) || url.includes('{')) continue
      const { body } = await server.send('GET', url, undefined, theirs.headers)
      const id = body?.items?.[0]?.id
      if (typeof id === 'string') found.set(parameter, id)
    }
  }
  const missing = operations.flatMap(({ path }) =>
    [...path.matchAll(/\{([a-z_]+)\}/g)].flatMap(([, name = '']) =>
      found.has(name) ? [] : [name],
    ),
  )
  // Whoever adds a route makes what it is about in furnish().
  expect([...new Set(missing)]).toEqual([])
  return found
}

function filled(path: string, by: ReadonlyMap<string, string>): string {
  return path.replace(/\{([a-z_]+)\}/g, (whole, name: string) => by.get(name) ?? whole)
}

/** How far all books have come, and what stands beside them. */
async function state(): Promise<unknown> {
  return server.database.query(`
    select (select sum(seq) from books) as seq, (select count(*) from api_keys) as keys,
           (select count(*) from subscription_secrets) as secrets,
           (select count(*) from dead_letters where replay_at is not null) as replays`)
}

const fuzz = new Fuzz(new Chance(7), {
  ids: [NOBODY],
  words: ['@a', 'USD', '1'],
  inPath: () => undefined,
})

/** Bodies to try: one that would do something, and some of the shape that the document tells. */
function bodiesFor(operation: Operation): readonly (string | undefined)[] {
  if (operation.schema === undefined) return [undefined]
  const known = bodies(operation.path, operation.method.toLowerCase())
  return [JSON.stringify(known ?? {}), fuzz.bodyFor(operation), fuzz.bodyFor(operation)]
}

describe('a stranger to an organization', () => {
  test('cannot tell it from one that is not there, reads nothing of it and changes nothing', async () => {
    const before = await state()
    const operations = (await document('midaz')).filter(({ path }) =>
      path.includes('{organization_id}'),
    )
    expect(operations.length).toBeGreaterThan(70)
    for (const operation of operations)
      for (const text of bodiesFor(operation)) {
        const url = `${filled(operation.path, ids)}?date=2026-01-01T00:00:00Z`
        const absent = url.replace(theirs.organizationId, NOBODY)
        for (const [name, headers] of strangers) {
          const ask = (at: string) => server.send(operation.method, at, text, headers)
          const [strange, nowhere] = [await ask(url), await ask(absent)]
          const about = `${name}: ${operation.method} ${operation.path} ${text}`
          expect([about, ...told(strange)]).toEqual([about, ...told(nowhere)])
          expectNothing(strange, about)
        }
      }
    expect(await state()).toEqual(before)
  })

  test('sees none but his own where organizations are listed, and makes none', async () => {
    const operations = (await document('midaz')).filter(
      ({ path }) => !path.includes('{organization_id}'),
    )
    for (const operation of operations)
      for (const text of bodiesFor(operation))
        for (const [name, headers] of strangers) {
          const answer = await server.send(operation.method, operation.path, text, headers)
          expect(answer.text, name).not.toContain(SECRET)
          if (operation.method !== 'GET' && operation.method !== 'HEAD')
            expect(answer.status).toBeGreaterThanOrEqual(400)
        }
  })

  test('is turned away from every route of the other face', async () => {
    const before = await state()
    const operations = await document('blnk')
    expect(operations.length).toBeGreaterThan(60)
    for (const operation of operations)
      for (const text of bodiesFor(operation))
        for (const [name, headers] of strangers) {
          const url = operation.path.replace(/\{[a-z_]+\}/gi, NOBODY)
          const { status } = await server.send(operation.method, url, text, headers)
          const about = `${name}: ${operation.method} ${operation.path}`
          expect([about, status]).toEqual([about, 403])
        }
    expect(await state()).toEqual(before)
  })
})

function told({ status, text }: Answer): readonly unknown[] {
  return [status, text.replaceAll(theirs.organizationId, '').replaceAll(NOBODY, '')]
}

/** Refused, or a list without items. */
function expectNothing({ status, text, body, headers }: Answer, about: string): void {
  expect(text, about).not.toContain(SECRET)
  if ([400, 401, 403, 404].includes(status)) return
  const count = headers.get('x-total-count')
  const items: unknown = Array.isArray(body) ? body : body?.items
  const isEmpty = count === '0' || (Array.isArray(items) && items.length === 0)
  expect([about, status, isEmpty]).toEqual([about, expect.any(Number), true])
}

describe.each(['midaz', 'blnk'] as const)('every route of %s', (face) => {
  const asked = async (headers: Readonly<Record<string, string>>, expected: number) => {
    const before = await state()
    for (const operation of await document(face))
      for (const text of bodiesFor(operation)) {
        const url =
          face === 'midaz'
            ? filled(operation.path, ids)
            : operation.path.replace(/\{[a-z_]+\}/gi, NOBODY)
        const { status } = await server.send(operation.method, url, text, headers)
        const about = `${operation.method} ${operation.path}`
        expect([about, status]).toEqual([about, expected])
      }
    expect(await state()).toEqual(before)
  }

  test('is closed without a key or a token', () => asked({}, 401))

  test('is closed to a key and a token that nobody knows', async () => {
    await asked(bearer('dpt_unknown'), 401)
    await asked(bearer(await issuer.forge({ aud: 'elsewhere' })), 401)
  })

  test('is closed to a key and a token that permit something else', async () => {
    for (const [, headers] of powerless) await asked(headers, 403)
  })
})
