/** Amounts: exact to the last of eighteen decimals, in whatever way a generation writes them. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDecimal, fromUnits, parseDecimal } from '../../src/ledger/index.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { type Bench, body, ledgerWith } from './ledger.ts'

let server: TestServer
let ledger: Bench

beforeAll(async () => {
  server = await startTestServer({ midazProfile: 'v3' })
  ledger = await ledgerWith(server, ['@a', '@b'])
  await ledger.inflow('@a', '1000')
})

afterAll(() => server.stop())

function quanta(text: string): bigint {
  const amount = parseDecimal(text)
  if (typeof amount !== 'bigint') throw new Error(`${text} is no decimal`)
  return amount
}

describe('a decimal', () => {
  test.each([
    ['100.50', '100.5'],
    ['5.000', '5'],
    ['1e1', '10'],
    ['+1', '1'],
    ['0001', '1'],
    ['.5', '0.5'],
  ])('%s is answered as %s', async (given, answered) => {
    const paid = await ledger.pay(given, [['@a', given]], [['@b', given]])
    expect(paid.body.amount).toBe(answered)
    expect(paid.body.operations[0].amount.value).toBe(answered)
    await ledger.pay(given, [['@b', given]], [['@a', given]])
  })

  test.each(['ten', '', ' 1', '1,5', '0x10', 'Infinity', 'NaN', '1e'])(
    'is not %j',
    async (given) => {
      const { status, body } = await ledger.pay(given, [['@a', '1']], [['@b', '1']])
      expect([status, body.code]).toEqual([400, '0094'])
    },
  )

  test('has at most eighteen decimals and 64 digits before the point', async () => {
    for (const given of ['0.1000000000000000001', '9'.repeat(65), '1e100']) {
      const { status, body } = await ledger.pay(given, [['@a', given]], [['@b', given]])
      expect([given, status, body.code]).toEqual([given, 400, '0047'])
    }
  })

  test('adds up: 0.1 and 0.2 are 0.3', async () => {
    const bench = await ledgerWith(server, ['@x'])
    await bench.inflow('@x', '0.1')
    await bench.inflow('@x', '0.2')
    expect((await bench.balance('@x')).available).toBe('0.3')
  })

  test('keeps 38 digits and a fraction', async () => {
    const bench = await ledgerWith(server, ['@x', '@y'])
    await bench.inflow('@x', '99999999999999999999999999999999999999.123456789')
    await bench.pay('0.123456789', [['@x', '0.123456789']], [['@y', '0.123456789']])
    expect((await bench.balance('@x')).available).toBe('99999999999999999999999999999999999999')
  })

  test('is read exactly where a generation takes it as a number', async () => {
    const bench = (await ledgerWith(server, ['@x'])).as('v4')
    const number = '123456789012345.123456789012345678'
    const text = `{"send":{"asset":"USD","value":${number},"distribute":{"to":[{"accountAlias":"@x","amount":{"asset":"USD","value":${number}}}]}}}`
    expect((await bench.send('POST', '/transactions/inflow', text)).body.amount).toBe(number)
  })
})

describe('what each generation takes', () => {
  const number = body(10, [['@a', 10]], [['@b', 10]])
  const scaled = body(1050, [['@a', '10.5']], [['@b', '10.5']])
  const withScale = { send: { ...scaled.send, scale: 2 } }

  test.each([
    ['seed', 201],
    ['v3', 400],
    ['v4', 201],
  ] as const)('a number without a scale in %s: %i', async (profile, status) => {
    const answer = await ledger.as(profile).send('POST', '/transactions/json', number)
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.body.code).toBe('0053')
  })

  test.each(['seed', 'v3', 'v4'])('a whole number with a scale in %s', async (profile) => {
    const answer = await ledger.as(profile).send('POST', '/transactions/json', withScale)
    expect(answer.status).toBe(201)
    const read = await ledger.as('v3').get(`/transactions/${answer.body.id}`)
    expect(read.body.amount).toBe('10.5')
  })

  test('the words of the first generation: account, and a scale beside each value', async () => {
    const entry = (account: string) => ({ account, amount: { asset: 'USD', value: 150, scale: 2 } })
    const order = {
      send: {
        asset: 'USD',
        value: 150,
        scale: 2,
        source: { from: [entry('@a')] },
        distribute: { to: [entry('@b')] },
      },
    }
    const answer = await ledger.as('seed').send('POST', '/transactions/json', order)
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ amount: 150, amountScale: 2, source: ['@a'] })
    expect(answer.body.operations[0]).toMatchObject({
      type: 'DEBIT',
      amount: { value: 150, scale: 2 },
      balance: { onHold: 0, scale: 2 },
      balanceAfter: { scale: 2 },
    })
  })
})

/** How each generation writes an amount, and how it is read in an answer whose numbers no JavaScript number holds. */
const SPELLINGS = {
  seed: {
    given: (text: string) => {
      const [whole = '', fraction = ''] = text.split('.')
      return `"value":${BigInt(whole + fraction)},"scale":${fraction.length}`
    },
    read: (text: string, name: string) => {
      const [, units = '', scale = ''] =
        new RegExp(`"${name}":(-?\\d+),(?:"onHold":\\d+,|)"(?:scale|amountScale)":(\\d+)`).exec(
          text,
        ) ?? []
      return formatDecimal(fromUnits(BigInt(units), Number(scale)))
    },
  },
  v3: {
    given: (text: string) => `"value":"${text}"`,
    read: (text: string, name: string) => new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1],
  },
  v4: {
    given: (text: string) => `"value":${text}`,
    read: (text: string, name: string) => new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1],
  },
} as const

describe.each(['seed', 'v3', 'v4'] as const)(
  'at its edges, in the generation %s, money',
  (profile) => {
    const { given, read } = SPELLINGS[profile]

    /** A ledger of this generation, with @x and @y. */
    async function bench() {
      return (await ledgerWith(server, ['@x', '@y'])).as(profile)
    }

    const inflow = (to: Bench, text: string) =>
      to.send(
        'POST',
        '/transactions/inflow',
        `{"send":{"asset":"USD",${given(text)},"distribute":{"to":[
        {"accountAlias":"@x","amount":{"asset":"USD",${given(text)}}}]}}}`,
      )

    const pay = (by: Bench, text: string) =>
      by.send(
        'POST',
        '/transactions/json',
        `{"send":{"asset":"USD",${given(text)},
        "source":{"from":[{"accountAlias":"@x","amount":{"asset":"USD",${given(text)}}}]},
        "distribute":{"to":[{"accountAlias":"@y","amount":{"asset":"USD",${given(text)}}}]}}}`,
      )

    const stands = async (of: Bench, alias: string) =>
      read((await of.get(`/balances/${await of.balanceId(alias)}`)).text, 'available')

    test('adds up: 0.1 and 0.2 are 0.3, and a tenth of it is ten times in it', async () => {
      const ledger = await bench()
      await inflow(ledger, '0.1')
      await inflow(ledger, '0.2')
      expect(await stands(ledger, '@x')).toBe('0.3')
      for (let count = 0; count < 10; count += 1)
        expect((await pay(ledger, '0.03')).status).toBe(201)
      expect([await stands(ledger, '@x'), await stands(ledger, '@y')]).toEqual(['0', '0.3'])
      expect((await pay(ledger, '0.000000000000000001')).body.code).toBe('0018')
    })

    test.each([
      ['1', '1.000000000000000001', '0.999999999999999999'],
      ['2.5', '2.500000000000000001', '2.499999999999999999'],
      ['25', '25.000000000000000001', '24.999999999999999999'],
      ['10000000000000', '10000000000000.0001', '9999999999999.9999'],
    ])('of %s cannot pay %s, and pays %s to the last quantum', async (has, more, less) => {
      const ledger = await bench()
      await inflow(ledger, has)
      expect((await pay(ledger, more)).body.code).toBe('0018')
      expect(await stands(ledger, '@x')).toBe(has)
      expect((await pay(ledger, less)).status).toBe(201)
      expect(await stands(ledger, '@x')).toBe(formatDecimal(quanta(has) - quanta(less)))
      expect(await stands(ledger, '@y')).toBe(less)
    })

    test('keeps 38 digits before the point and eighteen behind it, there and back', async () => {
      const ledger = await bench()
      const all = `${'12345678901234567890'.repeat(2).slice(0, 38)}.123456789012345678`
      const made = await inflow(ledger, all)
      expect(read(made.text, 'amount')).toBe(all)
      expect(await stands(ledger, '@x')).toBe(all)
      expect((await pay(ledger, '0.000000000000000001')).status).toBe(201)
      const left = formatDecimal(quanta(all) - 1n)
      expect(await stands(ledger, '@x')).toBe(left)
      expect((await pay(ledger, left)).status).toBe(201)
      expect([await stands(ledger, '@x'), await stands(ledger, '@y')]).toEqual(['0', all])
    })
  },
)

test('shares lose nothing, and what cannot be told exactly is refused', async () => {
  const share = (percentage: number, percentageOfPercentage?: number) => ({
    share: { percentage, percentageOfPercentage },
  })
  const rest = { remaining: 'remaining' }
  const paid = await ledger.pay(
    '0.01',
    [['@a', '0.01']],
    [
      ['@b', '', share(33)],
      ['@external/USD', '', rest],
    ],
  )
  expect(paid.body.operations.map((one: { amount: object }) => one.amount)).toEqual([
    { value: '0.01' },
    { value: '0.0033' },
    { value: '0.0067' },
  ])
  const smallest = '0.000000000000000001'
  const refused = await ledger.pay(
    smallest,
    [['@a', smallest]],
    [
      ['@b', '', share(50)],
      ['@external/USD', '', rest],
    ],
  )
  expect([refused.status, refused.body.code]).toEqual([400, '0047'])
})

describe('laws', () => {
  const alias = fc.constantFrom('@p', '@q', '@r', '@external/USD')
  const amount = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.integer({ min: 0, max: 18 }))
    .map(([units, scale]) => formatDecimal(fromUnits(units, scale)))
  const step = fc.record({
    from: alias,
    to: alias,
    amount,
    next: fc.constantFrom('nothing', 'hold', 'commit', 'cancel', 'revert'),
  })

  test('after anything: all balances cancel out, each is what its operations make, none is below zero', async () => {
    const bench = await ledgerWith(server, ['@p', '@q', '@r'])
    await bench.inflow('@p', '100000')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        for (const one of steps) await carryOut(bench, one)
        await checkLaws(bench)
      }),
      { numRuns: 15 },
    )
  })
})

type Step = {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly next: string
}

async function carryOut(bench: Bench, { from, to, amount, next }: Step): Promise<void> {
  const pending = next === 'hold' || next === 'commit' || next === 'cancel'
  const made = await bench.pay(amount, [[from, amount]], [[to, amount]], pending ? { pending } : {})
  expect([201, 400, 422]).toContain(made.status)
  if (made.status !== 201 || next === 'nothing' || next === 'hold') return
  const { status } = await bench.send('POST', `/transactions/${made.body.id}/${next}`)
  expect([201, 422]).toContain(status)
}

async function checkLaws(bench: Bench): Promise<void> {
  const { body } = await bench.get('/balances')
  let sum = 0n
  for (const balance of body.items) {
    const total = quanta(balance.available) + quanta(balance.onHold)
    sum += balance.direction === 'debit' ? -total : total
    if (balance.accountType !== 'external') expect(quanta(balance.available) >= 0n).toBe(true)
    await checkOperations(bench, balance)
  }
  expect(sum).toBe(0n)
}

type Shown = {
  readonly accountId: string
  readonly available: string
  readonly onHold: string
  readonly version: number
}

/** The operations of a balance follow one another, and the last one leaves it as it is. */
async function checkOperations(bench: Bench, balance: Shown): Promise<void> {
  let before = { available: '0', onHold: '0', version: 0 }
  let cursor = ''
  do {
    const path = `/accounts/${balance.accountId}/operations?limit=100${cursor}`
    const { body } = await bench.get(path)
    for (const operation of body.items) {
      expect(operation.balance).toMatchObject(before)
      const { available, onHold, version } = operation.balanceAfter
      expect(version).toBe(before.version + 1)
      before = { available, onHold, version }
    }
    cursor = body.next_cursor === undefined ? '' : `&cursor=${body.next_cursor}`
  } while (cursor !== '')
  expect(balance).toMatchObject(before)
}
