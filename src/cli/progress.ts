/** How far books were verified, in a file: whoever was interrupted goes on from there, and the next run reads what is new. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'
import type { Mark, Progress } from '../verification/index.ts'

/** How often the file is written while books are read. */
const SAVE_MS = 2_000

const FORMAT = 'diptych-progress-1'

export class ProgressFile implements Progress {
  readonly #file: string
  readonly #marks: Map<string, Mark>
  #savedAt = performance.now()

  /** @throws ConfigError when the file is there and is something else */
  constructor(file: string) {
    this.#file = file
    this.#marks = readMarks(file)
  }

  markOf(bookId: number): Mark | null {
    return this.#marks.get(String(bookId)) ?? null
  }

  passed(bookId: number, mark: Mark | null): void {
    if (mark === null) this.#marks.delete(String(bookId))
    else this.#marks.set(String(bookId), mark)
    if (performance.now() - this.#savedAt > SAVE_MS) this.save()
  }

  /** Replaces the file whole, so that it can be read whenever the program ends. */
  save(): void {
    const text = JSON.stringify({ format: FORMAT, books: Object.fromEntries(this.#marks) }, null, 2)
    const next = `${this.#file}.next`
    try {
      writeFileSync(next, `${text}\n`)
      renameSync(next, this.#file)
    } catch (error) {
      throw new ConfigError(`${this.#file} cannot be written: ${(error as Error).message}`)
    }
    this.#savedAt = performance.now()
  }
}

function readMarks(file: string): Map<string, Mark> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`)
  }
  const marks = marksIn(text)
  if (marks === null) throw new ConfigError(`${file} is not what \`verify --progress\` writes`)
  return marks
}

function marksIn(text: string): Map<string, Mark> | null {
  try {
    const { format, books } = JSON.parse(text) as { format: unknown; books: Record<string, Mark> }
    const marks = Object.entries(books)
    const areMarks = marks.every(
      ([, { seq, head }]) => Number.isSafeInteger(seq) && seq > 0 && /^[0-9a-f]{64}$/.test(head),
    )
    return format === FORMAT && areMarks ? new Map(marks) : null
  } catch {
    return null
  }
}
