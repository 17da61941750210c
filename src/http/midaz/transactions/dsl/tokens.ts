/** From the text of a script to its words, each with the place where it begins. */

/** What a word is; the shapes of punctuation are named by themselves. */
export type Kind =
  | '('
  | ')'
  | '|'
  | '->'
  | 'word'
  | 'text'
  | 'account'
  | 'variable'
  | 'option'
  | 'end'

export type Token = {
  readonly kind: Kind
  /** A text without its quotes, everything else as it is written. */
  readonly text: string
  readonly offset: number
}

/** The script is not as the grammar has it. */
export class ScriptFault extends Error {
  override readonly name = 'ScriptFault'
  readonly line: number
  readonly column: number

  constructor(script: string, offset: number, sentence: string) {
    const before = script.slice(0, offset)
    const line = before.split('\n').length
    const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1
    super(`Line ${line}, column ${column}: ${sentence}`)
    this.line = line
    this.column = column
  }
}

const SPACE = /[\s\uFEFF]*/y

/** The first that fits is the one; a hyphen before an angle is an arrow and no part of a word. */
const SHAPES: readonly (readonly [Kind, RegExp])[] = [
  ['(', /\(/y],
  [')', /\)/y],
  ['|', /\|/y],
  ['->', /->/y],
  ['text', /"[^"]*"/y],
  ['account', /@(?:[A-Za-z0-9_/]|-(?!>))+/y],
  ['variable', /\$(?:[A-Za-z0-9_]|-(?!>))+/y],
  ['option', /:[a-z]+/y],
  ['word', /(?:[A-Za-z0-9_/]|-(?!>))+/y],
]

/** Reads one token after the other, so that a long script that is wrong early costs little. */
export class Tokens {
  readonly script: string
  #offset = 0
  /** What was looked at and not taken yet. */
  readonly #ahead: Token[] = []

  constructor(script: string) {
    this.script = script
  }

  /** The token that comes next, which stays the next one. */
  get next(): Token {
    return this.#look(0)
  }

  /** The token after that. */
  get second(): Token {
    return this.#look(1)
  }

  take(): Token {
    const token = this.#look(0)
    this.#ahead.shift()
    return token
  }

  #look(distance: number): Token {
    let token = this.#ahead[distance]
    while (token === undefined) {
      this.#ahead.push(this.#read())
      token = this.#ahead[distance]
    }
    return token
  }

  fault(token: Token, sentence: string): never {
    throw new ScriptFault(this.script, token.offset, sentence)
  }

  #read(): Token {
    const { script } = this
    SPACE.lastIndex = this.#offset
    SPACE.test(script)
    const offset = SPACE.lastIndex
    if (offset === script.length) return { kind: 'end', text: '', offset }
    for (const [kind, shape] of SHAPES) {
      shape.lastIndex = offset
      const text = shape.exec(script)?.[0]
      if (text === undefined) continue
      this.#offset = offset + text.length
      return { kind, text: kind === 'text' ? text.slice(1, -1) : text, offset }
    }
    const character = String.fromCodePoint(script.codePointAt(offset) ?? 0)
    throw new ScriptFault(
      script,
      offset,
      character === '"'
        ? 'a text begins here and does not end'
        : `${JSON.stringify(character)} means nothing here`,
    )
  }
}
