/**
 * Who works with a bundled PostgreSQL. Everybody who does, a server or a command, keeps a connection that holds a shared
 * lock; so several may, and whoever leaves last, which nobody else's lock tells, puts out the light. A process that is
 * killed loses its connection and with it the lock.
 */
import pg from 'pg'

/** Any number, the same in every program, and not that of the migrations. */
const LOCK = 5_713_003

export class Occupancy {
  readonly #url: string
  #client: pg.Client | null = null

  constructor(url: string) {
    this.#url = url
  }

  get isHeld(): boolean {
    return this.#client !== null
  }

  /** Takes part; false when the last of the others is just leaving. */
  async enter(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'diptych keeper',
      connectionTimeoutMillis: 3000,
    })
    client.on('error', () => {})
    client.on('end', () => {
      if (this.#client === client) this.#client = null
    })
    try {
      await client.connect()
      const held = await ask(client, 'select pg_try_advisory_lock_shared($1) as answer')
      if (held) this.#client = client
      else await client.end()
      return held
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  }

  /** Leaves; true when nobody else is there, in which case nobody can come either until the connection is closed. */
  async leave(): Promise<{ readonly isLast: boolean; close(): Promise<void> }> {
    const client = this.#client
    this.#client = null
    if (client === null) return { isLast: false, close: async () => {} }
    const close = () => client.end().catch(() => {})
    try {
      await ask(client, 'select pg_advisory_unlock_shared($1) as answer')
      return { isLast: await ask(client, 'select pg_try_advisory_lock($1) as answer'), close }
    } catch {
      return { isLast: false, close }
    }
  }
}

async function ask(client: pg.Client, text: string): Promise<boolean> {
  const { rows } = await client.query<{ answer: boolean }>(text, [LOCK])
  return rows[0]?.answer ?? false
}
