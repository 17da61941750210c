/**
 * Requests made at random from the document, with everything that callers get wrong: whatever comes, the status of the answer
 * is below 500, a call that is refused changes nothing, and the books are right in the end. A run is repeated with FUZZ_SEED.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Chance } from '../support/chance.ts'
import { Fuzz, type Operation, operationsOf } from '../support/fuzz.ts'
import { makeKey } from '../support/keys.ts'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'
import { Book, expectClean } from './book.ts'

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 12)
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)

const chance = new Chance(SEED)

let server: TestServer
let key: string
let fuzz: Fuzz

const WORDS = [
  '@a',
  '@b',
  'USD',
  'EUR',
  'x',
  '1',
  '10.50',
  '33.3%',
  'left',
  'commit',
  'void',
  'balance',
  'amount',
  'reference',
  '>',
  'eq',
  'equals',
  'one_to_one',
  'FIFO',
  'LIFO',
  'general_ledger_id',
  '2035-01-01T00:00:00Z',
  '2020-01-01T00:00:00Z',
]

const NAMES: Readonly<Record<string, readonly string[]>> = {
  indicator: ['@a', '@none'],
  currency: ['USD', 'EUR'],
  reference: ['known', 'unknown'],
  field: ['FirstName', 'EmailAddress', 'Dob'],
  collection: ['ledgers', 'balances', 'transactions', 'identities', 'none'],
}

beforeAll(async () => {
  server = await startTestServer()
  const book = new Book(server)
  const ledger = await book.ledger()
  const identity = await book.made('/identities', {
    first_name: 'Ada',
    email_address: 'a@b.example',
  })
  const { identity_id } = identity
  const [first, second] = [
    await book.balance(ledger, 'USD', { identity_id }),
    await book.balance(ledger),
  ]
  await book.fund(first, 1_000_000, { reference: 'known' })
  await book.fund('@a', 1_000_000)
  const paid = await book.paid(first, second, 100)
  const held = await book.hold(first, second, 10_000)
  const condition = { field: 'balance', operator: '>', value: 500, precision: 100 }
  const monitor = await book.made('/balance-monitors', { balance_id: first, condition })
  const criteria = [{ field: 'amount', operator: 'equals', allowable_drift: 0.01 }]
  const rule = await book.made('/reconciliation/matching-rules', { name: 'r', criteria })
  const ids = [
    ledger,
    identity_id,
    first,
    second,
    paid.transaction_id,
    held.transaction_id,
    monitor.monitor_id,
    rule.rule_id,
  ]
  const inPath = (name: string) => {
    const names = NAMES[name]
    return names === undefined ? undefined : chance.pick(names)
  }
  fuzz = new Fuzz(chance, { ids, words: [...WORDS, ...ids], inPath })
  key = await makeKey(server.database, ['*:*'])
})

afterAll(() => server.stop())

/** How far all books have come. */
async function place(): Promise<string> {
  const [row] = await server.database.query<{ sum: string }>(
    'select sum(seq)::text as sum from books',
  )
  return row?.sum ?? ''
}

/** Waits until nothing is done in the background. */
async function quiet(): Promise<string> {
  for (let before = await place(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await place()
    if (now === before) return now
    before = now
  }
}

type Call = { readonly method: string; readonly url: string; readonly text: string | undefined }

const send = ({ method, url, text }: Call): Promise<Answer> =>
  server.send(method, url, text, { 'x-blnk-key': key })

/** Whether a call that is refused changes something, and not somebody else at the same time. */
async function changes(call: Call): Promise<boolean> {
  const before = await quiet()
  const { status } = await send(call)
  return status >= 400 && (await quiet()) !== before
}

async function expectUnharmed(call: Call): Promise<void> {
  const about = `${call.method} ${call.url} ${call.text?.slice(0, 2000)}`
  const before = await place()
  const answer = await send(call)
  expect(answer.status, `${about} → ${answer.text}`).toBeLessThan(500)
  if (answer.status >= 400 && (await place()) !== before)
    expect(await changes(call), `${about} → ${answer.text}`).toBe(false)
}

const OTHERS = [
  'limit',
  'offset',
  'amount_gt',
  'created_at_eq',
  'meta_data.k_eq',
  'owner',
  'include',
]

test(`nothing that callers do is answered with 5xx, and nothing is changed by what is refused (FUZZ_SEED=${SEED})`, async () => {
  const { body: document } = await server.send('GET', '/openapi/blnk.json')
  // A backup is made by other means: it is answered with 501.
  const operations: readonly Operation[] = operationsOf(document).filter(
    ({ path }) => !path.startsWith('/backup'),
  )
  expect(operations.length).toBeGreaterThan(50)
  for (let round = 0; round < ROUNDS; round += 1)
    for (const operation of operations) {
      const text = fuzz.bodyFor(operation)
      const url = fuzz.urlFor(operation, OTHERS)
      await expectUnharmed({ method: operation.method, url, text })
    }
  await quiet()
  await expectClean(server)
})
