/** Checks a body against its schema, in the order in which Midaz finds faults. */
import type { JsonValue } from '../../exact-json.ts'
import type { Problem } from '../problem.ts'
import type { Profile } from '../profile.ts'
import { type Fields, Findings, isFields, isLonger, nulFault } from './findings.ts'
import { rules } from './rules.ts'
import { uuidOf } from './uuid.ts'

/** A schema as this file reads it. */
export type Shape = {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly maxLength?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
  readonly 'x-null'?: 'absent'
  readonly 'x-empty'?: 'unexpected'
  readonly 'x-rule'?: string
}

/** Faults of the body, the first by precedence; null when it is as it must be. A body of null is an empty object. */
export function checkBody(shape: Shape, body: JsonValue, profile: Profile): Problem | null {
  const walk = new Walk(profile)
  if (body === null) walk.object(shape, {})
  else walk.value(shape, body)
  return walk.findings.problem()
}

/** One walk through a body. The path is one list that grows and shrinks on the way; who keeps it copies it. */
class Walk {
  readonly findings = new Findings()
  readonly #profile: Profile
  readonly #path: (string | number)[] = []

  constructor(profile: Profile) {
    this.#profile = profile
  }

  value(shape: Shape, value: JsonValue): void {
    const rule = shape['x-rule']
    const check = rule === undefined ? undefined : rules[rule]
    if (check?.(value, this.#path, this.findings, this.#profile) === 'done') return
    if (shape.type === 'string') this.#text(shape, value)
    else if (shape.type === 'object') {
      if (isFields(value)) this.object(shape, value)
      else this.findings.unreadable(this.#path, 'an object', value)
    } else if (shape.type === 'array') this.#list(shape, value)
    else if (shape.type === 'integer') this.#integer(shape, value)
    else if (shape.type === 'boolean' && typeof value !== 'boolean')
      this.findings.unreadable(this.#path, 'true or false', value)
  }

  object(shape: Shape, fields: Fields): void {
    const properties = shape.properties ?? {}
    for (const key in fields) {
      const value = fields[key] ?? null
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined
      this.#path.push(key)
      if (property === undefined) {
        // The real server compares with what it has understood, where nothing and 0 leave no trace.
        if (value !== null && value !== 0) this.findings.unexpected(this.#path, value)
      } else if (value !== null) this.value(property, value)
      else if (property['x-null'] !== 'absent') this.findings.unexpected(this.#path, value)
      this.#path.pop()
    }
    for (const key of shape.required ?? []) this.#required(properties[key] ?? {}, fields[key], key)
  }

  #required(property: Shape, value: JsonValue | undefined, key: string): void {
    if (value !== undefined && value !== null && value !== '' && value !== 0) return
    this.#path.push(key)
    if (property.properties !== undefined && (value ?? null) === null) this.object(property, {})
    else this.findings.missing(this.#path)
    this.#path.pop()
  }

  #text(shape: Shape, value: JsonValue): void {
    const path = this.#path
    if (typeof value !== 'string') {
      this.findings.unreadable(path, 'a text', value)
      return
    }
    if (value === '') {
      if (shape['x-empty'] === 'unexpected') this.findings.unexpected(path, value)
      return
    }
    const { maxLength } = shape
    if (value.includes('\0')) this.findings.hostile(nulFault(path))
    if (maxLength !== undefined && isLonger(value, maxLength))
      this.findings.invalid(path, `must have at most ${maxLength} characters`)
    if (shape.format === 'uuid' && uuidOf(value) === null)
      this.findings.invalid(path, 'must be a UUID')
  }

  #integer(shape: Shape, value: JsonValue): void {
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      this.findings.unreadable(this.#path, 'a whole number', value)
    else if (shape.minimum !== undefined && value < shape.minimum)
      this.findings.invalid(this.#path, `must be at least ${shape.minimum}`)
    else if (shape.maximum !== undefined && value > shape.maximum)
      this.findings.invalid(this.#path, `must be at most ${shape.maximum}`)
  }

  #list(shape: Shape, value: JsonValue): void {
    if (!Array.isArray(value)) {
      this.findings.unreadable(this.#path, 'a list', value)
      return
    }
    const list = value as readonly JsonValue[]
    if (list.length === 0 && shape['x-empty'] === 'unexpected') {
      this.findings.unexpected(this.#path, value)
      return
    }
    if (shape.maxItems !== undefined && list.length > shape.maxItems)
      this.findings.invalid(this.#path, `must have at most ${shape.maxItems} items`)
    const { items } = shape
    if (items === undefined) return
    for (const [index, item] of list.entries()) {
      this.#path.push(index)
      if (item === null) this.findings.unreadable(this.#path, 'an object', item)
      else this.value(items, item)
      this.#path.pop()
    }
  }
}
