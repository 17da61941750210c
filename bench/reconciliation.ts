/**
 * Reconciles so many records with as many transactions through the API, from the upload to the result, and tells how long
 * each part took and how much memory the server needed.
 *
 *     node bench/reconciliation.ts [count] [drift] [reference operator]
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Cluster } from '../src/storage/index.ts'
import { residentMb, type Started, startLedger, temporaryDirectory } from './processes.ts'

const [count = '100000', drift = '0.01', operator = 'contains'] = process.argv.slice(2)
const rows = Number(count)

/** Invoices over 1 cent to 1,000 USD in no order, one a second. */
const cents = (n: number) => ((n * 7919) % 100_000) + 1
const invoice = (n: number) => String(n).padStart(8, '0')

async function grow(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(
      `insert into transactions (book_id, id, seq, kind, status, recorded_at, reference, asset_code, amount, description)
     select (select book_id from ledgers),
            ('01900000-' || lpad(to_hex(n / 65536), 4, '0') || '-7000-8000-' || lpad(to_hex(n % 65536), 9, '0') || '000')::uuid,
            1, 'transfer', 'posted', '2026-01-01'::timestamptz + n * interval '1 second', 'INV-' || lpad(n::text, 8, '0'), 'USD',
            ((n * 7919::bigint) % 100000 + 1) / 100.0, 'invoice ' || n
       from generate_series(1, ${rows}) n`,
    )
    await client.query('vacuum analyze transactions')
  } finally {
    await client.end()
  }
}

/** Nine in ten invoices are on the statement, each a little off. */
function lineOf(n: number): string {
  const amount = (Math.round(cents(n) * 1.002) / 100).toFixed(2)
  const date = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()
  const reference = n % 10 === 0 ? `unknown ${n}` : `pay inv-${invoice(n)}`
  return `e${n},${amount},${date},USD,${reference}\n`
}

function* statement(): Iterable<Uint8Array> {
  const encoder = new TextEncoder()
  const part = (head: string) => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n`
  yield encoder.encode(
    `${part('name="file"; filename="statement.csv"')}id,amount,date,currency,reference\n`,
  )
  for (let n = 1; n <= rows; n += 1000) {
    const last = Math.min(n + 999, rows)
    const lines = Array.from({ length: last - n + 1 }, (_, index) => lineOf(n + index))
    yield encoder.encode(lines.join(''))
  }
  yield encoder.encode(`\r\n${part('name="source"')}bank\r\n--b--\r\n`)
}

/** Answers are looked at no further than the benchmark needs. */
type Answer = {
  readonly upload_id: string
  readonly rule_id: string
  readonly reconciliation_id: string
  readonly status: string
  readonly matched_transactions: number
  readonly unmatched_transactions: number
}

async function send(url: string, body?: object): Promise<Answer> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

async function upload(url: string): Promise<Answer> {
  const answer = await fetch(`${url}/reconciliation/upload`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: ReadableStream.from(statement()),
    duplex: 'half',
  } as RequestInit)
  if (!answer.ok)
    throw new Error(`The upload was answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

/** Nothing is marked, so what takes time is to find. */
async function reconcile(url: string, uploadId: string, ruleId: string): Promise<Answer> {
  const { reconciliation_id: id } = await send(`${url}/reconciliation/start`, {
    upload_id: uploadId,
    strategy: 'one_to_one',
    matching_rule_ids: [ruleId],
    dry_run: true,
  })
  for (;;) {
    const run = await send(`${url}/reconciliation/${id}`)
    if (run.status === 'failed') throw new Error(JSON.stringify(run))
    if (run.status === 'completed') return run
    await sleep(200)
  }
}

async function timed<T>({ pid }: Started, what: string, work: () => Promise<T>): Promise<T> {
  let peak = 0
  const watching = setInterval(() => {
    peak = Math.max(peak, residentMb(pid) ?? 0)
  }, 50)
  const before = residentMb(pid)
  const started = performance.now()
  try {
    return await work()
  } finally {
    clearInterval(watching)
    const seconds = (performance.now() - started) / 1000
    const rate = Math.round(rows / seconds)
    console.log(
      `${what}: ${seconds.toFixed(1)} s, ${rate} rows/s, MB resident: ${before} before, at most ${peak}, ${residentMb(pid)} after`,
    )
  }
}

async function measure(ledger: Started): Promise<void> {
  const { url } = ledger
  const criteria = [
    ...(drift === 'any'
      ? []
      : [{ field: 'amount', operator: 'equals', allowable_drift: Number(drift) }]),
    ...(operator === 'none' ? [] : [{ field: 'reference', operator }]),
  ]
  const rule = await send(`${url}/reconciliation/matching-rules`, { name: 'rule', criteria })
  const kept = await timed(ledger, 'upload', () => upload(url))
  const again = (what: string) =>
    timed(ledger, what, () => reconcile(url, kept.upload_id, rule.rule_id))
  await again('reconciliation, the first: the book is indexed for it')
  const run = await again('reconciliation, the second')
  console.log(`matched ${run.matched_transactions}, not ${run.unmatched_transactions}`)
}

const directory = await temporaryDirectory()
try {
  // The server makes the book, and is not there while rows are put into it.
  await (await startLedger(directory.path)).stop()
  const cluster = await Cluster.start(directory.path)
  await grow(cluster.urls.owner).finally(() => cluster.stop())
  const ledger = await startLedger(directory.path)
  try {
    await measure(ledger)
  } finally {
    await ledger.stop()
  }
} finally {
  await directory.remove()
}
