/**
 * JSON without losing a digit.
 *
 * Whole numbers beyond what a number holds exactly come as bigint, and go out as their digits. Everything else is a
 * value as JSON.parse gives it; the parser is the engine's own, and asks for the source text of numbers only when the
 * document has digits enough to need it. A face that reads money from decimal numbers can have those kept exactly, too.
 */

/** Fewer digits than this in a row are always exact in a number. */
const MANY_DIGITS = /\d{16}/

/** What a decimal number may not hold exactly, or not at all. */
const MANY_DIGITS_OR_EXPONENT = /\d[\d.]{15}|\d[eE]\+?\d{3}/

const WHOLE = /^-?\d+$/

/** Digits up to which a decimal is written back just as it was read. */
const EXACT_DIGITS = 15

/** A key that would reach a prototype when an object is built from a document carelessly. */
const PROTOTYPE_KEY = /"(?:__proto__|\\u005f)/i

/** A number that is kept as its text. */
export type Numeral = { readonly rawJSON: string }

export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/**
 * Reads a document. With `decimals` set to `exact`, numbers that are not whole and have many digits come as Numeral, as
 * do those that are too large for a number.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseExact(text: string, decimals: 'nearest' | 'exact' = 'nearest'): JsonValue {
  const needsSource = decimals === 'nearest' ? MANY_DIGITS : MANY_DIGITS_OR_EXPONENT
  const reviver = decimals === 'nearest' ? exactNumber : exactDecimal
  const plain = !needsSource.test(text)
  const value = (plain ? JSON.parse(text) : JSON.parse(text, reviver as never)) as JsonValue
  if (PROTOTYPE_KEY.test(text)) removePrototypeKeys(value)
  return value
}

function exactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const { source } = context
  return source !== undefined && WHOLE.test(source) ? BigInt(source) : value
}

function exactDecimal(key: string, value: unknown, context: { source?: string }): unknown {
  const exact = exactNumber(key, value, context)
  if (typeof exact !== 'number') return exact
  const { source = '' } = context
  // A decimal may come near enough to a whole number to be taken for it: what counts is how it is written.
  if (Number.isSafeInteger(exact) && WHOLE.test(source)) return exact
  const digits = source.replace(/[eE].*$/, '').replace(/\D/g, '')
  return Number.isFinite(exact) && digits.length <= EXACT_DIGITS ? exact : rawJson(source)
}

/** Whether a value is a number that is kept as its text. */
export function isNumeral(value: unknown): value is Numeral {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
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
