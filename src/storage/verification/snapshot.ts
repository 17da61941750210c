import type pg from 'pg'
import type { Row } from '../connection.ts'
import { copyLines } from './copy.ts'

/** Rows that are fetched at once. While some are looked at, the next are already on their way. */
const FETCH_ROWS = 1000

/** Queries inside one transaction of a connection, and streams of rows that are as long as they like. */
export class Snapshot {
  readonly #client: pg.Client
  #cursors = 0

  constructor(client: pg.Client) {
    this.#client = client
  }

  async rows<R extends Row>(text: string, values: readonly unknown[]): Promise<R[]> {
    return (await this.#client.query<R>(text, values as unknown[])).rows
  }

  lines(text: string): Promise<string[]> {
    return copyLines(this.#client, text)
  }

  async *stream<R extends Row>(text: string, values: readonly unknown[]): AsyncIterable<R> {
    for await (const rows of this.pages<R>(text, values)) yield* rows
  }

  /**
   * Streams the rows of a statement through a cursor of the server, so that memory does not grow with their number.
   * The cursor is closed with the transaction.
   */
  async *pages<R extends Row>(
    text: string,
    values: readonly unknown[],
  ): AsyncIterable<readonly R[]> {
    this.#cursors += 1
    const name = `c${this.#cursors}`
    await this.#client.query(`declare ${name} no scroll cursor for ${text}`, values as unknown[])
    const fetch = () => this.rows<R>(`fetch ${FETCH_ROWS} from ${name}`, [])
    let next = fetch()
    for (;;) {
      const rows = await next
      if (rows.length < FETCH_ROWS) {
        yield rows
        return
      }
      next = fetch()
      // Whoever stops listening does not hear of an error either.
      next.catch(() => {})
      yield rows
    }
  }
}
