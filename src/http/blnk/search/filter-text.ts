/**
 * Reads Typesense's filter language: `field:value` for a word, `field:=value` for all of it, `field:!=value` for anything
 * else, `field:>5`, `field:[1..5]`, `field:[a, b]`, joined by `&&` and `||` and parentheses; backticks around a value
 * keep what would otherwise mean something.
 */
import { SearchFault, short } from './fault.ts'

export type Operator = '' | '=' | '!=' | '!' | '>' | '>=' | '<' | '<='

export type Expression =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Expression[] }
  | {
      readonly kind: 'comparison'
      readonly field: string
      readonly operator: Operator
      readonly values: readonly string[]
    }

const TEXT_MAX = 4_000
const DEPTH_MAX = 20
const COMPARISONS_MAX = 100

/** @throws SearchFault when it is not the language */
export function readFilterText(text: string): Expression {
  if (text.length > TEXT_MAX)
    throw new SearchFault(`The filter query may have ${TEXT_MAX} characters.`)
  const scanner = new Scanner(text)
  const expression = any(scanner, 0)
  if (!scanner.isAtEnd) throw unreadable(text)
  return expression
}

function unreadable(text: string): SearchFault {
  return new SearchFault(`Could not parse the filter query: \`${short(text)}\`.`)
}

function any(scanner: Scanner, depth: number): Expression {
  if (depth > DEPTH_MAX) throw unreadable(scanner.text)
  const of = [all(scanner, depth)]
  while (scanner.takes('||')) of.push(all(scanner, depth))
  return of.length === 1 ? (of[0] as Expression) : { kind: 'any', of }
}

function all(scanner: Scanner, depth: number): Expression {
  const of = [one(scanner, depth)]
  while (scanner.takes('&&')) of.push(one(scanner, depth))
  return of.length === 1 ? (of[0] as Expression) : { kind: 'all', of }
}

function one(scanner: Scanner, depth: number): Expression {
  if (!scanner.takes('(')) return scanner.comparison()
  const inside = any(scanner, depth + 1)
  if (!scanner.takes(')')) throw unreadable(scanner.text)
  return inside
}

const FIELD = /\s*([^\s:()&|[\]`]+)\s*:\s*(!=|>=|<=|=|!|>|<)?\s*/y

/** Where in the text the reading is. */
class Scanner {
  readonly text: string
  #at = 0
  #comparisons = 0

  constructor(text: string) {
    this.text = text
  }

  get isAtEnd(): boolean {
    return this.text.slice(this.#at).trim() === ''
  }

  takes(mark: string): boolean {
    const found = this.text.slice(this.#at).trimStart()
    if (!found.startsWith(mark)) return false
    this.#at = this.text.length - found.length + mark.length
    return true
  }

  comparison(): Expression {
    FIELD.lastIndex = this.#at
    const [whole, field, operator = ''] = FIELD.exec(this.text) ?? []
    this.#comparisons += 1
    if (whole === undefined || field === undefined || this.#comparisons > COMPARISONS_MAX)
      throw unreadable(this.text)
    this.#at += whole.length
    const values = this.takes('[') ? this.#list() : [this.#value(/&&|\|\||\)/)]
    if (values.length === 0 || values.some((value) => value === '')) throw unreadable(this.text)
    return { kind: 'comparison', field, operator: operator as Operator, values }
  }

  #list(): readonly string[] {
    const values: string[] = []
    do values.push(this.#value(/[,\]]/))
    while (this.takes(','))
    if (!this.takes(']')) throw unreadable(this.text)
    return values
  }

  /** Up to what ends it; what stands between backticks is taken as it is. */
  #value(end: RegExp): string {
    const rest = this.text.slice(this.#at)
    const quoted = /^\s*`([^`]*)`\s*/.exec(rest)
    if (quoted !== null) {
      this.#at += quoted[0].length
      return quoted[1] ?? ''
    }
    const length = end.exec(rest)?.index ?? rest.length
    this.#at += length
    return rest.slice(0, length).trim()
  }
}
