/**
 * Reads a script by recursive descent: one function for each rule of the grammar, which calls itself nowhere, so no
 * script can nest deeper than the grammar does.
 */
import { dslLimits } from './limits.ts'
import type {
  Script,
  ScriptEntry,
  ScriptMetadata,
  ScriptNumber,
  ScriptRate,
  ScriptShare,
  ScriptSide,
} from './script.ts'
import { type Kind, type Token, Tokens } from './tokens.ts'

/** @throws ScriptFault at the first place that is not as the grammar has it */
export function parseScript(text: string): Script {
  return new Parser(text).script()
}

const NAMES: Readonly<Record<Kind, string>> = {
  '(': 'an opening parenthesis',
  ')': 'a closing parenthesis',
  '|': 'a bar',
  '->': 'an arrow',
  word: 'a word',
  text: 'a text in quotes',
  account: 'an account',
  variable: 'a variable',
  option: 'an option',
  end: 'the end of the script',
}

const DIGITS = /^\d+$/

class Parser {
  readonly #tokens: Tokens

  constructor(text: string) {
    this.#tokens = new Tokens(text)
  }

  script(): Script {
    this.#take('(', 'the script begins with (transaction V1')
    const kind = this.#oneOf(['transaction', 'transaction-template'])
    this.#oneOf(['V1'])
    this.#open('chart-of-accounts-group-name')
    const group = this.#take('word', 'the group is a word').text
    this.#close()
    const script = {
      kind,
      group,
      description: this.#clause('description', () => this.#text()),
      code: this.#clause('code', () => this.#take('word', 'the code is a word').text),
      pending: this.#clause('pending', () => this.#oneOf(['true', 'false']) === 'true'),
      metadata: this.#clause('metadata', () => this.#metadata()),
      ...this.#send(),
    }
    this.#close()
    const { next } = this.#tokens
    if (next.kind !== 'end')
      this.#tokens.fault(next, `the script is over, and ${described(next)} follows`)
    return script
  }

  #send(): Pick<Script, 'asset' | 'value' | 'source' | 'distribute'> {
    this.#open('send')
    const asset = this.#take('word', 'the asset is a word').text
    const value = this.#amount()
    const source = this.#side('source', 'from')
    const distribute = this.#side('distribute', 'to')
    this.#close()
    return { asset, value, source, distribute }
  }

  #side(name: 'source' | 'distribute', of: 'from' | 'to'): ScriptSide {
    this.#open(name)
    const remaining = this.#option(':remaining')
    const entries: ScriptEntry[] = []
    while (entries.length === 0 || this.#tokens.next.kind === '(') {
      if (entries.length === dslLimits.entriesMax)
        this.#tokens.fault(
          this.#tokens.next,
          `(${name} has at most ${dslLimits.entriesMax} entries`,
        )
      entries.push(this.#entry(of))
    }
    this.#close()
    return { remaining, entries }
  }

  #entry(name: 'from' | 'to'): ScriptEntry {
    this.#open(name)
    const account = this.#account()
    const entry = {
      account,
      share: this.#share(),
      rate: this.#clause('rate', () => this.#rate()),
      description: this.#clause('description', () => this.#text()),
      chartOfAccounts: this.#clause(
        'chart-of-accounts',
        () => this.#take('word', 'the chart of accounts is a word').text,
      ),
      metadata: this.#clause('metadata', () => this.#metadata()),
    }
    this.#close()
    return entry
  }

  #account(): string {
    const { next } = this.#tokens
    if (next.kind === 'variable') this.#unset(next)
    if (next.kind !== 'account' && next.kind !== 'word')
      this.#tokens.fault(next, `an account such as @alice is wanted, not ${described(next)}`)
    return this.#tokens.take().text
  }

  #share(): ScriptShare {
    const { next } = this.#tokens
    if (next.kind === 'option')
      switch (next.text) {
        case ':amount': {
          this.#tokens.take()
          const asset = this.#take('word', 'the asset of an amount is a word').text
          return { kind: 'amount', asset, value: this.#amount() }
        }
        case ':share': {
          this.#tokens.take()
          const percent = this.#digits(dslLimits.percentDigitsMax)
          const of = this.#option(':of') ? this.#digits(dslLimits.percentDigitsMax) : null
          return { kind: 'share', percent, of }
        }
        case ':remaining':
          this.#tokens.take()
          return { kind: 'remaining' }
      }
    return this.#tokens.fault(
      next,
      `:amount, :share or :remaining is wanted, not ${described(next)}`,
    )
  }

  #rate(): ScriptRate {
    const id = this.#take('word', 'the id of a rate is a word').text
    const from = this.#take('word', 'the first asset of a rate is a word').text
    this.#take('->', 'an arrow stands between the assets of a rate')
    const to = this.#take('word', 'the second asset of a rate is a word').text
    return { id, from, to, value: this.#amount() }
  }

  #metadata(): ScriptMetadata {
    const pairs: (readonly [string, string])[] = []
    while (pairs.length === 0 || this.#tokens.next.kind === '(') {
      const open = this.#take('(', 'metadata are pairs such as (key value)')
      if (pairs.length === dslLimits.metadataMax)
        this.#tokens.fault(open, `(metadata has at most ${dslLimits.metadataMax} pairs`)
      const name = this.#take('word', 'the key of a pair is a word').text
      const value = this.#take('word', 'the value of a pair is a word').text
      pairs.push([name, value])
      this.#close()
    }
    return pairs
  }

  #amount(): ScriptNumber {
    const digits = this.#digits(dslLimits.digitsMax)
    this.#take('|', 'a bar stands between a number and its scale, as in 1000|2')
    return { digits, scale: this.#digits(dslLimits.digitsMax) }
  }

  #digits(most: number): string {
    const { next } = this.#tokens
    if (next.kind === 'variable') this.#unset(next)
    if (next.kind !== 'word' || !DIGITS.test(next.text))
      this.#tokens.fault(next, `a whole number is wanted, not ${described(next)}`)
    if (next.text.length > most)
      this.#tokens.fault(next, `a number here has at most ${most} digits`)
    return this.#tokens.take().text
  }

  #text(): string {
    return this.#take('text', 'a description is a text in quotes').text
  }

  #unset(token: Token): never {
    return this.#tokens.fault(token, `the variable ${token.text} has no value`)
  }

  /** A clause in parentheses that may be left out. */
  #clause<Value>(name: string, read: () => Value): Value | null {
    const { next } = this.#tokens
    if (next.kind !== '(') return null
    if (this.#tokens.second.text !== name || this.#tokens.second.kind !== 'word') return null
    this.#open(name)
    const value = read()
    this.#close()
    return value
  }

  #option(name: string): boolean {
    const { next } = this.#tokens
    if (next.kind !== 'option' || next.text !== name) return false
    this.#tokens.take()
    return true
  }

  #open(name: string): void {
    this.#take('(', `(${name} comes here`)
    const { next } = this.#tokens
    if (next.kind !== 'word' || next.text !== name)
      this.#tokens.fault(next, `(${name} is wanted here, not ${described(next)}`)
    this.#tokens.take()
  }

  #close(): void {
    this.#take(')', 'a closing parenthesis comes here')
  }

  #oneOf<Word extends string>(words: readonly Word[]): Word {
    const { next } = this.#tokens
    const word = next.kind === 'word' ? words.find((one) => one === next.text) : undefined
    if (word === undefined)
      return this.#tokens.fault(next, `${words.join(' or ')} is wanted, not ${described(next)}`)
    this.#tokens.take()
    return word
  }

  #take(kind: Kind, sentence: string): Token {
    const { next } = this.#tokens
    if (next.kind !== kind) this.#tokens.fault(next, `${sentence}, not ${described(next)}`)
    return this.#tokens.take()
  }
}

const SHOWN_MAX = 40

function described({ kind, text }: Token): string {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  return kind === 'word' || kind === 'option' || kind === 'account' || kind === 'variable'
    ? shown
    : NAMES[kind]
}
