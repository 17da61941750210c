/**
 * Gathers look-ups by id into one statement for each book at a time. What has been asked for by the time the requests at
 * hand are read goes out at once; what is asked for while a statement is under way goes together when it has been answered.
 * There is no timer. A statement begins after everything that it answers was asked for, so it sees all that was committed
 * by then.
 */
export class Loader<Row extends { readonly id: string }> {
  readonly #read: (bookId: number, ids: readonly string[]) => Promise<readonly Row[]>
  readonly #waiting = new Map<number, Waiters<Row>>()
  readonly #underWay = new Set<number>()
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
      if (this.#scheduled || this.#underWay.has(bookId)) return
      this.#scheduled = true
      setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    this.#scheduled = false
    for (const bookId of this.#waiting.keys()) if (!this.#underWay.has(bookId)) this.#send(bookId)
  }

  #send(bookId: number): void {
    const waiters = this.#waiting.get(bookId)
    if (waiters === undefined) return
    this.#waiting.delete(bookId)
    this.#underWay.add(bookId)
    const read = this.#read(bookId, [...waiters.keys()]).finally(() => {
      this.#underWay.delete(bookId)
      // The next is read while those who waited for this one are answered.
      this.#send(bookId)
    })
    void settle(waiters, read)
  }
}

async function settle<Row extends { readonly id: string }>(
  waiters: Waiters<Row>,
  read: Promise<readonly Row[]>,
): Promise<void> {
  try {
    const found = new Map((await read).map((row) => [row.id, row]))
    for (const [id, ofRow] of waiters)
      for (const { resolve } of ofRow) resolve(found.get(id) ?? null)
  } catch (error) {
    for (const ofRow of waiters.values()) for (const { reject } of ofRow) reject(error)
  }
}

/** Who waits for each row. */
type Waiters<Row> = Map<
  string,
  {
    readonly resolve: (row: Row | null) => void
    readonly reject: (error: unknown) => void
  }[]
>
