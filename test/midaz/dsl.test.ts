/** Transactions as scripts: however one comes, it does what the same order in JSON does, and no script breaks anything. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Chance } from '../support/chance.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  ledger = await ledgerWith(server, ['@alice', '@bob', '@fees'])
  await ledger.inflow('@alice', '100000')
})

afterAll(() => server.stop())

const SIDES =
  '(source (from @alice :remaining)) (distribute (to @bob :share 50 :of 50) (to @fees :remaining (metadata (kind fee))))'
const script = (more = '', send = `USD 1000|2 ${SIDES}`) =>
  `(transaction V1 (chart-of-accounts-group-name PIX) (description "split") ${more} (send ${send}))`

/** Sends a script as a browser sends a file. */
async function upload(
  bench: Bench,
  text: string | Uint8Array<ArrayBuffer>,
  name = 'x.gold',
  part = 'dsl',
  headers = {},
) {
  const form = new FormData()
  form.append(part, new File([text], name))
  const response = await fetch(`${server.url}${bench.path}/transactions/dsl`, {
    method: 'POST',
    body: form,
    headers: { ...bench.headers, ...headers },
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  const body: any = await response.json()
  return { status: response.status, headers: response.headers, body }
}

const codeOf = ({ status, body }: { status: number; body: { code?: unknown } }) => [
  status,
  body.code,
]

describe('a script', () => {
  test('moves what it says, and is shown like a transaction of the JSON route', async () => {
    const made = await upload(ledger, script('(code TR-1) (metadata (order 7))'))
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      status: { code: 'CREATED' },
      amount: '1000',
      chartOfAccountsGroupName: 'PIX',
      description: 'split',
      metadata: { order: '7' },
      source: ['@alice'],
      destination: ['@bob', '@fees'],
    })
    const amounts = made.body.operations.map(
      (one: { amount: { value: string } }) => one.amount.value,
    )
    expect(amounts).toEqual(['1000', '250', '750'])
    expect(made.body.operations[2].metadata).toEqual({ kind: 'fee' })
    expect(made.headers.get('deprecation')).toBe('true')
    expect(made.headers.get('link')).toContain(`${ledger.path}/transactions/json`)
  })

  test('with an idempotency key counts once, and the key means that script', async () => {
    const headers = { 'x-idempotency': 'once' }
    const first = await upload(ledger, script(), 'x.gold', 'dsl', headers)
    const again = await upload(ledger, script('  '), 'x.gold', 'dsl', headers)
    expect(again.headers.get('x-idempotency-replayed')).toBe('true')
    expect(again.body.id).toBe(first.body.id)
    const other = await upload(ledger, script('(code other)'), 'x.gold', 'dsl', headers)
    expect(codeOf(other)).toEqual([409, '0084'])
  })

  test('sets money aside with pending, which is committed like any other', async () => {
    const held = await upload(ledger, script('(pending true)'))
    expect(held.body.status.code).toBe('PENDING')
    const done = await ledger.send('POST', `/transactions/${held.body.id}/commit`)
    expect(done.body.status.code).toBe('APPROVED')
  })

  test('has as many decimals as its scale says in the first generation, and none from the third on', async () => {
    const amountIn = async (profile: string) => (await upload(ledger.as(profile), script())).body
    expect(await amountIn('seed')).toMatchObject({ amount: 1000, amountScale: 2 })
    expect(await amountIn('v3')).toMatchObject({ amount: '1000' })
    expect(await amountIn('v4')).toMatchObject({ amount: '1000' })
  })

  test('may come as text, in JSON, or as the order itself, outside of the third generation', async () => {
    const seed = ledger.as('seed')
    const send = (body: unknown, type: string) =>
      seed.send('POST', '/transactions/dsl', body, { 'content-type': type })
    const inText = await send(script(), 'text/plain')
    const inJson = await send({ dsl: script() }, 'application/json')
    const order = {
      send: {
        asset: 'USD',
        value: '10',
        source: { from: [{ accountAlias: '@alice', remaining: 'remaining' }] },
        distribute: { to: [{ accountAlias: '@bob', remaining: 'remaining' }] },
      },
    }
    const itself = await send(order, 'application/json')
    for (const answer of [inText, inJson, itself])
      expect(answer.body.amount / 10 ** answer.body.amountScale, answer.text).toBe(10)
    const third = await ledger.send('POST', '/transactions/dsl', script(), {
      'content-type': 'text/plain',
    })
    expect(codeOf(third)).toEqual([400, '0048'])
  })
})

describe('what is wrong with a script', () => {
  test('is said with its line and column', async () => {
    const answer = await upload(ledger, script('\n  (pending maybe)'))
    expect(codeOf(answer)).toEqual([400, '0048'])
    expect(answer.body.message).toContain('Line 2, column 12: true or false is wanted, not maybe')
  })

  test.each([
    ['no file', '', 'file', 'x.gold', '0048'],
    ['another extension', script(), 'dsl', 'x.txt', '0048'],
    ['an empty file', ' \n', 'dsl', 'x.gold', '0049'],
    ['a text that is not UTF-8', new Uint8Array([0x28, 0xff, 0x29]), 'dsl', 'x.gold', '0048'],
    [
      'a description that is too long',
      script().replace('split', 'x'.repeat(257)),
      'dsl',
      'x.gold',
      '0047',
    ],
    ['a NUL character', script().replace('split', 'a\0b'), 'dsl', 'x.gold', '0047'],
    [
      'a value that is too long',
      script('', `USD ${'9'.repeat(101)}|2 ${SIDES}`),
      'dsl',
      'x.gold',
      '0048',
    ],
    [
      'a value that is too large',
      script('', `USD ${'9'.repeat(99)}|0 ${SIDES}`),
      'dsl',
      'x.gold',
      '0048',
    ],
    ['a variable', script('', `USD $amount|2 ${SIDES}`), 'dsl', 'x.gold', '0048'],
    [
      'too many entries',
      script(
        '',
        `USD 1|0 (source ${'(from @alice :share 1)'.repeat(1901)}) (distribute (to @bob :remaining))`,
      ),
      'dsl',
      'x.gold',
      '0048',
    ],
    ['more than it may have', script().padEnd(2 * 1024 * 1024 + 1), 'dsl', 'x.gold', '0143'],
  ])('%s is refused', async (_what, text, part, name, code) => {
    expect(codeOf(await upload(ledger, text, name, part))).toEqual([400, code])
  })

  test('a value of nothing is refused', async () => {
    expect(codeOf(await upload(ledger, script('', `USD 0|2 ${SIDES}`)))).toEqual([422, '0125'])
  })

  test('a form that is none is refused', async () => {
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      const answer = await ledger.send('POST', '/transactions/dsl', script(), {
        'content-type': type,
      })
      expect(codeOf(answer)).toEqual([400, '0048'])
    }
  })
})

test('a script that was damaged at random is carried out or refused, and never breaks the server', async () => {
  const chance = new Chance(Number(process.env['FUZZ_SEED'] ?? 7))
  const whole = script('(code TR-1) (pending false) (metadata (order 7))')
  const pieces = [
    '(',
    ')',
    '"',
    '|',
    '->',
    ':share',
    '@',
    '$x',
    '-1',
    '99999999999999999999',
    '\0',
    '🙂',
    ' ',
  ]
  for (let round = 0; round < 200; round += 1) {
    const at = chance.below(whole.length)
    const cut = chance.below(12)
    const text = whole.slice(0, at) + chance.pick(pieces) + whole.slice(at + cut)
    const { status, body } = await upload(ledger.as(chance.pick(['seed', 'v3', 'v4'])), text)
    expect(status, text).toBeLessThan(500)
    if (status !== 201) expect(body.code, text).toMatch(/^\d{4}$/)
  }
  const total = await ledger.balance('@external/USD')
  const held = await Promise.all(['@alice', '@bob', '@fees'].map((alias) => ledger.balance(alias)))
  const sum = held.reduce((all, { available }) => all + Number(available), 0)
  expect(Math.abs(Number(total.available))).toBe(sum)
})
