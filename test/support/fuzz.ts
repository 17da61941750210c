/** Requests made at random from an OpenAPI document, with everything that callers get wrong. */
import type { Chance } from './chance.ts'

export type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly format?: string
  readonly anyOf?: readonly Schema[]
}

export type Parameter = { readonly name: string; readonly in: string }

export type Operation = {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** What the body should be; undefined where there is none. */
  readonly schema: Schema | undefined
}

/** What a face's requests are made of. */
export type Material = {
  /** Ids of what is there. */
  readonly ids: readonly string[]
  /** Words that mean something somewhere. */
  readonly words: readonly string[]
  /** What a parameter of a path may well be; undefined for an id. */
  readonly inPath: (name: string) => string | undefined
}

type Described = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>
  }
}

/** All that a document describes. */
export function operationsOf(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      schema: requestBody?.content['application/json']?.schema,
    })),
  )
}

/** Texts of JSON that are rarely what is expected. */
const NASTY = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[[[[[[[[[[[]]]]]]]]]]]]]',
  '""',
  '" "',
  String.raw`"a\u0000b"`,
  String.raw`"\ud800"`,
  '"☃️𝕏"',
  '"\'; drop table entries; --"',
  `"${'n'.repeat(3000)}"`,
  '-0',
  '-1',
  '0.1',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '123456789012345678901234567890.123456789012345678901',
  '9'.repeat(400),
  `"${'9'.repeat(400)}"`,
  '"1e999999"',
  '"0x10"',
  '"Infinity"',
  '{"__proto__":{"a":1},"constructor":1}',
  '"2026-02-30T25:00:00Z"',
]

const PATHS = ['x', '%00', '%', '%ff', '..', '@a', 'USD', 'A'.repeat(300), '☃']

const QUERIES = [
  '1',
  '0',
  '-1',
  '100',
  'abc',
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '9999-99-99',
  'asc',
  'DESC',
  '%00',
  '%F0',
  '%ff',
  'eyJpZCI6IngifQ==',
  '%27',
  'true',
  'APPROVED',
  'DEBIT',
  '9'.repeat(40),
  '%25',
]

export class Fuzz {
  readonly #chance: Chance
  readonly #material: Material

  constructor(chance: Chance, material: Material) {
    this.#chance = chance
    this.#material = material
  }

  /** The text of a body, mostly of the shape that it should have; undefined where the operation has none. */
  bodyFor({ schema }: Operation): string | undefined {
    if (schema === undefined) return undefined
    const chance = this.#chance
    return chance.isHit(0.03) ? chance.pick(['', '{', 'null', '\u0000']) : this.#value(schema)
  }

  /** The path with its parameters filled in, and a query of those that are known and of others. */
  urlFor({ path, parameters }: Operation, others: readonly string[]): string {
    const chance = this.#chance
    const filled = path.replace(/\{([a-z_]+)\}/gi, (_, name: string) => {
      if (chance.isHit(0.05)) return encodeURI(chance.pick(PATHS))
      return encodeURI(this.#material.inPath(name) ?? chance.pick(this.#material.ids))
    })
    const query = parameters
      .filter((parameter) => parameter.in === 'query' && chance.isHit(0.4))
      .map(({ name }) => `${name}=${chance.pick(QUERIES)}`)
    for (const name of others) if (chance.isHit(0.1)) query.push(`${name}=${chance.pick(QUERIES)}`)
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`
  }

  #value(schema: Schema, depth = 0): string {
    const chance = this.#chance
    if (chance.isHit(0.12)) return chance.pick(NASTY)
    if (schema.anyOf !== undefined) return this.#value(chance.pick(schema.anyOf), depth)
    const type = Array.isArray(schema.type) ? chance.pick(schema.type) : schema.type
    switch (type) {
      case 'object':
        return this.#object(schema, depth)
      case 'array': {
        const items = Array.from({ length: chance.below(3) }, () =>
          this.#value(schema.items ?? {}, depth + 1),
        )
        return `[${items.join(',')}]`
      }
      case 'boolean':
        return chance.pick(['true', 'false'])
      case 'integer':
      case 'number':
        return chance.pick(['0', '1', '2', '100', '-5'])
      case 'null':
        return 'null'
      default: {
        const { ids, words } = this.#material
        return JSON.stringify(schema.format === 'uuid' ? chance.pick(ids) : chance.pick(words))
      }
    }
  }

  #object({ properties }: Schema, depth: number): string {
    const chance = this.#chance
    if (properties === undefined)
      return `{${chance.pick(['"k":1', '"k":"v","n":null', String.raw`"\u0000":1`, ''])}}`
    const members = Object.entries(properties)
      .filter(() => chance.isHit(0.75))
      .map(([name, value]) => `${JSON.stringify(name)}:${this.#value(value, depth + 1)}`)
    if (chance.isHit(0.05)) members.push(`"unknown":${chance.pick(NASTY)}`)
    return `{${members.join(',')}}`
  }
}
