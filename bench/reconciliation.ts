/**
 * Reconciles so many records with as many transactions, and tells how long each part took and how much memory it needed.
 *
 *     node bench/reconciliation.ts [count] [drift] [reference operator]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { SHARED_LEDGER_ID } from '../src/directory/index.ts'
import { readDecimal } from '../src/ledger/index.ts'
import { backgroundLimits, reconciliationLimits } from '../src/limits.ts'
import { type Criterion, matchRun, type Run } from '../src/reconciliation/index.ts'
import {
  Cluster,
  Connections,
  migrate,
  PostgresRunStore,
  PostgresSearchIndex,
} from '../src/storage/index.ts'

const BOOK = 1
const UPLOAD = '00000000-0000-7000-8000-0000000000aa'
const RECONCILIATION = '00000000-0000-7000-8000-0000000000bb'
const LAST = 'ffffffff-ffff-7fff-8fff-fffffffff000'

const [count = '100000', drift = '0.01', operator = 'contains'] = process.argv.slice(2)
const rows = Number(count)

/** Invoices over 1 cent to 1,000 USD in no order, one a second; nine in ten are on the statement, a little off. */
async function grow(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `insert into transactions (book_id, id, seq, kind, status, recorded_at, reference, asset_code, amount, description)
     select ${BOOK}, ('01900000-' || lpad(to_hex(n / 65536), 4, '0') || '-7000-8000-' || lpad(to_hex(n % 65536), 9, '0') || '000')::uuid,
            n, 'transfer', 'posted', '2026-01-01'::timestamptz + n * interval '1 second', 'INV-' || lpad(n::text, 8, '0'), 'USD',
            ((n * 7919::bigint) % 100000 + 1) / 100.0, 'invoice ' || n
       from generate_series(1, ${rows}) n`,
  )
  await client.query(
    `insert into external_records (book_id, upload_id, number, external_id, currency, amount, dated_at, reference, description, source)
     select ${BOOK}, '${UPLOAD}', n, 'e' || n, 'USD', round(((n * 7919::bigint) % 100000 + 1) / 100.0 * 1.002, 2),
            '2026-01-01'::timestamptz + n * interval '1 second',
            case when n % 10 = 0 then 'unknown ' || n else 'pay inv-' || lpad(n::text, 8, '0') end, '', 'bank'
       from generate_series(1, ${rows}) n`,
  )
  await client.query(
    `insert into reconciliation_runs (book_id, id, attempt, leased_to, phase, up_to, processed, matched)
     values (${BOOK}, '${RECONCILIATION}', 1, now() + interval '1 day', 'matching', '${LAST}', 0, 0)`,
  )
  await client.query('analyze')
  await client.end()
}

function criterion(field: Criterion['field'], operator: string, drift: string): Criterion {
  const of = operator as Criterion['operator']
  return { field, operator: of, value: '', pattern: '', drift: readDecimal(drift) }
}

const run: Run = {
  bookId: BOOK,
  id: RECONCILIATION,
  uploadId: UPLOAD,
  strategy: 'one_to_one',
  grouping: null,
  rules: [
    {
      id: 'rule',
      criteria: [
        ...(drift === 'any' ? [] : [criterion('amount', 'equals', drift)]),
        ...(operator === 'none' ? [] : [criterion('reference', operator, '0')]),
      ],
    },
  ],
  attempt: 1,
  upTo: LAST,
  position: null,
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  const seconds = (performance.now() - started) / 1000
  const megabytes = Math.round(process.memoryUsage.rss() / 1e6)
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, ${megabytes} MB resident`,
  )
  return result
}

const directory = await mkdtemp(path.join(tmpdir(), 'diptych-bench-'))
const cluster = await Cluster.start(directory)
const connections = new Connections(cluster.urls.owner, { ...backgroundLimits, role: null })
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 50)
let peak = 0
try {
  await migrate(cluster.urls.owner)
  await timed('growing the book and the upload', () => grow(cluster.urls.owner))
  const index = new PostgresSearchIndex(connections, SHARED_LEDGER_ID)
  await timed('indexing the book', async () => {
    await index.begin(BOOK)
    while (!(await index.follow(BOOK, 1000)).complete);
  })
  await timed('matching', () =>
    matchRun(new PostgresRunStore(connections), run, reconciliationLimits),
  )
  const [row] = await connections.query<{ count: number }>(
    '',
    'select count(*) as count from reconciliation_matches',
    [],
  )
  console.log(`matched ${row?.count}, at most ${Math.round(peak / 1e6)} MB resident`)
} finally {
  clearInterval(watching)
  await connections.close()
  await cluster.stop()
  await rm(directory, { recursive: true, force: true })
}
