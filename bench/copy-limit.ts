/**
 * The limit C: a client that only writes the rows. It COPYs the rows that postings make into the tables of the ledger,
 * with their indexes, 1,000 postings per commit, fsync on, and decides nothing.
 */
import { hash } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { Mint } from '../src/engine/mint.ts'
import { isoOf } from '../src/ledger/index.ts'
import { machineSurroundings } from '../src/telemetry/index.ts'
import { median } from './figures.ts'

const POSTINGS_PER_COMMIT = 1000

/** Which rows a posting makes. */
export type Rows = {
  /** Whether the request is kept as a row of its own beside what became of it. */
  readonly withRequest: boolean
  /** Whether transactions carry a reference. */
  readonly withReference: boolean
  readonly description: string | null
  readonly terms: string | null
  /** Whether transactions say in their metadata that the source may be overdrawn, and can be found by it. */
  readonly withMetadata: boolean
}

/** Postings per second of raw COPY into a database that has the schema. */
export async function copyLimit(url: string, rows: Rows, seconds: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const book = new RawBook(rows)
  let postings = 0
  const started = performance.now()
  try {
    while (performance.now() - started < seconds * 1000) {
      const { transactions, entries, metadata } = book.nextLines(POSTINGS_PER_COMMIT)
      await client.query('begin')
      await copy(client, 'transactions', TRANSACTION_COLUMNS, transactions)
      await copy(client, 'entries', ENTRY_COLUMNS, entries)
      if (metadata !== '') await copy(client, 'metadata_values', METADATA_COLUMNS, metadata)
      await client.query('commit')
      postings += POSTINGS_PER_COMMIT
    }
    return postings / ((performance.now() - started) / 1000)
  } finally {
    await client.end()
  }
}

/** How long one INSERT of one row takes with its COMMIT, in milliseconds: the median. */
export async function commitLimit(url: string, seconds: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const times: number[] = []
  try {
    await client.query(
      'create table one (id bigint primary key, amount numeric not null, note text not null)',
    )
    const started = performance.now()
    for (let n = 0; performance.now() - started < seconds * 1000; n += 1) {
      const before = performance.now()
      await client.query({
        name: 'one',
        text: 'insert into one values ($1, $2, $3)',
        values: [n, '1', 'payment for order'],
      })
      times.push(performance.now() - before)
    }
  } finally {
    await client.end()
  }
  return median(times)
}

const TRANSACTION_COLUMNS =
  'book_id, id, seq, kind, status, recorded_at, parent_id, request_id, reference, asset_code, amount, ' +
  'source_id, destination_id, description, metadata, terms, seal'

const ENTRY_COLUMNS =
  'book_id, transaction_id, leg, balance_id, version, side, effect, amount, posted_debits, posted_credits, ' +
  'pending_debits, pending_credits, scale'

const METADATA_COLUMNS = 'book_id, entity, key, value_hash, id'

const METADATA = '{"allow_overdraft":true}'
const METADATA_HASH = hash('sha256', 'true', 'hex').slice(0, 32)

async function copy(
  client: pg.Client,
  table: string,
  columns: string,
  lines: string,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`))
  stream.end(lines)
  await once(stream, 'finish')
}

const BALANCES = 1000
const NULL = '\\N'

type Lines = {
  readonly transactions: string
  readonly entries: string
  readonly metadata: string
}

class RawBook {
  readonly #around = machineSurroundings()
  readonly #rows: Rows
  readonly #bookId = Math.floor(Math.random() * 1e12)
  readonly #balances: string[]
  readonly #versions = new Array<number>(BALANCES).fill(0)
  readonly #debits = new Array<number>(BALANCES).fill(0)
  readonly #credits = new Array<number>(BALANCES).fill(0)
  #seq = 0
  #metadata = ''

  constructor(rows: Rows) {
    this.#rows = rows
    const mint = new Mint(this.#around.now(), this.#around.randomHex)
    this.#balances = Array.from({ length: BALANCES }, () => mint.id())
  }

  nextLines(postings: number): Lines {
    this.#seq += 1
    const now = this.#around.now()
    const mint = new Mint(now, this.#around.randomHex)
    const at = isoOf(now)
    let transactions = ''
    let entries = ''
    this.#metadata = ''
    for (let n = 0; n < postings; n += 1) {
      const source = Math.floor(Math.random() * BALANCES)
      const destination = (source + 1 + Math.floor(Math.random() * (BALANCES - 1))) % BALANCES
      const requestId = this.#rows.withRequest ? mint.id() : null
      const id = mint.id()
      if (requestId !== null)
        transactions += this.#transaction(
          requestId,
          at,
          'request',
          null,
          requestId,
          source,
          destination,
        )
      transactions += this.#transaction(
        id,
        at,
        'transfer',
        requestId,
        requestId,
        source,
        destination,
      )
      entries += this.#entry(id, 0, source, 'debit') + this.#entry(id, 1, destination, 'credit')
    }
    return { transactions, entries, metadata: this.#metadata }
  }

  #transaction(
    id: string,
    at: string,
    kind: 'request' | 'transfer',
    parentId: string | null,
    requestId: string | null,
    source: number,
    destination: number,
  ): string {
    const { withReference, description, terms, withMetadata } = this.#rows
    if (withMetadata)
      this.#metadata += `${this.#bookId}\ttransaction\tallow_overdraft\t\\\\x${METADATA_HASH}\t${id}\n`
    return `${[
      this.#bookId,
      id,
      this.#seq,
      kind,
      kind === 'request' ? 'queued' : 'posted',
      at,
      parentId ?? NULL,
      requestId ?? NULL,
      withReference ? `ref-${id}` : NULL,
      'USD',
      '1',
      this.#balances[source],
      this.#balances[destination],
      description ?? NULL,
      withMetadata ? METADATA : NULL,
      terms ?? NULL,
      description === null && terms === null ? NULL : this.#around.randomHex(32),
    ].join('\t')}\n`
  }

  #entry(transactionId: string, leg: number, balance: number, side: 'debit' | 'credit'): string {
    const sums = side === 'debit' ? this.#debits : this.#credits
    sums[balance] = (sums[balance] ?? 0) + 1
    this.#versions[balance] = (this.#versions[balance] ?? 0) + 1
    return `${[
      this.#bookId,
      transactionId,
      leg,
      this.#balances[balance],
      this.#versions[balance],
      side,
      'post',
      '1',
      this.#debits[balance],
      this.#credits[balance],
      '0',
      '0',
      '0',
    ].join('\t')}\n`
  }
}
