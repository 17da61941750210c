/**
 * Requests made at random from the document, with everything that callers get wrong: whatever comes, the answer is
 * JSON and its status below 500. A run is repeated with FUZZ_SEED.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Chance } from '../support/chance.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 6)
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly format?: string
}

type Parameter = { readonly name: string; readonly in: string }

type Operation = {
  readonly parameters: readonly Parameter[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: Schema } }
  }
}

const chance = new Chance(SEED)

let server: TestServer
let ledger: Bench
let ids: readonly string[]

beforeAll(async () => {
  server = await startTestServer()
  ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '1000')
  const paid = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
  const held = await ledger.pay('1', [['@a', '1']], [['@b', '1']], { pending: true })
  ids = [
    ledger.organizationId,
    ledger.ledgerId,
    paid.body.id,
    held.body.id,
    paid.body.operations[0].id,
    paid.body.operations[0].accountId,
    paid.body.operations[0].balanceId,
  ]
})

afterAll(() => server.stop())

const WORDS = [
  '@a',
  '@b',
  '@external/USD',
  'USD',
  'default',
  'ACTIVE',
  '1',
  '10.50',
  'x',
  'remaining',
]

/** Texts of JSON that are rarely what is expected. */
const NASTY = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[[[[[[[[[[[]]]]]]]]]]]]]',
  '""',
  '" "',
  String.raw`"a\u0000b"`,
  String.raw`"\ud800"`,
  '"☃️𝕏"',
  '"\'; drop table entries; --"',
  `"${'n'.repeat(3000)}"`,
  '-0',
  '-1',
  '0.1',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '123456789012345678901234567890.123456789012345678901',
  '9'.repeat(400),
  `"${'9'.repeat(400)}"`,
  '"1e999999"',
  '"0x10"',
  '"Infinity"',
  '{"__proto__":{"a":1},"constructor":1}',
  '"2026-02-30T25:00:00Z"',
]

function valueText(schema: Schema, depth = 0): string {
  if (chance.isHit(0.12)) return chance.pick(NASTY)
  const type = Array.isArray(schema.type) ? chance.pick(schema.type) : schema.type
  switch (type) {
    case 'object':
      return objectText(schema, depth)
    case 'array':
      return `[${Array.from({ length: chance.below(3) }, () => valueText(schema.items ?? {}, depth + 1)).join(',')}]`
    case 'boolean':
      return chance.pick(['true', 'false'])
    case 'integer':
    case 'number':
      return chance.pick(['0', '1', '2', '100', '-5'])
    case 'null':
      return 'null'
    default:
      return JSON.stringify(schema.format === 'uuid' ? chance.pick(ids) : chance.pick(WORDS))
  }
}

function objectText(schema: Schema, depth: number): string {
  if (schema.properties === undefined)
    return `{${chance.pick(['"k":1', '"k":"v","n":null', String.raw`"\u0000":1`, ''])}}`
  const members = Object.entries(schema.properties)
    .filter(() => chance.isHit(0.75))
    .map(([name, value]) => `${JSON.stringify(name)}:${valueText(value, depth + 1)}`)
  if (chance.isHit(0.05)) members.push(`"unknown":${chance.pick(NASTY)}`)
  return `{${members.join(',')}}`
}

const PATHS = ['x', '%00', '%', '%ff', '..', '@a', 'USD', 'A'.repeat(300), '☃']
const QUERIES = [
  '1',
  '0',
  '-1',
  '100',
  'abc',
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '9999-99-99',
  'asc',
  'DESC',
  '%00',
  '%F0',
  '%ff',
  'eyJpZCI6IngifQ==',
  '%27',
  'true',
  'APPROVED',
  'DEBIT',
  '9'.repeat(40),
  '%25',
]

function urlOf(path: string, parameters: readonly Parameter[]): string {
  const filled = path.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    if (chance.isHit(0.05)) return encodeURI(chance.pick(PATHS))
    if (name === 'organization_id') return ledger.organizationId
    if (name === 'ledger_id') return ledger.ledgerId
    return name === 'alias' || name === 'code'
      ? chance.pick(['@a', 'USD', '@none'])
      : chance.pick(ids)
  })
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && chance.isHit(0.4))
    .map(({ name }) => `${name}=${chance.pick(QUERIES)}`)
  if (chance.isHit(0.1)) query.push(`metadata.k=${chance.pick(QUERIES)}`)
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

const KEYS = ['k1', 'k2', '\u00e9', 'k'.repeat(2000)]

test.each(['seed', 'v3', 'v4'])(
  `nothing that callers do is answered with 5xx in %s (FUZZ_SEED=${SEED})`,
  async (profile) => {
    const { body: document } = await server.send('GET', '/openapi/midaz.json')
    let answered = 0
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths))
        for (const [method, operation] of Object.entries(methods)) {
          // What everything else is about stays.
          if (method === 'delete' && /\/(organizations|ledgers)\/\{[a-z_]+\}$/.test(path)) continue
          const schema = operation.requestBody?.content['application/json'].schema
          const text =
            schema === undefined
              ? undefined
              : chance.isHit(0.03)
                ? chance.pick(['', '{', 'null', '\u0000'])
                : valueText(schema)
          const url = urlOf(path, operation.parameters)
          const headers = {
            'x-midaz-profile': profile,
            ...(chance.isHit(0.2)
              ? {
                  'x-idempotency': chance.pick(KEYS),
                  'x-ttl': chance.pick(['1', 'x', '-1', '9'.repeat(30)]),
                }
              : {}),
          }
          const answer = await server.send(method.toUpperCase(), url, text, headers)
          const about = `${method} ${url} ${text?.slice(0, 2000)}`
          expect(answer.status, `${about} → ${answer.text}`).toBeLessThan(500)
          if (answer.text !== '') expect(answer.body, about).toBeDefined()
          answered += 1
        }
    expect(answered).toBeGreaterThan(ROUNDS * 60)
  },
)
