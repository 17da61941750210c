/**
 * Binds a body to a schema as Go binds it to a struct: names of fields match whatever their case, null means not given,
 * what the schema does not know is ignored. What does not fit is told in the words that Go uses for it.
 */
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Json, JsonObject } from '../../../ledger/index.ts'
import { MalformedBody } from '../../malformed-body.ts'
import { Fraction } from './body.ts'

/** Marks a field whose digits must all be kept: it is handed on as the text of a whole number. */
export const DIGITS = 'x-digits'
/** Marks a field that must be there and not empty, under its name in Go. */
export const REQUIRED = 'x-required'

type Fields = { readonly [name: string]: unknown }

type Binder = (value: unknown) => unknown

/** Reads a value into what the schema describes, or throws MalformedBody. */
export type Bind = (body: unknown) => Fields

const binds = new WeakMap<object, Bind>()

/** The binder of a schema, made once. */
export function bindTo(schema: TObject): Bind {
  let bind = binds.get(schema)
  if (bind === undefined) {
    bind = makeBind(schema)
    binds.set(schema, bind)
  }
  return bind
}

function makeBind(schema: TObject): Bind {
  const read = objectBinder(schema)
  const compiled = Compile(schema)
  const title = (schema as { title?: string }).title ?? 'Request'
  const required = requiredOf(schema)
  return (body) => {
    if (body === undefined) throw new MalformedBody('EOF')
    if (body !== null && kindOf(body) !== 'object')
      throw new MalformedBody(
        `json: cannot unmarshal ${kindOf(body)} into Go value of type model.${title}`,
      )
    const fields = read(body ?? {}) as Fields
    if (!compiled.Check(fields)) {
      const [fault] = compiled.Errors(fields)
      throw new MalformedBody(faultText(fields, fault?.instancePath ?? '', schema, title))
    }
    refuseMissing(fields, required, title)
    return fields
  }
}

function objectBinder(schema: TObject): Binder {
  const known = new Map<string, readonly [string, Binder]>()
  for (const [name, field] of Object.entries(schema.properties)) {
    const entry = [name, binderOf(field)] as const
    known.set(name, entry)
    known.set(name.toLowerCase(), entry)
  }
  return (value) => {
    if (kindOf(value) !== 'object') return value
    const bound: Record<string, unknown> = {}
    for (const key in value as object) {
      const entry = known.get(key) ?? known.get(key.toLowerCase())
      if (entry === undefined) continue
      const item = (value as Fields)[key]
      if (item === null || item === undefined) delete bound[entry[0]]
      else bound[entry[0]] = entry[1](item)
    }
    return bound
  }
}

function binderOf(schema: TSchema): Binder {
  const { type, properties, items, anyOf } = schema as {
    type?: string
    properties?: object
    items?: TSchema
    anyOf?: readonly TSchema[]
  }
  if (DIGITS in schema) return digits
  const ofObject = anyOf?.find((member) => 'properties' in member)
  if (ofObject !== undefined) return binderOf(ofObject)
  if (type === 'array' && items !== undefined) {
    const bind = binderOf(items)
    return (value) => (Array.isArray(value) ? value.map((item) => bind(item)) : value)
  }
  if (properties !== undefined && Object.keys(properties).length > 0)
    return objectBinder(schema as TObject)
  if (type === 'number') return (value) => (typeof value === 'bigint' ? Number(value) : value)
  return (value) => value
}

/** What a number with a fraction, or with more digits than it keeps, is taken for: nothing that any schema accepts. */
const NOT_WHOLE = Symbol('not a whole number')

function digits(value: unknown): unknown {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  return typeof value === 'number' ? NOT_WHOLE : value
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'bigint' || typeof value === 'symbol' || value instanceof Fraction)
    return 'number'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'float64',
  boolean: 'bool',
  object: 'map[string]interface {}',
}

function faultText(fields: Fields, path: string, schema: TSchema, title: string): string {
  let value: unknown = fields
  let field: TSchema | undefined = schema
  const names: string[] = []
  for (const step of path.split('/').slice(1)) {
    value = (value as Fields)[step]
    const { properties, items } = (field ?? {}) as {
      properties?: Record<string, TSchema>
      items?: TSchema
    }
    field = items ?? properties?.[step]
    if (items === undefined) names.push(step)
  }
  const { type, items } = (field ?? {}) as { type?: string; items?: { title?: string } }
  const wanted =
    type === 'array'
      ? `[]${items?.title ?? 'interface {}'}`
      : (GO_TYPES[type ?? ''] ?? 'a whole number')
  return `json: cannot unmarshal ${kindOf(value)} into Go struct field ${title}.${names.join('.')} of type ${wanted}`
}

type Required = readonly (readonly [name: string, goName: string])[]

function requiredOf(schema: TObject): Required {
  return Object.entries(schema.properties).flatMap(([name, field]) => {
    const goName = (field as { [REQUIRED]?: string })[REQUIRED]
    return goName === undefined ? [] : [[name, goName] as const]
  })
}

function refuseMissing(fields: Fields, required: Required, title: string): void {
  const missing = required.filter(([name]) => fields[name] === undefined || fields[name] === '')
  if (missing.length === 0) return
  const lines = missing.map(
    ([, goName]) =>
      `Key: '${title === '' ? '' : `${title}.`}${goName}' Error:Field validation for '${goName}' failed on the 'required' tag`,
  )
  throw new MalformedBody(lines.join('\n'))
}

const DEPTH_MAX = 64

/**
 * Free-form data as it is kept: whole numbers beyond what a number holds exactly become numbers, as they do in Blnk.
 */
export function freeForm(value: unknown): JsonObject | null {
  return value === undefined ? null : (plain(value, 0) as JsonObject)
}

function plain(value: unknown, depth: number): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Fraction) return Number(value.text)
  if (value === null || typeof value !== 'object') return value as Json
  if (depth === DEPTH_MAX) throw new MalformedBody('json: exceeded max depth')
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]),
  )
}
