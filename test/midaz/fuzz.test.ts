/**
 * Requests made at random from the document, with everything that callers get wrong: whatever comes, the answer is
 * JSON and its status below 500. A run is repeated with FUZZ_SEED.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Chance } from '../support/chance.ts'
import { Fuzz, operationsOf } from '../support/fuzz.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 6)
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

const chance = new Chance(SEED)

let server: TestServer
let ledger: Bench
let fuzz: Fuzz

beforeAll(async () => {
  server = await startTestServer()
  ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '1000')
  const paid = await ledger.pay('1', [['@a', '1']], [['@b', '1']])
  const held = await ledger.pay('1', [['@a', '1']], [['@b', '1']], { pending: true })
  const ids = [
    ledger.organizationId,
    ledger.ledgerId,
    paid.body.id,
    held.body.id,
    paid.body.operations[0].id,
    paid.body.operations[0].accountId,
    paid.body.operations[0].balanceId,
  ]
  fuzz = new Fuzz(chance, { ids, words: WORDS, inPath })
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

function inPath(name: string): string | undefined {
  if (name === 'organization_id') return ledger.organizationId
  if (name === 'ledger_id') return ledger.ledgerId
  return name === 'alias' || name === 'code' ? chance.pick(['@a', 'USD', '@none']) : undefined
}

const KEYS = ['k1', 'k2', '\u00e9', 'k'.repeat(2000)]

function keys(): Readonly<Record<string, string>> {
  if (!chance.isHit(0.2)) return {}
  return {
    'x-idempotency': chance.pick(KEYS),
    'x-ttl': chance.pick(['1', 'x', '-1', '9'.repeat(30)]),
  }
}

test.each(['seed', 'v3', 'v4'])(
  `nothing that callers do is answered with 5xx in %s (FUZZ_SEED=${SEED})`,
  async (profile) => {
    const { body: document } = await server.send('GET', '/openapi/midaz.json')
    // What everything else is about stays.
    const operations = operationsOf(document).filter(
      ({ method, path }) =>
        method !== 'DELETE' || !/\/(organizations|ledgers)\/\{[a-z_]+\}$/.test(path),
    )
    expect(operations.length).toBeGreaterThan(60)
    for (let round = 0; round < ROUNDS; round += 1)
      for (const operation of operations) {
        const text = fuzz.bodyFor(operation)
        const url = fuzz.urlFor(operation, ['metadata.k'])
        const headers = { 'x-midaz-profile': profile, ...keys() }
        const answer = await server.send(operation.method, url, text, headers)
        const about = `${operation.method} ${url} ${text?.slice(0, 2000)}`
        expect(answer.status, `${about} → ${answer.text}`).toBeLessThan(500)
        if (answer.text !== '') expect(answer.body, about).toBeDefined()
      }
  },
)
