/** Servers that die while they reconcile. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { StartedProgram } from '../support/program.ts'
import { send } from '../support/server.ts'
import { ended } from './support.ts'

const RECORDS = 20_000

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

async function start(): Promise<{ program: StartedProgram; url: string }> {
  const program = new StartedProgram(['serve', '--port', '0'], { DATABASE_URL: database.url })
  return { program, url: await program.listening() }
}

const at = (url: string) => ({
  send: (method: string, path: string, body?: unknown) => send(url, method, path, body),
})

/** Transactions and records, put where the server would have put them; amounts repeat, references do not. */
async function grow(): Promise<string> {
  const [home] = await database.query<{ book_id: string }>(
    `select value ->> 'bookId' as book_id from settings where name = 'home'`,
  )
  const bookId = home?.book_id
  await database.query(
    `insert into transactions (book_id, id, seq, kind, status, recorded_at, reference, asset_code, amount)
     select ${bookId}, ('01900000-' || lpad(to_hex(n / 65536), 4, '0') || '-7000-8000-' || lpad(to_hex(n % 65536), 9, '0') || '000')::uuid,
            0, 'transfer', 'posted', now(), 'ours-' || n, 'USD', (n * 7919::bigint % 5000 + 1) / 100.0
       from generate_series(1, ${RECORDS}) n`,
  )
  const id = '01900000-0000-7000-8000-0000000000aa'
  await database.query(
    `insert into uploads (book_id, id, kind, source, status, record_count, created_at, updated_at)
     values (${bookId}, '${id}', 'file', 'bank', 'ready', ${RECORDS}, now(), now())`,
  )
  await database.query(
    `insert into external_records (book_id, upload_id, number, external_id, currency, amount, dated_at, reference, description, source)
     select ${bookId}, '${id}', n, 'e' || n, 'USD', (n * 104729::bigint % 5000 + 1) / 100.0, now(), '', '', 'bank'
       from generate_series(1, ${RECORDS}) n`,
  )
  // The search index has gone past ids of the past: it begins again.
  await database.query('delete from search_positions')
  return `upload_${id}`
}

async function matchesOf(id: string): Promise<string> {
  const [row] = await database.query<{ hash: string }>(
    `select md5(string_agg(record_number || '=' || transaction_id, ',' order by record_number)) as hash
       from reconciliation_matches where reconciliation_id = $1`,
    [id.replace('recon_', '')],
  )
  return row?.hash ?? ''
}

test('a reconciliation that was cut off by kill -9 goes on where it stood, and finds the same', async () => {
  let { program, url } = await start()
  try {
    const upload_id = await grow()
    const { body: made } = await send(url, 'POST', '/reconciliation/matching-rules', {
      name: 'exact',
      criteria: [{ field: 'amount', operator: 'equals' }],
    })
    const order = { upload_id, strategy: 'one_to_one', matching_rule_ids: [made.rule_id] }
    const begin = async (dry_run: boolean): Promise<string> =>
      (await send(url, 'POST', '/reconciliation/start', { ...order, dry_run })).body
        .reconciliation_id
    const whole = await begin(true)
    expect(await ended(at(url), whole)).toMatchObject({ matched_transactions: RECORDS })

    const id = await begin(false)
    // Once in the middle of matching, once in the middle of marking.
    for (const phase of ['matching', 'marking']) {
      for (;;) {
        const { body } = await send(url, 'GET', `/reconciliation/${id}`)
        expect(body.status, 'the run is cut off before its end').not.toBe('completed')
        if (body.phase === phase && body.processed_records > 0) break
      }
      await program.stop('SIGKILL')
      await database.query(`update reconciliation_runs set leased_to = now()`)
      ;({ program, url } = await start())
    }
    const run = await ended(at(url), id)
    expect(run).toMatchObject({
      status: 'completed',
      matched_transactions: RECORDS,
      unmatched_transactions: 0,
    })
    expect(await matchesOf(id)).toBe(await matchesOf(whole))
    const [marked] = await database.query<{ count: string }>(
      `select count(*) from amendments where metadata ->> 'reconciliation_id' = $1`,
      [id],
    )
    expect(marked?.count).toBe(String(RECORDS))
  } finally {
    await program.stop('SIGKILL')
  }
})

test('two servers share the work, and each reconciliation is carried out once', async () => {
  const servers = await Promise.all([start(), start()])
  try {
    const [one, other] = servers.map(({ url }) => at(url))
    if (one === undefined || other === undefined) throw new Error('two servers were started')
    const { body: made } = await one.send('POST', '/reconciliation/matching-rules', {
      name: 'reference',
      criteria: [{ field: 'reference', operator: 'equals' }],
    })
    const record = { amount: 1, currency: 'USD', description: '', date: '2026-11-21', source: 'b' }
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const { body } = await (n % 2 === 0 ? one : other).send(
          'POST',
          '/reconciliation/start-instant',
          {
            strategy: 'one_to_one',
            matching_rule_ids: [made.rule_id],
            external_transactions: [
              { ...record, id: `s${n}`, reference: `ours-${n + 1}` },
              { ...record, id: `t${n}`, reference: 'nobody' },
            ],
          },
        )
        return body.reconciliation_id as string
      }),
    )
    for (const id of ids)
      expect(await ended(other, id)).toMatchObject({
        status: 'completed',
        matched_transactions: 1,
        unmatched_transactions: 1,
      })
  } finally {
    await Promise.all(servers.map(({ program }) => program.stop()))
  }
})
