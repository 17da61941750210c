/** What is wrong with a body, gathered in one walk and reported in Midaz's order. */
import { isNumeral, type JsonValue } from '../../exact-json.ts'
import { type FieldFault, invalidFields, missingFields, type Problem } from '../problem.ts'

/** How deep and how long the part of a body may be that an error repeats. */
const ECHO_DEPTH_MAX = 8
const ECHO_LENGTH_MAX = 200

/** Where the walk is: the keys on the way down, list positions as numbers. */
export type Path = readonly (string | number)[]

/** An object as a body has it. */
export type Fields = { readonly [key: string]: JsonValue }

export function isFields(value: JsonValue): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumeral(value)
}

/** Whether a text has more characters than that, as Unicode counts them. */
export function isLonger(value: string, max: number): boolean {
  return value.length > max && [...value].length > max
}

/** A character that the database cannot keep. */
export function nulFault(path: Path): Problem {
  return invalidFields([{ path: pathText(path), message: 'must not contain the NUL character' }])
}

export function pathText(path: Path): string {
  let text = ''
  for (const key of path)
    text += typeof key === 'number' ? `[${key}]` : text === '' ? key : `.${key}`
  return text
}

/**
 * Midaz's order: what cannot be read, what is not expected, what is hostile, rules with codes of their own, what is
 * missing, what does not fit. Of the kinds that have a code of their own the first one found counts.
 */
export class Findings {
  #unreadable: Problem | null = null
  readonly #unexpected: { readonly path: Path; readonly value: unknown }[] = []
  #hostile: Problem | null = null
  #special: Problem | null = null
  readonly #missing: FieldFault[] = []
  readonly #invalid: FieldFault[] = []

  unreadable(path: Path, expected: string, value: unknown): void {
    const field = path.length === 0 ? 'The body' : `The field ${pathText(path)}`
    this.#unreadable ??= {
      code: '0094',
      detail: `${field} must be ${expected}, not ${kindOf(value)}.`,
      ...(path.length === 0
        ? {}
        : { errors: [{ path: pathText(path), message: `must be ${expected}` }] }),
    }
  }

  unexpected(path: Path, value: unknown): void {
    this.#unexpected.push({ path: [...path], value })
  }

  hostile(problem: Problem): void {
    this.#hostile ??= problem
  }

  special(problem: Problem): void {
    this.#special ??= problem
  }

  missing(path: Path): void {
    this.#missing.push({ path: pathText(path), message: 'must be given and not be empty' })
  }

  invalid(path: Path, message: string): void {
    this.#invalid.push({ path: pathText(path), message })
  }

  problem(): Problem | null {
    if (this.#unreadable !== null) return this.#unreadable
    if (this.#unexpected.length > 0) return this.#unexpectedFields()
    if (this.#hostile !== null) return this.#hostile
    if (this.#special !== null) return this.#special
    if (this.#missing.length > 0) return missingFields(this.#missing)
    return this.#invalid.length > 0 ? invalidFields(this.#invalid) : null
  }

  #unexpectedFields(): Problem {
    const names = this.#unexpected.map(({ path }) => pathText(path)).join(', ')
    return {
      code: '0053',
      detail: `The request has fields that are not expected here, or not with these values: ${names}.`,
      errors: this.#unexpected.map(({ path, value }) => ({
        path: pathText(path),
        message: 'is not expected',
        value: echo(value, 0),
      })),
      fields: echoTree(this.#unexpected),
    }
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'bigint' || isNumeral(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The unexpected parts of a body, each at its place; of lists only the items that have some. */
function echoTree(
  parts: readonly { readonly path: Path; readonly value: unknown }[],
): Record<string, unknown> {
  const byKey = Map.groupBy(parts, ({ path }) => path[0] ?? '')
  return Object.fromEntries([...byKey].map(([key, group]) => [String(key), echoOf(group)]))
}

function echoOf(group: readonly { readonly path: Path; readonly value: unknown }[]): unknown {
  const [first] = group
  if (first === undefined || first.path.length === 1) return echo(first?.value, 0)
  const below = group.map(({ path, value }) => ({ path: path.slice(1), value }))
  if (typeof below[0]?.path[0] !== 'number') return echoTree(below)
  return Object.values(echoTree(below))
}

/** A value as an error repeats it: never endless. */
function echo(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, ECHO_LENGTH_MAX)
  if (typeof value === 'bigint') return `${value}`.slice(0, ECHO_LENGTH_MAX)
  if (value === null || typeof value !== 'object') return value
  if (isNumeral(value)) return value.rawJSON.slice(0, ECHO_LENGTH_MAX)
  if (depth === ECHO_DEPTH_MAX) return '…'
  if (Array.isArray(value))
    return value.slice(0, ECHO_LENGTH_MAX).map((item) => echo(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ECHO_LENGTH_MAX)
      .map(([key, item]) => [key.slice(0, ECHO_LENGTH_MAX), echo(item, depth + 1)]),
  )
}
