/**
 * Connections to PostgreSQL.
 *
 * Three kinds, because they wait for different things: readers take what is free from a pool; writers are few, each
 * carries the batches of some books one behind the other without waiting for the answers; lockers hold a book's row while
 * they work.
 */
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { Outage } from '../engine/port.ts'
import { assert } from '../ledger/index.ts'
import { meaningOf } from './errors.ts'
import { Frequent } from './frequent.ts'
import { sendSteps } from './pipeline.ts'
import type { Step } from './statements/statement.ts'
import { typesWith } from './types.ts'

export type ConnectionLimits = {
  /** Connections that read. */
  readonly readersMax: number
  /** Connections that write batches; each carries those of some books. */
  readonly writers: number
  /** Connections that hold a book's row while they work. */
  readonly lockersMax: number
  /** How long to try to connect. */
  readonly connectMs: number
  /** How long a statement may take. */
  readonly statementMs: number
  /** How long to wait for a row that somebody else holds. */
  readonly lockMs: number
  /** The role that the connections work as, where it is not the one that they log in with. */
  readonly role: string | null
  /**
   * Whether nobody waits for the work: then statements may join whole tables where that is faster, and what they commit
   * need not be safe at once, because it can be done again.
   */
  readonly background: boolean
}

export type Row = Record<string, unknown>

/** Runs a statement and returns its rows. */
export interface Querier {
  /** A name is for one text only; a text that has none is '' and may be planned each time. */
  query<R extends Row>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly R[]>
}

/** Carries out several statements that are sent together. */
export interface Sender {
  send(steps: readonly Step[]): Promise<void>
}

/** A connection of one's own, for a while. What was left open on one that is broken is closed with it. */
export type Borrowed = Querier & { giveBack(broken: boolean): void }

const IN_SERVICE = {
  plan_cache_mode: 'force_generic_plan',
  // Every statement leans on an index. A planner that knows little of a table that has just grown must not think
  // that it does not.
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const

const IN_BACKGROUND = {
  plan_cache_mode: 'force_custom_plan',
  enable_seqscan: 'off',
  synchronous_commit: 'off',
  // Two letters that changed places leave little of a short word alike.
  'pg_trgm.similarity_threshold': '0.15',
} as const

/** Texts of lists that each connection that reads keeps a plan for. */
const FREQUENT_MAX = 24

/** How long the database may keep a statement beyond what it was allowed, before it counts as away. */
const SILENCE_MS = 2_000

/**
 * How long an answer is waited for. The database itself ends statements that take too long; when it says nothing at all,
 * because it or the way to it hangs, the connection is given up.
 */
function answerMs(limits: ConnectionLimits): number {
  return limits.statementMs + SILENCE_MS
}

const OPTIONS = /([?&])options=([^&]*)&?/

/**
 * Acknowledged means durable, whatever the database is set to. What is stronger than `on`, because a standby must have it
 * too, stays as it is.
 */
const MAKE_DURABLE = `select set_config('synchronous_commit', 'on', false)
 where current_setting('synchronous_commit') = 'off'`

function clientConfig(url: string, limits: ConnectionLimits, application: string): pg.ClientConfig {
  const settings = {
    TimeZone: 'UTC',
    ...(limits.background ? IN_BACKGROUND : IN_SERVICE),
    jit: 'off',
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.statementMs,
    client_min_messages: 'warning',
    ...(limits.role === null ? {} : { role: limits.role }),
  }
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  const given = OPTIONS.exec(url)
  // Options in the URL would replace ours instead of adding to them.
  if (given !== null) options.unshift(decodeURIComponent(given[2] ?? ''))
  return {
    connectionString: url.replace(OPTIONS, '$1'),
    application_name: application,
    connectionTimeoutMillis: limits.connectMs,
    keepAlive: true,
    query_timeout: answerMs(limits),
    options: options.join(' '),
    types: typesWith(pg.types) as NonNullable<pg.ClientConfig['types']>,
  }
}

async function run<R extends Row>(
  client: pg.Pool | pg.ClientBase,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly R[]> {
  try {
    const result = await client.query<R>({ name, text, values: values as unknown[] })
    return result.rows
  } catch (error) {
    throw meaningOf(error)
  }
}

/** The connections of one server to its database. */
export class Connections implements Querier {
  readonly #url: string
  readonly #limits: ConnectionLimits
  readonly #readers: pg.Pool
  readonly #lockers: pg.Pool
  readonly #writers: Writer[]
  readonly #frequent = new Frequent(FREQUENT_MAX)

  constructor(url: string, limits: ConnectionLimits) {
    this.#url = url
    this.#limits = limits
    this.#readers = this.#pool('reader', limits.readersMax)
    this.#lockers = this.#pool('locker', limits.lockersMax)
    this.#writers = Array.from(
      { length: limits.writers },
      () => new Writer(clientConfig(url, limits, 'diptych writer'), answerMs(limits)),
    )
  }

  #pool(role: string, max: number): pg.Pool {
    const config = clientConfig(this.#url, this.#limits, `diptych ${role}`)
    const pool = new pg.Pool({
      ...config,
      max,
      idleTimeoutMillis: 30_000,
      ...(this.#limits.background
        ? {}
        : { onConnect: async (client) => void (await client.query(MAKE_DURABLE)) }),
    })
    // A connection that breaks while nobody uses it is replaced when the next one is asked for. One that breaks in use
    // tells its user through the statement that fails; without a listener it would end the process besides.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }

  query<R extends Row>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly R[]> {
    return run(this.#readers, name === '' ? this.#frequent.nameOf(text) : name, text, values)
  }

  /** The connection that carries the batches of a book, always the same one. */
  writerOf(bookId: number): Writer {
    const writer = this.#writers[bookId % this.#writers.length]
    if (writer === undefined) throw new Error('There are no writers')
    return writer
  }

  /** A connection that nobody else uses until it is given back. */
  async borrow(): Promise<Borrowed> {
    const client = await this.#connect()
    return {
      query: (name, text, values) => run(client, name, text, values),
      giveBack: (broken) => client.release(broken),
    }
  }

  /**
   * Runs the work in one database transaction and commits it, unless the work throws.
   *
   * @throws Outage when the outcome is unknown, and only then or when nothing was done
   */
  async transaction<T>(work: (connection: Querier & Sender) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    const connection: Querier & Sender = {
      query: (name, text, values) => run(client, name, text, values),
      send: (steps) => sendSteps(client, steps).catch(throwMeaning),
    }
    let broken = true
    try {
      await connection.query('begin', 'begin', [])
      const result = await work(connection)
      await commit(client)
      broken = false
      return result
    } catch (error) {
      if (!isSilence(error)) broken = !(await isRolledBack(client))
      throw error
    } finally {
      client.release(broken)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#lockers.connect()
    } catch (error) {
      throw meaningOf(error)
    }
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#readers.end(),
      this.#lockers.end(),
      ...this.#writers.map((writer) => writer.close()),
    ])
  }
}

function throwMeaning(error: unknown): never {
  throw meaningOf(error)
}

async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query({ name: 'commit', text: 'commit' }).catch((cause) => {
    const meaning = meaningOf(cause)
    if (meaning instanceof Outage) throw meaning
    throw new Outage('Whether the work was committed is not known', { cause })
  })
  // PostgreSQL answers ROLLBACK, and no error, when a statement failed before and nobody minded.
  assert(command === 'COMMIT', 'work ends with the first of its statements that fails')
}

/** Whether an error came from the connection, not over it: then there is nobody to tell to roll back. */
function isSilence(error: unknown): boolean {
  return error instanceof Outage && !(error.cause instanceof pg.DatabaseError)
}

function isRolledBack(client: pg.ClientBase): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}

/** What a client writes to. */
function streamOf(client: pg.Client): Duplex {
  return (client as unknown as { connection: { stream: Duplex } }).connection.stream
}

/** Breaks a connection without a word to the other side, which would not hear it. */
function giveUp(client: pg.Client): void {
  streamOf(client).destroy(new Error('connection given up: the database does not answer'))
}

/** One connection on which pipelines follow one another without waiting; each is a transaction of its own. */
export class Writer implements Sender {
  readonly #config: pg.ClientConfig
  readonly #answerMs: number
  #client: Promise<pg.Client> | null = null
  /** What the steps that were sent last are written to. */
  #stream: Duplex | null = null
  #sending: Promise<void> | null = null

  constructor(config: pg.ClientConfig, answerMs: number) {
    this.#config = config
    this.#answerMs = answerMs
  }

  async send(steps: readonly Step[]): Promise<void> {
    this.#client ??= this.#open()
    const client = await this.#client
    // What follows on the same connection waits for the same silence, so all of it is given up together.
    const silence = setTimeout(() => giveUp(client), this.#answerMs)
    try {
      const sent = sendSteps(client, steps)
      this.#stream = streamOf(client)
      await sent
    } catch (cause) {
      const meaning = meaningOf(cause)
      // Only the database itself can say that a step was not carried out.
      if (meaning !== cause || cause instanceof pg.DatabaseError) throw meaning
      throw new Outage('Whether the steps were carried out is not known', { cause })
    } finally {
      clearTimeout(silence)
    }
  }

  /** Resolves when all that was sent has left the process, or cannot any more; null when it has. */
  sending(): Promise<void> | null {
    const stream = this.#stream
    if (stream === null || !stream.writableNeedDrain) return null
    this.#sending ??= new Promise<void>((resolve) => {
      const over = () => {
        this.#sending = null
        stream.off('drain', over).off('close', over)
        resolve()
      }
      stream.on('drain', over).on('close', over)
    })
    return this.#sending
  }

  #open(): Promise<pg.Client> {
    const client = new pg.Client({
      ...this.#config,
      query_timeout: 0,
      pipeline: true,
    } as pg.ClientConfig)
    const opened = this.#connect(client)
    const discard = () => {
      if (this.#client === opened) this.#client = null
    }
    client.on('end', discard)
    client.on('error', () => {
      discard()
      giveUp(client)
    })
    opened.catch(discard)
    return opened
  }

  async #connect(client: pg.Client): Promise<pg.Client> {
    try {
      await client.connect()
      await client.query(MAKE_DURABLE)
      return client
    } catch (error) {
      giveUp(client)
      throw meaningOf(error)
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client !== null) await client.then((open) => open.end()).catch(() => {})
  }
}
