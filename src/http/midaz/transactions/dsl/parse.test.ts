import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseScript } from './parse.ts'
import type {
  Script,
  ScriptEntry,
  ScriptMetadata,
  ScriptNumber,
  ScriptShare,
  ScriptSide,
} from './script.ts'
import { ScriptFault } from './tokens.ts'

const letters = (characters: string, max = 12) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: max })

const DIGITS = '0123456789'
const WORD = `abcXYZ_/-${DIGITS}`
const digits = letters(DIGITS)
const word = letters(WORD)
const quoted = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((text) => text.replaceAll('"', ''))

const number: fc.Arbitrary<ScriptNumber> = fc.record({ digits, scale: digits })
const metadata: fc.Arbitrary<ScriptMetadata> = fc.array(fc.tuple(word, word), {
  minLength: 1,
  maxLength: 4,
})
const percent = letters(DIGITS, 9)
const share: fc.Arbitrary<ScriptShare> = fc.oneof(
  fc.record({ kind: fc.constant('amount' as const), asset: word, value: number }),
  fc.record({ kind: fc.constant('share' as const), percent, of: fc.option(percent) }),
  fc.constant({ kind: 'remaining' as const }),
)
const entry: fc.Arbitrary<ScriptEntry> = fc.record({
  account: fc.oneof(
    word,
    word.map((name) => `@${name}`),
  ),
  share,
  rate: fc.option(fc.record({ id: word, from: word, to: word, value: number })),
  description: fc.option(quoted),
  chartOfAccounts: fc.option(word),
  metadata: fc.option(metadata),
})
const side: fc.Arbitrary<ScriptSide> = fc.record({
  remaining: fc.boolean(),
  entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
})
const script: fc.Arbitrary<Script> = fc.record({
  kind: fc.constantFrom('transaction' as const, 'transaction-template' as const),
  group: word,
  description: fc.option(quoted),
  code: fc.option(word),
  pending: fc.option(fc.boolean()),
  metadata: fc.option(metadata),
  asset: word,
  value: number,
  source: side,
  distribute: side,
})

/** Writes a script, with this white space between its words. */
function print(one: Script, space: string): string {
  const group = (...words: readonly (string | null)[]) =>
    `(${space}${words.filter((text) => text !== null).join(space)}${space})`
  const clause = (name: string, text: string | null) => (text === null ? null : group(name, text))
  const text = (value: string | null) => (value === null ? null : `"${value}"`)
  const amount = (value: ScriptNumber) => `${value.digits}${space}|${space}${value.scale}`
  const pairs = (all: ScriptMetadata | null) =>
    all === null ? null : group('metadata', ...all.map(([name, value]) => group(name, value)))
  const part = (of: ScriptShare) => {
    if (of.kind === 'amount') return `:amount${space}${of.asset}${space}${amount(of.value)}`
    if (of.kind === 'remaining') return ':remaining'
    return `:share${space}${of.percent}${of.of === null ? '' : `${space}:of${space}${of.of}`}`
  }
  const leg = (name: string) => (of: ScriptEntry) =>
    group(
      name,
      of.account,
      part(of.share),
      of.rate === null
        ? null
        : group('rate', of.rate.id, of.rate.from, '->', of.rate.to, amount(of.rate.value)),
      clause('description', text(of.description)),
      clause('chart-of-accounts', of.chartOfAccounts),
      pairs(of.metadata),
    )
  const legs = (name: string, of: ScriptSide, each: string) =>
    group(name, of.remaining ? ':remaining' : null, ...of.entries.map(leg(each)))
  return group(
    one.kind,
    'V1',
    group('chart-of-accounts-group-name', one.group),
    clause('description', text(one.description)),
    clause('code', one.code),
    clause('pending', one.pending === null ? null : String(one.pending)),
    pairs(one.metadata),
    group(
      'send',
      one.asset,
      amount(one.value),
      legs('source', one.source, 'from'),
      legs('distribute', one.distribute, 'to'),
    ),
  )
}

const space = fc.constantFrom(' ', '\n', '\t', '  \r\n ')

test('what is printed is read as what it was', () => {
  fc.assert(
    fc.property(script, space, (one, between) => {
      expect(parseScript(print(one, between))).toEqual(one)
    }),
  )
})

test('any text is a script or has a fault at a place in it', () => {
  const damaged = fc
    .tuple(script, fc.nat(), fc.nat({ max: 9 }), fc.string({ unit: 'grapheme', maxLength: 5 }))
    .map(([one, at, length, put]) => {
      const text = print(one, ' ')
      const from = at % text.length
      return text.slice(0, from) + put + text.slice(from + length)
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.string({ unit: 'grapheme' })), (text) => {
      try {
        parseScript(text)
      } catch (error) {
        if (!(error instanceof ScriptFault)) throw error
        const lines = text.split('\n')
        expect(error.line).toBeLessThanOrEqual(lines.length)
        expect(error.column).toBeLessThanOrEqual([...(lines[error.line - 1] ?? '')].length + 1)
      }
    }),
  )
})

test('parentheses that nest deeper than the grammar are a fault where they begin', () => {
  const deep = '('.repeat(1_000_000)
  expect(faultOf(`(transaction V1 ${deep}`)).toMatchObject({ line: 1, column: 18 })
})

describe('a fault says where it is and what is wanted', () => {
  const head = '(transaction V1 (chart-of-accounts-group-name G)'
  const sides = '(source (from @a :remaining)) (distribute (to @b :remaining))'
  test.each([
    ['', 1, 1, 'the script begins with (transaction V1, not the end of the script'],
    ['(nonsense)', 1, 2, 'transaction or transaction-template is wanted, not nonsense'],
    ['(transaction V2', 1, 14, 'V1 is wanted, not V2'],
    [`${head}\n (send USD 10`, 2, 14, 'a bar stands between a number and its scale'],
    [`${head}\n (send USD $x|2`, 2, 12, 'the variable $x has no value'],
    [`${head} (send USD 1|0 ${sides}`, 1, 125, 'a closing parenthesis comes here'],
    [`${head} (send USD 1|0 ${sides})) x`, 1, 128, 'the script is over, and x follows'],
    [`${head} (pending maybe)`, 1, 59, 'true or false is wanted, not maybe'],
    [`${head} (description "open`, 1, 63, 'a text begins here and does not end'],
    [`${head} (description "ü")\n\t#`, 2, 2, '"#" means nothing here'],
    [`${head} (send USD 1|0 (source (from @a :half)))`, 1, 81, ':amount, :share or :remaining'],
  ])('%s', (text, line, column, sentence) => {
    const fault = faultOf(text)
    expect(fault).toMatchObject({ line, column })
    expect(fault?.message).toContain(sentence)
  })
})

function faultOf(text: string): ScriptFault | null {
  try {
    parseScript(text)
    return null
  } catch (error) {
    if (error instanceof ScriptFault) return error
    throw error
  }
}
