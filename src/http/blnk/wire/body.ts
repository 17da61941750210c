/**
 * Reads bodies as Go reads them: the first JSON value counts and what follows it does not; whole numbers keep every
 * digit.
 */
import type { FastifyInstance } from 'fastify'
import type { JsonValue } from '../../exact-json.ts'
import { MalformedBody } from '../../malformed-body.ts'

/** A number that was written with a point or an exponent where a whole number is wanted. */
export class Fraction {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Fewer digits than this in a row are always exact in a number. */
const MANY_DIGITS = /\d{16}/
/** `100.0` is no whole number here, although it is one once it has been read. */
const FRACTION = /precise_amount"\s*:\s*-?\d*[.eE]/i
const NEEDS_CARE = /\\u0000|\\ud[89a-f]|__proto__|\\u005f/i

/** Takes every body as JSON, whatever its content type says, except those that a route reads itself. */
export function acceptBodies(face: FastifyInstance): void {
  const read = (
    _request: unknown,
    body: Buffer,
    done: (error: Error | null, value?: unknown) => void,
  ) => {
    try {
      done(null, readBody(body))
    } catch (error) {
      done(error as Error)
    }
  }
  face.removeAllContentTypeParsers()
  face.addContentTypeParser('application/json', { parseAs: 'buffer' }, read)
  face.addContentTypeParser('*', { parseAs: 'buffer' }, read)
}

function readBody(body: Buffer): JsonValue | undefined {
  if (body.length === 0) return undefined
  let text: string
  try {
    text = UTF8.decode(body)
  } catch (cause) {
    throw new MalformedBody('invalid UTF-8', { cause })
  }
  if (text.trim() === '') return undefined
  const value = parse(text)
  if (NEEDS_CARE.test(text)) clean(value)
  return value
}

function parse(text: string): JsonValue {
  const revive = MANY_DIGITS.test(text) || FRACTION.test(text) ? revived : undefined
  try {
    return JSON.parse(text, revive as never) as JsonValue
  } catch (cause) {
    const end = endOfFirstValue(text)
    if (end === null) throw new MalformedBody('unexpected EOF', { cause })
    if (end === text.length) throw new MalformedBody(faultOf(cause), { cause })
    return parseFirst(text.slice(0, end), revive)
  }
}

function parseFirst(text: string, revive: unknown): JsonValue {
  try {
    return JSON.parse(text, revive as never) as JsonValue
  } catch (cause) {
    throw new MalformedBody(faultOf(cause), { cause })
  }
}

/** What is wrong, without repeating what was sent. */
function faultOf(cause: unknown): string {
  const position = cause instanceof Error ? /position (\d+)/.exec(cause.message)?.[1] : undefined
  return position === undefined ? 'unexpected EOF' : `invalid character at position ${position}`
}

function revived(key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value
  if (/^precise_amount$/i.test(key) && !/^-?\d+$/.test(source)) return new Fraction(source)
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : BigInt(source)
}

/** Where the first value ends: null when the text ends before it. */
function endOfFirstValue(text: string): number | null {
  const start = text.search(/\S/)
  if (text[start] !== '{' && text[start] !== '[') return text.length
  let depth = 0
  let inText = false
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]
    if (inText) {
      if (character === '\\') index += 1
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return null
}

/**
 * Makes texts such as can be kept: half of a surrogate pair is replaced, as Go replaces it; a NUL is refused, since
 * no text column can hold one. Keys that would reach a prototype are dropped.
 */
function clean(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  const fields = value as Record<string, unknown>
  for (const key of Object.keys(fields)) {
    const item = fields[key]
    if (key === '__proto__') {
      delete fields[key]
      continue
    }
    refuseNul(key)
    if (typeof item === 'string') {
      refuseNul(item)
      fields[key] = item.toWellFormed()
    } else clean(item)
    if (key.isWellFormed()) continue
    fields[key.toWellFormed()] = fields[key]
    delete fields[key]
  }
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw new MalformedBody('text with a NUL character')
}
