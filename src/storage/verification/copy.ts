/**
 * Rows as the lines of a COPY. The driver makes an object of each row and a value of each field; where millions are read
 * it is cheaper to take the lines as they come.
 */
import type pg from 'pg'

/** The lines that `copy … to stdout` sends, in its text format. */
export function copyLines(client: pg.Client, text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    client.query(new Copying(text, resolve, reject))
  })
}

const FIRST_BYTES = 1 << 16

/** A query as the driver handles it. */
class Copying implements pg.Submittable {
  readonly #text: string
  readonly #resolve: (lines: string[]) => void
  readonly #reject: (error: unknown) => void
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0

  constructor(text: string, resolve: (lines: string[]) => void, reject: (error: unknown) => void) {
    this.#text = text
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text)
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // The driver uses the memory of a chunk again, so it is copied.
    if (this.#length + chunk.length > this.#bytes.length) this.#grow(chunk.length)
    chunk.copy(this.#bytes, this.#length)
    this.#length += chunk.length
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    const lines = this.#bytes.toString('utf8', 0, this.#length).split('\n')
    // Every line ends, so nothing stands after the last.
    lines.pop()
    this.#resolve(lines)
  }

  handleError(error: unknown): void {
    this.#reject(error)
  }

  #grow(more: number): void {
    const bytes = Buffer.allocUnsafe(2 * this.#bytes.length + more)
    this.#bytes.copy(bytes)
    this.#bytes = bytes
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** What a field says; null when it is null. */
export function textOf(field: string): string | null {
  if (!field.includes('\\')) return field
  if (field === '\\N') return null
  return field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter)
}

/** A decimal without zeros at the end. */
export function trimmed(decimal: string): string {
  return decimal.endsWith('0') && decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
