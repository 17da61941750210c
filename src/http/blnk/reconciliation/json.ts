/**
 * Records of a JSON file: an array of objects, of which one at a time is in memory. The file is only cut into its objects
 * here; each is then read by the parser of the engine, which keeps every digit.
 */
import { FIELD_MAX, type WrittenRecord } from '../../../reconciliation/index.ts'
import { isNumeral, type JsonValue, parseExact } from '../../exact-json.ts'
import { UploadFault } from './faults.ts'

/** Characters of one object. */
const OBJECT_MAX = 64 * 1024

/** What may come next outside of an object. */
type Expected = 'array' | 'first' | 'object' | 'comma' | 'nothing'

export async function* recordsOfJson(pieces: AsyncIterable<string>): AsyncIterable<WrittenRecord> {
  const cutter = new Cutter()
  for await (const piece of pieces)
    for (const text of cutter.cut(piece)) yield recordIn(text, cutter.count)
  cutter.end()
}

/** Cuts an array into the texts of its objects. */
class Cutter {
  /** Objects that were cut off so far. */
  count = 0
  #expected: Expected = 'array'
  /** What of an object has come so far; null outside of one. */
  #begun: string | null = null
  #depth = 0
  #inText = false
  #escaped = false

  end(): void {
    if (this.#expected !== 'nothing') throw new UploadFault('the file ends within the array')
  }

  *cut(piece: string): Iterable<string> {
    let start = 0
    for (let index = 0; index < piece.length; index += 1) {
      if (this.#begun === null) {
        if (!this.#opens(piece.charCodeAt(index))) continue
        this.#begun = ''
        start = index
      }
      if (!this.#closes(piece.charCodeAt(index))) continue
      this.count += 1
      const text = this.#begun + piece.slice(start, index + 1)
      this.#begun = null
      this.#expected = 'comma'
      yield text
    }
    if (this.#begun === null) return
    this.#begun += piece.slice(start)
    if (this.#begun.length > OBJECT_MAX)
      throw new UploadFault('the object is too long', this.count + 1)
  }

  /** Whether an object begins with a character between objects. */
  #opens(code: number): boolean {
    if (code === SPACE || code === TAB || code === LF || code === CR || code === BOM) return false
    const expected = this.#expected
    if (code === OPEN_ARRAY && expected === 'array') this.#expected = 'first'
    else if (code === CLOSE_ARRAY && (expected === 'first' || expected === 'comma'))
      this.#expected = 'nothing'
    else if (code === COMMA && expected === 'comma') this.#expected = 'object'
    else if (code === OPEN_OBJECT && (expected === 'first' || expected === 'object')) return true
    else throw new UploadFault('the file is not an array of objects', this.count + 1)
    return false
  }

  /** Whether the object ends with a character of it. */
  #closes(code: number): boolean {
    if (this.#escaped) this.#escaped = false
    else if (this.#inText) {
      if (code === BACKSLASH) this.#escaped = true
      else if (code === QUOTE) this.#inText = false
    } else if (code === QUOTE) this.#inText = true
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) this.#depth += 1
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      this.#depth -= 1
      return this.#depth === 0
    }
    return false
  }
}

const [TAB, LF, CR, SPACE, BOM] = [0x09, 0x0a, 0x0d, 0x20, 0xfeff]
const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

function recordIn(text: string, row: number): WrittenRecord {
  let value: JsonValue
  try {
    value = parseExact(text, 'exact')
  } catch (cause) {
    throw new UploadFault('the object is not JSON', row, null, { cause })
  }
  return recordOfValue(value, row)
}

/** The record that an object writes; names of fields match whatever their case. */
export function recordOfValue(value: unknown, row: number): WrittenRecord {
  const fields = new Map(
    Object.entries(value ?? {}).map(([name, item]) => [name.toLowerCase(), item as unknown]),
  )
  const text = (field: keyof WrittenRecord) => textOf(fields.get(field), field, row)
  return {
    id: text('id'),
    amount: text('amount'),
    date: text('date'),
    currency: text('currency'),
    reference: text('reference'),
    description: text('description'),
    source: text('source'),
  }
}

function textOf(value: unknown, field: string, row: number): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value.slice(0, FIELD_MAX + 1)
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (isNumeral(value)) return value.rawJSON
  throw new UploadFault(`${field} is neither text nor a number`, row, field)
}
