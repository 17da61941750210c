/**
 * The pieces that bodies are described with. They are TypeBox schemas, so the same object checks a body, types it, and
 * stands in the OpenAPI document. What JSON Schema cannot say is in keywords that begin with `x-`:
 *
 * - `x-null`: `absent` where null means the same as nothing; elsewhere it is not expected.
 * - `x-empty`: `unexpected` where an empty text or list is not expected.
 * - `x-rule`: the name of a rule of `rules.ts` that the value must obey.
 */
import { type Static, type TSchema, Type } from 'typebox'

export const NAME_MAX = 256
export const ID_TEXT = 'uuid'

/** Text of at most so many characters. */
export function text(max: number, more: Readonly<Record<string, unknown>> = {}) {
  return Type.String({ maxLength: max, ...more })
}

/** Null means the same as leaving it out. */
export function nullable<S extends TSchema>(schema: S) {
  return Type.Unsafe<Static<S> | null>({ ...schema, 'x-null': 'absent' })
}

/** May be left out; null is no different. */
export function optional<S extends TSchema>(schema: S) {
  return Type.Optional(nullable(schema))
}

/** May be left out, but not be null. */
export const optionalNotNull = Type.Optional

export const uuidText = Type.String({ format: ID_TEXT })

export const flag = Type.Boolean()

/** A decimal as text, or as a number where the generation takes one. */
export const decimal = Type.Unsafe<string | number>({
  type: ['string', 'number'],
  'x-rule': 'decimal',
  description: 'A decimal number as text: at most 18 decimals.',
})

/** Free data of the caller: texts, numbers and booleans by name. */
export const metadata = Type.Unsafe<Readonly<Record<string, string | number | boolean>>>({
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
  'x-rule': 'metadata',
  description: 'Texts of at most 2000 characters, numbers and booleans; at most 100 of them.',
})

/** Free data to be merged into what is there: null takes a name away. */
export const metadataPatch = Type.Unsafe<
  Readonly<Record<string, string | number | boolean | null>>
>({
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  'x-rule': 'metadataPatch',
  description: 'Merged into what is there; null takes a name away.',
})

/** A state in the caller's own words. Outside of the generation v3 its code alone may stand for it. */
export const status = Type.Unsafe<
  { readonly code?: string | null; readonly description?: string | null } | string
>({
  type: 'object',
  properties: {
    code: nullable(text(100)),
    description: nullable(text(256)),
  },
  'x-rule': 'status',
})

/** An object with these fields and no others. */
export const closedObject = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

const nullableText = Type.Union([Type.String(), Type.Null()])

/** An entity as it is shown: what is its own, and what all have. */
export function shownOf<P extends Record<string, TSchema>>(properties: P) {
  return Type.Object({
    id: Type.String({ format: 'uuid' }),
    ...properties,
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
    deletedAt: nullableText,
    metadata: Type.Optional(Type.Object({}, { additionalProperties: true })),
  })
}
