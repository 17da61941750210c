/** Every code that these routes answer with: its status in each generation, and its title. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue } from '../../src/http/midaz/catalogue.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { directoryErrors } from './errors/directory.ts'
import { moneyErrors } from './errors/money.ts'
import { requestErrors } from './errors/requests.ts'
import { noRoutes, prepareRoutes, routeErrors } from './errors/routes.ts'
import { type Ask, account, noSubjects, prepare, UNKNOWN } from './errors/row.ts'
import { type Bench, emptyLedger } from './ledger.ts'

const PROFILES = ['seed', 'v3', 'v4'] as const

const on = noSubjects()
const routes = noRoutes()
let server: TestServer
let ledger: Bench
let routed: Bench

beforeAll(async () => {
  server = await startTestServer()
  ledger = await prepare(server, on)
  routed = await prepareRoutes(server, routes)
})

afterAll(() => server.stop())

test.each([...directoryErrors(on), ...moneyErrors(on), ...requestErrors])(
  '%s is %s: %s',
  (code, title, statuses, ask) => answers(ledger, code, title, statuses, ask),
)

test.each(routeErrors(routes))('%s is %s: %s, about routes', (code, title, statuses, ask) =>
  answers(routed, code, title, statuses, ask),
)

/** What is shown below, or where there are keys, many indexes, overdrafts under routes, or no database. */
const SHOWN_ELSEWHERE = ['0041', '0042', '0043', '0046', '0066', '0135', '0484', '0485', '0492']

test('no code is without a test', () => {
  const rows = [
    ...directoryErrors(on),
    ...moneyErrors(on),
    ...requestErrors,
    ...routeErrors(routes),
  ]
  const shown = new Set([...rows.map(([code]) => code), ...SHOWN_ELSEWHERE])
  expect(Object.keys(catalogue).filter((code) => !shown.has(code))).toEqual([])
})

async function answers(
  bench: Bench,
  code: string,
  title: string,
  statuses: string,
  ask: Ask,
): Promise<void> {
  for (const [index, profile] of PROFILES.entries()) {
    const { status, body, headers } = await ask(bench.as(profile))
    const expected = Number(statuses.split(' ')[index])
    expect({ profile, status, code: body.code, title: body.title }).toEqual({
      profile,
      status: expected,
      code,
      title,
    })
    expect(body.message.length).toBeGreaterThan(10)
    expect(body).toMatchObject({
      detail: body.message,
      status,
      type: expect.stringMatching(`/${code}$`),
    })
    const type = profile === 'v4' ? 'application/problem+json' : 'application/json'
    expect(headers.get('content-type')).toMatch(new RegExp(`^${type.replace('+', '\\+')}`))
  }
}

test('0066 is Invalid Account Type: 400 400 400', async () => {
  const strict = await emptyLedger(server)
  await strict.asset()
  await strict.send('PATCH', '/settings', { accounting: { validateAccountType: true } })
  for (const profile of PROFILES) {
    const { status, body } = await account({})(strict.as(profile))
    expect([status, body.code, body.title]).toEqual([400, '0066', 'Invalid Account Type'])
  }
})

test('an unknown transaction cannot be reverted: 422 and 0099 in v3, 404 and 0007 elsewhere', async () => {
  const answers = await Promise.all(
    PROFILES.map((profile) => ledger.as(profile).send('POST', `/transactions/${UNKNOWN}/revert`)),
  )
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [404, '0007'],
    [422, '0099'],
    [404, '0007'],
  ])
})

test('a body beyond what the server takes is answered with 413', async () => {
  const { status, body } = await ledger.send('POST', '/segments', { name: 'x'.repeat(6_000_000) })
  expect([status, body.code]).toEqual([413, '0143'])
})

test('a path that leads nowhere, and a method that a path does not know', async () => {
  const answers = await Promise.all(
    PROFILES.flatMap((profile) => [
      ledger.as(profile).get('/nothing'),
      ledger.as(profile).send('PUT', '/accounts', {}),
    ]),
  )
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [404, '0484'],
    [405, '0485'],
    [404, 404],
    [405, 405],
    [404, '0484'],
    [405, '0485'],
  ])
  expect(answers[1]?.headers.get('allow')).toBe('GET, HEAD, POST')
})

test('templates of transactions, which the first generation took and did not keep, are not served', async () => {
  const answers = await Promise.all(
    PROFILES.map((profile) => ledger.as(profile).send('POST', '/transactions/templates', {})),
  )
  expect(answers.map(({ status, headers }) => [status, headers.get('allow')])).toEqual(
    PROFILES.map(() => [405, 'GET, HEAD, PATCH']),
  )
})

test('problem details are answered where they are asked for', async () => {
  const { headers } = await ledger.send('GET', '/accounts/x', undefined, {
    accept: 'application/problem+json',
  })
  expect(headers.get('content-type')).toContain('application/problem+json')
})

test('a generation that there is none of is refused', async () => {
  const { status, body } = await ledger.as('v9').get('/accounts')
  expect([status, body.code]).toEqual([400, '0082'])
})
