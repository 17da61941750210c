/**
 * Gathers look-ups by id that arrive together into one statement. There is no timer: what has been asked for by the time
 * the requests at hand are read goes out at once.
 */
export class Loader<Row extends { readonly id: string }> {
  readonly #read: (bookId: number, ids: readonly string[]) => Promise<readonly Row[]>
  readonly #waiting = new Map<number, Map<string, Waiter<Row>[]>>()
  #scheduled = false

  constructor(read: (bookId: number, ids: readonly string[]) => Promise<readonly Row[]>) {
    this.#read = read
  }

  /** The row with this id as it is committed now, or null. */
  load(bookId: number, id: string): Promise<Row | null> {
    return new Promise((resolve, reject) => {
      let ofBook = this.#waiting.get(bookId)
      if (ofBook === undefined) {
        ofBook = new Map()
        this.#waiting.set(bookId, ofBook)
      }
      const waiters = ofBook.get(id)
      if (waiters === undefined) ofBook.set(id, [{ resolve, reject }])
      else waiters.push({ resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    this.#scheduled = false
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [bookId, byId] of waiting) void this.#fetch(bookId, byId)
  }

  async #fetch(bookId: number, byId: ReadonlyMap<string, readonly Waiter<Row>[]>): Promise<void> {
    try {
      const rows = await this.#read(bookId, [...byId.keys()])
      const found = new Map(rows.map((row) => [row.id, row]))
      for (const [id, waiters] of byId)
        for (const waiter of waiters) waiter.resolve(found.get(id) ?? null)
    } catch (error) {
      for (const waiters of byId.values()) for (const waiter of waiters) waiter.reject(error)
    }
  }
}

type Waiter<Row> = {
  readonly resolve: (row: Row | null) => void
  readonly reject: (error: unknown) => void
}
