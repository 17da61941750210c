/**
 * JSON without losing a digit.
 *
 * Whole numbers beyond what a number holds exactly come as bigint, and go out as their digits. Everything else is a
 * value as JSON.parse gives it; the parser is the engine's own, and asks for the source text of numbers only when the
 * document has digits enough to need it.
 */

/** Fewer digits than this in a row are always exact in a number. */
const MANY_DIGITS = /\d{16}/

/** A key that would reach a prototype when an object is built from a document carelessly. */
const PROTOTYPE_KEY = /"(?:__proto__|\\u005f)/i

export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/**
 * Reads a document.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseExact(text: string): JsonValue {
  const plain = !MANY_DIGITS.test(text)
  const value = (plain ? JSON.parse(text) : JSON.parse(text, exactNumber as never)) as JsonValue
  if (PROTOTYPE_KEY.test(text)) removePrototypeKeys(value)
  return value
}

function exactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const { source } = context
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
}

function removePrototypeKeys(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  for (const key of Object.keys(value)) {
    if (key === '__proto__') delete (value as Record<string, unknown>)[key]
    else removePrototypeKeys((value as Record<string, unknown>)[key])
  }
}

/** Writes a document; a bigint becomes its digits. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? rawJson(item.toString()) : item,
  )
}

/** Text that goes into the document as it is. */
export function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text)
}
