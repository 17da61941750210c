/** Checkpoints and receipts as the server gives them, and what is made of them without a database. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { checkReceipt, publicKeysIn, Unreadable } from '../../src/evidence/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { createDatabase } from '../support/database.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const { hash } = machineSurroundings()
const NOBODY = '00000000-0000-4000-8000-000000000009'

let folder: string
let keyFile: string
let keys: ReadonlySet<string>
let server: TestServer
let transactionId: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'diptych-evidence-'))
  keyFile = path.join(folder, 'signing.pem')
  const made = await runProgram(['keys', 'signing', keyFile])
  expect(made.code).toBe(0)
  keys = publicKeysIn(made.stdout)
  server = await startTestServer({ signingKey: keyFile, checkpointSeconds: 1 })
  transactionId = await pay(server, 'one')
  await signed(server)
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function pay(at: TestServer, reference: string): Promise<string> {
  const { status, body } = await at.send('POST', '/transactions', {
    amount: 12.5,
    precision: 100,
    reference,
    currency: 'USD',
    source: '@world',
    destination: '@ann',
    description: 'For Ann',
    allow_overdraft: true,
    skip_queue: true,
    meta_data: { order: 7 },
  })
  expect(status).toBe(201)
  return body.transaction_id
}

/** Waits until everything that the first book has is signed. */
function signed(at: TestServer): Promise<void> {
  return vi.waitFor(
    async () => {
      const { body } = await at.send('GET', '/evidence/checkpoints/latest')
      const [row] = await at.database.query('select seq from books order by book_id limit 1')
      expect(body.seq).toBe(Number(row?.['seq']))
    },
    { timeout: 20_000, interval: 50 },
  )
}

function receipt(id = transactionId, query = '') {
  return server.send('GET', `/evidence/transactions/${id}/receipt${query}`)
}

test('the private key is for its owner only, and is never overwritten', async () => {
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const again = await runProgram(['keys', 'signing', keyFile])
  expect(again.code).toBe(2)
})

test('a receipt is right with nothing but the public key', async () => {
  const { status, body } = await receipt()
  expect(status).toBe(200)
  const verdict = checkReceipt(body, keys, hash)
  expect(verdict).toMatchObject({
    right: true,
    shown: { transaction: { amount: '12.5', description: 'For Ann' }, isOpen: true },
  })
})

test('texts can be left out of a receipt', async () => {
  const { text, body } = await receipt(transactionId, '?texts=off')
  expect(text).not.toContain('For Ann')
  expect(checkReceipt(body, keys, hash)).toMatchObject({ right: true, shown: { isOpen: false } })
})

/** Every value of a document in turn replaced by another. */
function* variants(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const other of variants(item)) yield value.with(index, other)
    if (value.length > 0) yield value.slice(1)
  } else if (value !== null && typeof value === 'object')
    for (const [name, item] of Object.entries(value))
      for (const other of variants(item)) yield { ...value, [name]: other }
  else if (typeof value === 'string') yield* [`${value}1`, value.slice(1), null]
  else if (typeof value === 'number') yield* [value + 1, String(value)]
  else yield* ['00000000-0000-4000-8000-000000000009', { a: 1 }]
}

test.each(['', '?texts=off'])('every change of a receipt is found (%s)', async (query) => {
  const { body } = await receipt(transactionId, query)
  const missed: unknown[] = []
  for (const variant of variants(body)) {
    try {
      if (checkReceipt(variant, keys, hash).right) missed.push(variant)
    } catch (error) {
      expect(error).toBeInstanceOf(Unreadable)
    }
  }
  expect(missed).toEqual([])
})

test('a receipt of another key is not right', async () => {
  const { body } = await receipt()
  expect(checkReceipt(body, new Set(['another']), hash)).toMatchObject({ right: false })
})

test('checkpoints are listed page by page, and each takes up where the one before ended', async () => {
  const all: { seq: number; fromSeq: number }[] = []
  let after: number | null = 0
  while (after !== null) {
    const { body } = await server.send('GET', `/evidence/checkpoints?after=${after}&limit=1`)
    all.push(...body.checkpoints)
    after = body.next
  }
  expect(all.length).toBeGreaterThan(0)
  let end = 0
  for (const { seq, fromSeq } of all) {
    expect(fromSeq).toBe(end)
    end = seq
  }
})

test.each([
  ['/evidence/transactions/nonsense/receipt', 400, 'bad_request'],
  [`/evidence/transactions/${NOBODY}/receipt`, 404, 'no_transaction'],
  [`/evidence/checkpoints?organization_id=${NOBODY}`, 404, 'not_found'],
  [`/evidence/checkpoints?ledger_id=${NOBODY}`, 404, 'not_found'],
  ['/evidence/checkpoints?organization_id=x', 400, 'bad_request'],
  ['/evidence/checkpoints?after=-1', 400, 'bad_request'],
  ['/evidence/checkpoints?limit=0', 400, 'bad_request'],
  ['/evidence/checkpoints?limit=1&limit=2', 400, 'bad_request'],
  [`/evidence/transactions/${NOBODY}/receipt?texts=maybe`, 400, 'bad_request'],
])('%s is answered with %i', async (where, status, code) => {
  const answer = await server.send('GET', where)
  expect([answer.status, answer.body.code]).toEqual([status, code])
})

test('what is not signed has no receipt, and is signed when the server stops', async () => {
  const database = await createDatabase()
  const slow = await startTestServer({ signingKey: keyFile, checkpointSeconds: 3600 }, database)
  const id = await pay(slow, 'two')
  const answer = await slow.send('GET', `/evidence/transactions/${id}/receipt`)
  expect([answer.status, answer.body.code]).toEqual([409, 'not_signed'])
  await slow.stop()
  const [left] = await database.query(
    `select (select seq from books where book_id = c.book_id) - max(c.seq) as left
       from checkpoints c group by c.book_id`,
  )
  expect(left?.['left']).toBe('0')
  await database.drop()
})

test('only keys with the scope may ask, and only of their organizations', async () => {
  const database = await createDatabase()
  const guarded = await startTestServer({}, database)
  const make = async (...args: string[]): Promise<string> => {
    const { stdout } = await runProgram(['keys', 'create', '--name', 'k', ...args], {
      DATABASE_URL: database.url,
    })
    return stdout.trim()
  }
  const reader = await make('--scope', 'evidence:read')
  const stranger = await make(
    '--scope',
    'evidence:read',
    '--organization',
    (await home(database)) ?? '',
  )
  const other = await make('--scope', 'ledgers:read')
  const ask = async (key: string | null) =>
    (
      await guarded.send(
        'GET',
        '/evidence/checkpoints',
        undefined,
        key === null ? {} : { authorization: `Bearer ${key}` },
      )
    ).status
  await expect.poll(() => ask(null), { timeout: 10_000 }).toBe(401)
  expect(await ask('nonsense')).toBe(401)
  expect(await ask(other)).toBe(403)
  expect(await ask(reader)).toBe(200)
  expect(await ask(stranger)).toBe(200)
  const elsewhere = await guarded.send(
    'GET',
    `/evidence/checkpoints?organization_id=${NOBODY}`,
    undefined,
    { 'x-blnk-key': stranger },
  )
  expect(elsewhere.status).toBe(403)
  await guarded.stop()
  await database.drop()
})

async function home(database: TestServer['database']): Promise<string | undefined> {
  const [row] = await database.query(
    `select value ->> 'organizationId' as id from settings where name = 'home'`,
  )
  return row?.['id']
}

test('the program makes receipts and exports, and verifies them without a database', async () => {
  const env = { DATABASE_URL: server.database.url }
  const run = (...args: string[]): Promise<Ended> => runProgram(args, env)
  const printed = await run('receipt', transactionId)
  expect(printed.code).toBe(0)
  const file = path.join(folder, 'receipt.json')
  writeFileSync(file, printed.stdout)
  const publicKey = ['--public-key', `${keyFile}.pub`]
  expect(await runProgram(['verify-receipt', file, ...publicKey])).toMatchObject({ code: 0 })
  writeFileSync(file, printed.stdout.replaceAll('12.5', '13.5'))
  const refused = await runProgram(['verify-receipt', file, ...publicKey])
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stdout).toContain('is not what the batch wrote')

  const book = path.join(folder, 'book.ndjson')
  expect(await run('export', book, '--signing-key', keyFile)).toMatchObject({ code: 0, stderr: '' })
  expect((await run('export', book)).code).toBe(1)
  const verified = await runProgram(['verify-export', book, ...publicKey])
  expect(verified.stdout).toContain('Everything is as it must be.')
  expect(verified.code).toBe(0)
  writeFileSync(book, readFileSync(book, 'utf8').replace('For Ann', 'For Bob'))
  expect(await runProgram(['verify-export', book, ...publicKey])).toMatchObject({ code: 1 })
  expect(await run('verify', ...publicKey)).toMatchObject({ code: 0 })
  expect(await run('checkpoint')).toMatchObject({ code: 0 })
})

test.each([
  [['receipt', 'x'], 2],
  [['receipt', NOBODY], 2],
  [['export', '-', '--book', '7'], 2],
  [['checkpoint', '--signing-key', '/nowhere'], 2],
  [['verify-receipt', '/nowhere', '--public-key', '/nowhere'], 2],
])('%j ends with %i', async (args, code) => {
  const ended = await runProgram(args, { DATABASE_URL: server.database.url })
  expect(ended.code, ended.stderr).toBe(code)
})
