/** From the bytes of a body to a value, without losing a digit. */
import { isNumeral, type JsonValue, parseExact } from '../../exact-json.ts'

/** The body is not JSON, or not text. The message says why. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson'
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** An escape of half a character, which no database keeps. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/**
 * Reads a JSON body. Halves of characters that stand alone are replaced by U+FFFD.
 *
 * @throws MalformedJson
 */
export function readJson(body: Buffer): JsonValue {
  try {
    const text = UTF8.decode(body)
    const value = parseExact(text, 'exact')
    return SURROGATE_ESCAPE.test(text) ? wellFormed(value) : value
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'not UTF-8, or nested too deeply'
    throw new MalformedJson(why, { cause })
  }
}

function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (value === null || typeof value !== 'object' || isNumeral(value)) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]),
  )
}
