/** What verification finds, and how it is told. */

/** Something in a book that is not as it must be. */
export type Finding = {
  readonly bookId: number
  readonly table: string
  /** The row: its id, or what stands for one. */
  readonly id: string
  /** The column that is wrong; several where it is certain that one of them is, but not which. */
  readonly columns: readonly string[]
  readonly expected: string | null
  readonly found: string | null
  /** Why it is known. */
  readonly reason: string
}

/** Findings that are kept of one book; what is beyond is counted. */
export const FINDINGS_MAX = 1000

const VALUE_LENGTH_MAX = 200

/** A value in a finding: short, and never undefined. */
export function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}…`
}

/** One line for people. */
export function tell(finding: Finding): string {
  const { bookId, table, id, columns, expected, found, reason } = finding
  const place = `book ${bookId}: ${table} ${id}: ${columns.join(' or ')}`
  const values =
    expected === null && found === null
      ? ''
      : ` should be ${expected ?? 'nothing'}, is ${found ?? 'nothing'}`
  return `${place}${values} (${reason})`
}

/**
 * Collects the findings of one book. It remembers what each wrong column should have been, so that the chain can be
 * recomputed with it: then the hash proves the finding, and nothing is found twice.
 */
export class Findings {
  readonly #bookId: number
  readonly list: Finding[] = []
  /** Findings that were not kept. */
  unlisted = 0
  readonly #repairs = new Map<string, Map<string, string | null>>()

  constructor(bookId: number) {
    this.#bookId = bookId
  }

  add(
    table: string,
    id: string,
    columns: string | readonly string[],
    values: { readonly expected?: unknown; readonly found?: unknown },
    reason: string,
  ): void {
    if (this.list.length >= FINDINGS_MAX) {
      this.unlisted += 1
      return
    }
    this.list.push({
      bookId: this.#bookId,
      table,
      id,
      columns: typeof columns === 'string' ? [columns] : columns,
      expected: shown(values.expected),
      found: shown(values.found),
      reason,
    })
  }

  /** Remembers what a column of a row should be. */
  repair(table: string, id: string, column: string, value: string | null): void {
    const key = `${table} ${id}`
    const columns = this.#repairs.get(key) ?? new Map<string, string | null>()
    this.#repairs.set(key, columns.set(column, value))
  }

  /** Whether anything is known to be wrong that the chain can be recomputed without. */
  get hasRepairs(): boolean {
    return this.#repairs.size > 0
  }

  /** What columns of a row should be, as far as it differs from what is there. */
  repairsOf(table: string, id: string): ReadonlyMap<string, string | null> | undefined {
    return this.#repairs.get(`${table} ${id}`)
  }

  /** Whether something was found about the row. */
  has(table: string, id: string): boolean {
    return this.list.some((finding) => finding.table === table && finding.id === id)
  }

  get count(): number {
    return this.list.length + this.unlisted
  }
}
