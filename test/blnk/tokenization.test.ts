/** Personal data that is kept encrypted: who reads it, how keys are replaced, and what the event log still says of it. */
import { createCipheriv, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeKey } from '../support/keys.ts'
import { runProgram } from '../support/program.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const FIRST = Buffer.alloc(32, 'first')
const SECOND = Buffer.alloc(32, 'second')

let database: TestDatabase
let server: TestServer

beforeAll(async () => {
  database = await createDatabase()
  server = await startTestServer({ tokenizationKeys: [FIRST] }, database)
})

afterAll(async () => {
  await server.stop()
  await database.drop()
})

async function identity(fields: object): Promise<string> {
  const { status, body } = await server.send('POST', '/identities', fields)
  expect(status).toBe(201)
  return body.identity_id
}

const read = async (id: string, on = server) => (await on.send('GET', `/identities/${id}`)).body

describe('a field that is kept encrypted', () => {
  test('is nowhere in the row, and comes back to who asks for it', async () => {
    const id = await identity({ first_name: 'Wilhelmina', street: '5 Navy St: rear' })
    await server.send('POST', `/identities/${id}/tokenize`, { fields: ['FirstName', 'street'] })
    const shown = await read(id)
    expect(shown.first_name).toMatch(/^FPT:[A-Z][a-z]{9}:/)
    expect(shown.meta_data).toEqual({ tokenized_fields: { FirstName: true, Street: true } })
    const [row] = await database.query(`select * from identities where id = '${id.slice(4)}'`)
    expect(JSON.stringify(row)).not.toMatch(/Wilhelmina|Navy/)
    const clear = await server.send('POST', `/identities/${id}/detokenize`, { fields: [] })
    expect(clear.body).toEqual({ fields: { FirstName: 'Wilhelmina', Street: '5 Navy St: rear' } })
  })

  test('stays so when it is given another text', async () => {
    const id = await identity({ first_name: 'Ada', last_name: 'King' })
    await server.send('POST', `/identities/${id}/tokenize/FirstName`)
    const change = { first_name: 'Augusta', last_name: 'Byron' }
    expect((await server.send('PUT', `/identities/${id}`, change)).status).toBe(200)
    const shown = await read(id)
    expect(shown).toMatchObject({ first_name: expect.stringMatching(/^FPT:/), last_name: 'Byron' })
    const clear = await server.send('GET', `/identities/${id}/detokenize/FirstName`)
    expect(clear.body.value).toBe('Augusta')
  })

  test('may be empty', async () => {
    const id = await identity({ last_name: 'Nobody' })
    await server.send('POST', `/identities/${id}/tokenize/FirstName`)
    const clear = await server.send('GET', `/identities/${id}/detokenize/FirstName`)
    expect(clear.body).toEqual({ field: 'FirstName', value: '' })
  })

  test('cannot be read where it was copied to', async () => {
    const from = await identity({ first_name: 'Secret' })
    await server.send('POST', `/identities/${from}/tokenize/FirstName`)
    const to = await identity({ first_name: (await read(from)).first_name })
    const { status, body } = await server.send('GET', `/identities/${to}/detokenize/FirstName`)
    expect([status, body.error_detail.code]).toEqual([409, 'GEN_CONFLICT'])
  })
})

test('what Blnk encrypted is read after a move, and encrypted anew for its place', async () => {
  // As Blnk seals: a nonce, the text, a tag, and no word of where it stands.
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', FIRST, nonce)
  const sealed = Buffer.concat([nonce, cipher.update('Grace'), cipher.final(), cipher.getAuthTag()])
  const token = `FPT:Lsrkg:${sealed.toString('base64')}`
  const id = await identity({
    first_name: token,
    last_name: 'Hopper',
    meta_data: { tokenized_fields: { FirstName: true } },
  })
  const clear = async () =>
    (await server.send('GET', `/identities/${id}/detokenize/FirstName`)).body
  expect((await read(id)).first_name).toBe(token)
  expect(await clear()).toEqual({ field: 'FirstName', value: 'Grace' })
  expect((await server.send('POST', '/identities/retokenize')).body.retokenized).toBe(1)
  expect((await read(id)).first_name).not.toBe(token)
  expect(await clear()).toEqual({ field: 'FirstName', value: 'Grace' })
})

describe('a request to tokenize', () => {
  test('does all of it or nothing', async () => {
    const id = await identity({ first_name: 'A', last_name: 'B' })
    for (const fields of [['FirstName', 'City'], ['FirstName', 'firstName'], ['']]) {
      const { status } = await server.send('POST', `/identities/${id}/tokenize`, { fields })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    await server.send('POST', `/identities/${id}/tokenize/LastName`)
    const both = { fields: ['FirstName', 'LastName'] }
    expect((await server.send('POST', `/identities/${id}/tokenize`, both)).status).toBe(409)
    expect((await read(id)).first_name).toBe('A')
  })

  test('of several at once succeeds once', async () => {
    const id = await identity({ first_name: 'Once' })
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.send('POST', `/identities/${id}/tokenize/FirstName`)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)])
    const clear = await server.send('GET', `/identities/${id}/detokenize/FirstName`)
    expect(clear.body.value).toBe('Once')
  })
})

test('without a key nothing is encrypted, and nothing that is secret is told or written over', async () => {
  const id = await identity({ first_name: 'Grace' })
  await server.send('POST', `/identities/${id}/tokenize/FirstName`)
  const token = (await read(id)).first_name
  const other = await startTestServer({}, database)
  try {
    for (const [method, path, body] of [
      ['POST', 'tokenize/LastName', undefined],
      ['GET', 'detokenize/FirstName', undefined],
      ['POST', 'detokenize', { fields: [] }],
    ] as const) {
      const answer = await other.send(method, `/identities/${id}/${path}`, body)
      expect([answer.status, answer.body.error_detail.code]).toEqual([
        403,
        'IDT_TOKENIZATION_DISABLED',
      ])
    }
    const written = await other.send('PUT', `/identities/${id}`, { first_name: 'Clear' })
    expect(written.status).toBe(403)
    expect((await read(id, other)).first_name).toBe(token)
  } finally {
    await other.stop()
  }
})

describe('keys that are replaced', () => {
  test('read what was encrypted before, until everything is encrypted anew', async () => {
    const ids = await Promise.all(
      Array.from({ length: 3 }, () => identity({ first_name: 'Kept', last_name: 'Open' })),
    )
    for (const id of ids) await server.send('POST', `/identities/${id}/tokenize/FirstName`)
    const both = await startTestServer({ tokenizationKeys: [SECOND, FIRST] }, database)
    try {
      const before = await both.send('GET', `/identities/${ids[0]}/detokenize/FirstName`)
      expect(before.body.value).toBe('Kept')
      let done = 0
      for (let after: string | null = null; ; ) {
        const body: object = after === null ? {} : { after }
        const answer = await both.send('POST', '/identities/retokenize', body)
        expect(answer.status).toBe(200)
        done += answer.body.retokenized
        after = answer.body.next
        if (after === null) break
      }
      expect(done).toBeGreaterThanOrEqual(3)
      expect((await both.send('POST', '/identities/retokenize')).body.retokenized).toBe(0)
    } finally {
      await both.stop()
    }
    const only = await startTestServer({ tokenizationKeys: [SECOND] }, database)
    try {
      for (const id of ids) {
        const clear = await only.send('GET', `/identities/${id}/detokenize/FirstName`)
        expect(clear.body.value).toBe('Kept')
      }
    } finally {
      await only.stop()
    }
    expect((await server.send('POST', '/identities/retokenize')).body.unreadable).toContain(ids[0])
  })
})

test('erasing takes the clear text out of the event log, and the books stay verified', async () => {
  const id = await identity({ first_name: 'Eponymous', city: 'Perth' })
  await server.send('PUT', `/identities/${id}`, { city: 'Fremantle' })
  await server.send('POST', `/identities/${id}/tokenize/FirstName`)
  const said = () =>
    database.query(
      `select id from events where (before::text || coalesce(after::text, '')) like '%Eponymous%'`,
    )
  expect(await said()).not.toEqual([])
  const env = { DATABASE_URL: database.url }
  const erased = await runProgram(['erase'], env)
  expect([erased.code, erased.stdout]).toEqual([0, expect.stringContaining('Erased')])
  expect(await said()).toEqual([])
  const clear = await server.send('GET', `/identities/${id}/detokenize/FirstName`)
  expect(clear.body.value).toBe('Eponymous')
  const verified = await runProgram(['verify'], env)
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('erased')])
  expect((await runProgram(['erase'], env)).stdout).toContain('no clear text')
  await database.query(`update identities set city = 'Elsewhere' where id = '${id.slice(4)}'`)
  expect((await runProgram(['verify'], env)).code).toBe(1)
  await database.query(`update identities set city = 'Fremantle' where id = '${id.slice(4)}'`)
})

test('clear text takes a key that may write identities', async () => {
  const place = await createDatabase()
  const reader = await makeKey(place, ['identities:read'])
  const writer = await makeKey(place, ['identities:write'])
  const secured = await startTestServer({ tokenizationKeys: [FIRST] }, place)
  try {
    const as = (key: string) => ({ 'x-blnk-key': key })
    const { body } = await secured.send('POST', '/identities', { first_name: 'Grace' }, as(writer))
    const path = `/identities/${body.identity_id}`
    await secured.send('POST', `${path}/tokenize/FirstName`, undefined, as(writer))
    const clear = `${path}/detokenize/FirstName`
    expect((await secured.send('GET', clear, undefined, as(reader))).status).toBe(403)
    expect((await secured.send('GET', path, undefined, as(reader))).status).toBe(200)
    expect((await secured.send('GET', clear, undefined, as(writer))).body.value).toBe('Grace')
  } finally {
    await secured.stop()
    await place.drop()
  }
})
