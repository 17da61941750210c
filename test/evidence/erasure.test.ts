/** What the books say of people is erased on request, and they still prove what they proved. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { asOwner } from '../../src/as-owner.ts'
import { eraseIdentity, eraseTexts } from '../../src/erasing.ts'
import {
  checkExport,
  checkReceipt,
  exportLines,
  makeKeyPair,
  publicKeysIn,
} from '../../src/evidence/index.ts'
import { ownerLimits } from '../../src/limits.ts'
import { verifyAt } from '../../src/maintenance.ts'
import {
  Connections,
  PostgresSearchIndex,
  PostgresVerificationStore,
} from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { ledgerWith } from '../midaz/ledger.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const { hash } = machineSurroundings()
const NOBODY = '00000000-0000-4000-8000-000000000009'

let folder: string
let keys: ReadonlySet<string>
let server: TestServer

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'diptych-erasure-'))
  const { privateKey, publicKey } = makeKeyPair()
  const signingKey = path.join(folder, 'signing.pem')
  writeFileSync(signingKey, privateKey)
  keys = publicKeysIn(publicKey)
  server = await startTestServer({ signingKey, checkpointSeconds: 1 })
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function config() {
  return { dataDir: folder, databaseUrl: server.database.url, databaseOwnerUrl: null }
}

function uuidOf(id: string): string {
  return id.slice(id.indexOf('_') + 1)
}

async function pay(reference: string, more: Readonly<Record<string, unknown>>) {
  const { status, body } = await server.send('POST', '/transactions', {
    ...{ amount: 12.5, precision: 100, currency: 'USD', source: '@world', destination: '@ann' },
    ...{ reference, allow_overdraft: true, skip_queue: true, ...more },
  })
  expect(status).toBe(201)
  return body
}

/** How many documents of a collection a search finds. */
async function found(collection: string, text: string, by: string): Promise<number> {
  const asked = { q: text, query_by: by }
  const { status, body } = await server.send('POST', `/search/${collection}`, asked)
  expect(status).toBe(201)
  return body.found
}

/** Tables in which a text stands, in whatever column. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const tables = await server.database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const [row] = await server.database.query(
      `select 1 as there from ${name} t where t::text ilike $1 limit 1`,
      [`%${text}%`],
    )
    if (row !== undefined) found.push(name)
  }
  return found
}

/** Waits until a text stands nowhere: what is searched follows the book. */
function untilGone(text: string): Promise<void> {
  const gone = async () => expect(await tablesWith(text)).toEqual([])
  return vi.waitFor(gone, { timeout: 60_000, interval: 50 })
}

/** Until a statement waits for what another has locked. */
function somebodyWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return vi.waitFor(async () => expect(await server.database.query(waiting)).not.toEqual([]), {
    timeout: 60_000,
    interval: 20,
  })
}

/** What was found to be wrong in all books, and how many items say nothing any more. */
async function verified() {
  const seen = { findings: [] as unknown[], erased: 0 }
  await verifyAt(server.database.url, ({ findings, erased }) => {
    seen.findings.push(...findings)
    seen.erased += erased
  })
  return seen
}

/** What is wrong with the export of the book. */
async function exportFaults(): Promise<readonly unknown[]> {
  const store = await PostgresVerificationStore.open(server.database.url)
  try {
    const [bookId = 0] = await store.books()
    return await store.snapshot(bookId, async (reader) => {
      const { faults } = await checkExport(exportLines(reader, true, hash), keys, hash)
      return faults
    })
  } finally {
    await store.close()
  }
}

/** Waits until everything that the book has is signed. */
function signed(): Promise<void> {
  return vi.waitFor(
    async () => {
      const { body } = await server.send('GET', '/evidence/checkpoints/latest')
      const [row] = await server.database.query('select seq from books order by book_id limit 1')
      expect(body.seq).toBe(Number(row?.['seq']))
    },
    { timeout: 60_000, interval: 50 },
  )
}

test('what a transaction says is gone wherever it stood, and the book proves what it proved', async () => {
  const meta_data = { patient: 'Quackenbush' }
  const { transaction_id: id } = await pay('one', { description: 'For Quackenbush', meta_data })
  const written = await server.send('POST', `/${id}/metadata`, {
    meta_data: { also: 'Quackenbush' },
  })
  expect(written.status).toBe(200)
  await signed()
  expect(await found('transactions', 'Quackenbush', 'description')).toBe(1)

  expect(await eraseTexts(config(), uuidOf(id))).toMatchObject({ transactions: 1 })

  expect(await found('transactions', 'Quackenbush', 'description')).toBe(0)
  expect(await found('transactions', 'one', 'reference')).toBe(1)
  await untilGone('Quackenbush')
  const { findings, erased } = await verified()
  expect(findings).toEqual([])
  expect(erased).toBeGreaterThan(0)
  const { body: receipt } = await server.send('GET', `/evidence/transactions/${id}/receipt`)
  expect(checkReceipt(receipt, keys, hash)).toMatchObject({ right: true, shown: { isOpen: false } })
  expect(await exportFaults()).toEqual([])
  const shown = await server.send('GET', `/transactions/${id}`)
  expect(shown.status).toBe(200)
  expect(shown.body).toMatchObject({ transaction_id: id, amount: 12.5, reference: 'one' })
  expect(shown.text).not.toContain('Quackenbush')
  expect((await server.send('POST', `/refund-transaction/${id}`)).status).toBe(201)
  expect(await eraseTexts(config(), uuidOf(id))).toMatchObject({ transactions: 2 })
  expect((await verified()).findings).toEqual([])
})

test('what is being taken in for searching while it is erased is gone as well', async () => {
  const [book] = await server.database.query('select book_id from books order by book_id limit 1')
  const letGo = Promise.withResolvers<void>()
  const lookedAt = Promise.withResolvers<string>()
  /** One who follows the log has looked at the transaction, and does not commit yet. */
  class Slow extends Connections {
    override transaction: Connections['transaction'] = (work) => {
      this.transaction = super.transaction
      return super.transaction(async (connection) => {
        await connection.query('', 'select from search_positions for update', [])
        const { transaction_id: id } = await pay('slow', { description: 'For Ravelli' })
        const done = await work(connection)
        lookedAt.resolve(uuidOf(id))
        await letGo.promise
        return done
      })
    }
  }
  const connections = new Slow(server.database.url, { ...ownerLimits, role: null })
  try {
    const index = new PostgresSearchIndex(connections, NOBODY)
    const following = index.follow(Number(book?.['book_id']), 10)
    const erasing = eraseTexts(config(), await lookedAt.promise)
    await Promise.race([erasing, somebodyWaits()])
    letGo.resolve()
    await Promise.all([following, erasing])
  } finally {
    await connections.close()
  }
  expect(await tablesWith('Ravelli')).toEqual([])
})

test('a hold keeps its texts until it ends, and what ended it goes with it', async () => {
  const held = await pay('held', { inflight: true, description: 'Held for Hackenbush' })
  const id = held.transaction_id
  await expect(eraseTexts(config(), uuidOf(id))).rejects.toThrow('still to be acted on')
  expect(await tablesWith('Hackenbush')).not.toEqual([])
  const end = (status: string) => server.send('PUT', `/transactions/inflight/${id}`, { status })
  expect((await end('commit')).status).toBe(200)
  expect(await eraseTexts(config(), uuidOf(id))).toMatchObject({ transactions: 2 })
  await untilGone('Hackenbush')
  expect((await end('commit')).status).toBe(409)
  expect((await end('void')).status).toBe(409)
  expect((await verified()).findings).toEqual([])
})

test('what an identity says is gone wherever it stood', async () => {
  const { body } = await server.send('POST', '/identities', {
    ...{ identity_type: 'individual', first_name: 'Rufus', last_name: 'Fireflyer' },
    ...{ email_address: 'rufus@fireflyer.example', city: 'Fireflyerville' },
    meta_data: { aka: 'fireflyer' },
  })
  const id = body.identity_id
  await server.send('PUT', `/identities/${id}`, { last_name: 'Fireflyer II' })
  expect(await found('identities', 'Fireflyer', 'last_name')).toBe(1)
  expect(await eraseIdentity(config(), uuidOf(id))).toBe(3)
  expect(await found('identities', 'Fireflyer', 'last_name')).toBe(0)
  await untilGone('Fireflyer')
  const shown = await server.send('GET', `/identities/${id}`)
  expect([shown.status, shown.body.identity_id]).toEqual([200, id])
  expect(shown.body.first_name).toBe('')
  expect((await verified()).findings).toEqual([])
  expect(await exportFaults()).toEqual([])
})

test('what an operator is told is done is kept', async () => {
  const read = 'show synchronous_commit'
  const [row] = await asOwner(config(), (connections) =>
    connections.transaction((connection) =>
      connection.query<{ synchronous_commit: string }>('is on', read, []),
    ),
  )
  expect(row?.synchronous_commit).toBe('on')
})

test('of a deleted ledger texts are erased, and what stays is told', async () => {
  const bench = await ledgerWith(server, ['@chico'])
  const pay = () =>
    bench.pay('10', [['@external/USD', '10']], [['@chico', '10']], { description: 'For Driftwood' })
  const [plain, amended] = [await pay(), await pay()]
  await bench.send('PATCH', `/transactions/${amended.body.id}`, { description: 'Of Ravelli' })
  expect((await bench.send('DELETE', '')).status).toBe(204)
  await eraseTexts(config(), plain.body.id)
  await expect(eraseTexts(config(), amended.body.id)).rejects.toThrow('written over them later')
  await untilGone('Driftwood')
  expect(await tablesWith('Ravelli')).not.toEqual([])
  expect((await verified()).findings).toEqual([])
})

test('what is not there cannot be erased', async () => {
  await expect(eraseTexts(config(), NOBODY)).rejects.toThrow('There is no transaction')
  await expect(eraseIdentity(config(), NOBODY)).rejects.toThrow('There is no identity')
})

test('a transaction of the other face is shown without its texts, and can be given back', async () => {
  const bench = await ledgerWith(server, ['@harpo'])
  const made = await bench.pay(
    '10',
    [['@external/USD', '10']],
    [['@harpo', '10', { description: 'Pinkerton' }]],
    { description: 'For Pinkerton', metadata: { who: 'Pinkerton' } },
  )
  expect(made.status).toBe(201)
  const path = `/transactions/${made.body.id}`
  await bench.send('PATCH', path, { description: 'Still for Pinkerton' })
  await eraseTexts(config(), made.body.id)
  await untilGone('Pinkerton')
  const shown = await bench.get(path)
  expect([shown.status, shown.text]).toEqual([200, expect.not.stringContaining('Pinkerton')])
  expect(shown.body.operations).toHaveLength(2)
  expect((await bench.send('POST', `${path}/revert`)).status).toBe(201)
  expect((await verified()).findings).toEqual([])
})
