/**
 * Measures how fast a book is verified, beside how fast its rows are read: what PostgreSQL takes to send the same
 * transactions and entries in their order, one connection, to somebody who throws them away.
 *
 *   node bench/verification.ts [transactions] [rounds]
 */
import { cpus } from 'node:os'
import pg from 'pg'
import { openDatabase } from '../src/database.ts'
import { verifyAt } from '../src/maintenance.ts'
import { migrate } from '../src/storage/index.ts'
import { makeBook, openBalance, openEngine } from '../test/support/engine.ts'
import { accepted, post } from '../test/support/posts.ts'
import { median } from './figures.ts'
import { temporaryDirectory } from './processes.ts'

const BALANCES = 1000
/** Postings of one batch. */
const AT_ONCE = 1000
const UNIT = 10n ** 18n

const [transactions = 500_000, rounds = 3] = process.argv.slice(2).map(Number)

/** Pays round among the balances, with what a payment of Blnk's face says of itself. */
async function fill(ownerUrl: string): Promise<void> {
  const engine = openEngine(ownerUrl)
  try {
    const bookId = await makeBook(engine, { USD: 2 })
    const [world = '', ...ids] = await Promise.all(
      Array.from({ length: BALANCES + 1 }, async (_, n) => {
        const { id } = await openBalance(engine, bookId, { external: n === 0 })
        return id
      }),
    )
    const more = {
      assetCode: 'USD',
      description: 'payment for order',
      terms: { precision: '100', allow_overdraft: true, skip_queue: true },
    }
    for (const id of ids) await accepted(engine, bookId, post(world, id, 10n ** 9n * UNIT, more))
    for (let from = 0; from < transactions; from += AT_ONCE) {
      const commands = Array.from({ length: AT_ONCE }, (_, n) => {
        const [giver = '', taker = ''] = [
          ids[(from + n) % BALANCES],
          ids[(from + n + 1) % BALANCES],
        ]
        const amount = 12n * UNIT + (BigInt(n) * UNIT) / 100n
        return post(giver, taker, amount, { ...more, reference: `order-${from + n}` })
      })
      const decision = await engine.engine.submit(bookId, commands)
      if (!decision.accepted) throw new Error(decision.refusal.refusal.code)
    }
  } finally {
    await engine.close()
  }
}

const ROWS = [
  'select * from transactions order by book_id, id',
  'select * from entries order by book_id, transaction_id, leg',
]

/** Seconds that it takes to be sent the rows. */
async function readRows(ownerUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const started = performance.now()
    for (const text of ROWS) await client.query(`copy (${text}) to stdout`)
    return (performance.now() - started) / 1000
  } finally {
    await client.end()
  }
}

/** Entries, and the seconds that it takes to verify them. */
async function verify(ownerUrl: string): Promise<{ entries: number; seconds: number }> {
  const started = performance.now()
  let entries = 0
  const findings = await verifyAt(ownerUrl, (report) => {
    entries += report.entries
  })
  if (findings > 0) throw new Error('The book is not right')
  return { entries, seconds: (performance.now() - started) / 1000 }
}

const folder = await temporaryDirectory()
const database = await openDatabase({
  ...{ dataDir: folder.path, databaseUrl: null, databaseOwnerUrl: null },
})
try {
  await migrate(database.ownerUrl, database.serverUrl)
  await fill(database.ownerUrl)
  const speeds: number[] = []
  const ratios: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const reading = await readRows(database.ownerUrl)
    const { entries, seconds } = await verify(database.ownerUrl)
    // The first round warms up.
    if (round === 0) continue
    speeds.push(entries / seconds)
    ratios.push(reading / seconds)
    console.log(
      `${entries} entries in ${seconds.toFixed(1)} s; their rows in ${reading.toFixed(1)} s`,
    )
  }
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}: ${Math.round(median(speeds))} entries a second, ` +
      `${median(ratios).toFixed(2)} of the speed of reading the rows`,
  )
} finally {
  await database.close()
  await folder.remove()
}
