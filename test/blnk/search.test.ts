/** Search of Blnk's face: what Blnk asks a search engine beside it, asked of the index of the book. */
import { BlnkInit } from '@blnkfinance/blnk-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let ledgerId: string
let alice: string
let balanceId: string
let otherId: string

type Body = Readonly<Record<string, unknown>>

beforeAll(async () => {
  server = await startTestServer()
  ledgerId = (await made('/ledgers', { name: 'Customer Wallets', meta_data: { region: 'north' } }))
    .ledger_id
  await made('/ledgers', { name: 'Müller & Söhne 東京', meta_data: { region: 'south' } })
  alice = (
    await made('/identities', {
      identity_type: 'individual',
      first_name: 'Alice',
      last_name: 'Hart',
      email_address: 'alice@example.com',
      dob: '1990-05-01T00:00:00Z',
    })
  ).identity_id
  const balance = { ledger_id: ledgerId, currency: 'USD' }
  balanceId = (await made('/balances', { ...balance, identity_id: alice })).balance_id
  otherId = (await made('/balances', balance)).balance_id
  for (const [nth, description] of [
    'Salary for March',
    'Coffee and cake',
    'Coffee beans',
    'Rent of the office in Berlin',
  ].entries())
    await made('/transactions', {
      amount: (nth + 1) * 10.5,
      precision: 100,
      currency: 'USD',
      reference: `search-${nth + 1}`,
      description,
      source: '@World',
      destination: nth % 2 === 0 ? balanceId : otherId,
      allow_overdraft: true,
      skip_queue: true,
      meta_data: { order: nth + 1, shop: { name: nth < 2 ? 'Corner' : 'Market' }, vip: nth === 0 },
    })
  // The first search has the index made.
  expect((await search('transactions', EVERYTHING)).status).toBe(201)
  await indexed()
})
afterAll(() => server.stop())

async function made(path: string, body: Body) {
  const answer = await server.send('POST', path, body)
  expect(answer.status).toBe(201)
  return answer.body
}

function search(collection: string, body: Body): Promise<Answer> {
  return server.send('POST', `/search/${collection}`, body)
}

/** The references of the transactions that are found, in their order. */
async function references(body: Body): Promise<readonly string[]> {
  const { status, body: found } = await search('transactions', body)
  expect([status, found.error]).toEqual([201, undefined])
  expect(found.found).toBe(found.hits.length)
  return found.hits.map((hit: { document: { reference: string } }) => hit.document.reference)
}

const EVERYTHING = { q: '*', sort_by: 'created_at:asc' }

test('a search answers as Typesense does, with documents as Blnk indexes them', async () => {
  const { status, headers, body } = await search('transactions', {
    q: 'salary',
    query_by: 'description',
  })
  expect(status).toBe(201)
  expect(headers.get('content-type')).toContain('application/json')
  expect(body).toEqual({
    facet_counts: [],
    found: 1,
    hits: [
      {
        document: expect.objectContaining({
          id: expect.stringMatching(/^txn_/),
          amount: 10.5,
          precise_amount: '1050',
          precision: 100,
          status: 'APPLIED',
          destination: balanceId,
          scheduled_for: -62135596800,
          created_at: expect.any(Number),
          meta_data: expect.objectContaining({ order: 1, shop: { name: 'Corner' }, vip: true }),
        }),
        highlight: {
          description: { matched_tokens: ['Salary'], snippet: '<mark>Salary</mark> for March' },
        },
        highlights: [
          {
            field: 'description',
            matched_tokens: ['Salary'],
            snippet: '<mark>Salary</mark> for March',
          },
        ],
        text_match: 101,
      },
    ],
    out_of: 4,
    page: 1,
    request_params: {
      collection_name: 'transactions',
      first_q: 'salary',
      per_page: 10,
      q: 'salary',
    },
    search_cutoff: false,
    search_time_ms: expect.any(Number),
  })
})

test('every collection is searched: ledgers, balances, identities, reconciliations', async () => {
  const ledger = await search('ledgers', { q: 'wallet', query_by: 'name' })
  expect(ledger.body.hits[0].document).toMatchObject({
    id: ledgerId,
    ledger_id: ledgerId,
    name: 'Customer Wallets',
    meta_data: { region: 'north' },
  })
  const balance = await search('balances', { q: '*', filter_by: `balance_id:=${balanceId}` })
  expect(balance.body.hits[0].document).toMatchObject({
    id: balanceId,
    identity_id: alice,
    balance: '4200',
    credit_balance: '4200',
    currency: 'USD',
  })
  const identity = await search('identities', {
    q: 'alice',
    query_by: 'first_name,last_name,email_address',
  })
  expect(identity.body.hits[0].document).toMatchObject({ id: alice, dob: 641520000 })
  expect(identity.body.hits[0].highlights.map((mark: { field: string }) => mark.field)).toEqual([
    'first_name',
    'email_address',
  ])
  const none = await search('reconciliations', { q: '*' })
  expect(none.body).toMatchObject({ found: 0, hits: [], out_of: 0 })
})

test.each<[string, Body, readonly number[]]>([
  ['all words must be there', { q: 'coffee cake', query_by: 'description' }, [2]],
  ['the last word may be only begun', { q: 'off', query_by: 'description' }, [4]],
  [
    'a beginning counts only where it may',
    { q: 'offi', query_by: 'description', prefix: false, num_typos: 0 },
    [],
  ],
  ['what is spelled alike is found', { q: 'coffe bens', query_by: 'description' }, [3]],
  ['letters may have changed places', { q: 'salray', query_by: 'description' }, [1]],
  [
    'no mistake is forgiven where none may',
    { q: 'salray', query_by: 'description', num_typos: 0 },
    [],
  ],
  [
    'words that nothing has are dropped from the end',
    { q: 'berlin zzzzzz', query_by: 'description' },
    [4],
  ],
  ['a word may be kept out', { q: 'coffee -beans', query_by: 'description' }, [2]],
  ['several fields are searched', { q: 'search beans', query_by: 'reference,description' }, [3]],
  [
    'free-form data is searched',
    { q: 'corner', query_by: 'meta_data', sort_by: 'amount:asc' },
    [1, 2],
  ],
])('%s', async (_title, body, found) => {
  expect(await references(body)).toEqual(found.map((nth) => `search-${nth}`))
})

test.each<[string, readonly number[]]>([
  ['currency:=USD', [1, 2, 3, 4]],
  ['currency:=usd', [1, 2, 3, 4]],
  ['currency:!=USD', []],
  ['currency:[EUR, USD]', [1, 2, 3, 4]],
  ['status:=APPLIED && amount:>=21', [2, 3, 4]],
  ['amount:>21', [3, 4]],
  ['amount: < 21', [1]],
  ['amount:[10.5..21]', [1, 2]],
  ['amount:=[10.5, 42]', [1, 4]],
  ['amount:!=10.5', [2, 3, 4]],
  ['description:coffee', [2, 3]],
  ['description:=coffee', []],
  ['description:=`Coffee and cake`', [2]],
  ['description:sal*', [1]],
  ['description:![coffee, rent]', [1]],
  ['(description:cake || description:beans) && amount:>25', [3]],
  ['description:cake || description:beans && amount:>100', [2]],
  ['meta_data.order:=3', [3]],
  ['meta_data.order:>2', [3, 4]],
  ['meta_data.order:[2..3]', [2, 3]],
  ['meta_data.vip:=true', [1]],
  ['meta_data.shop.name:=Market', [3, 4]],
  ['meta_data.shop.name:market && meta_data.order:!=4', [3]],
  ['meta_data.order:market', []],
  ['created_at:>0', [1, 2, 3, 4]],
  ['created_at:<1000', []],
  ['created_at:[0..99999999999999]', [1, 2, 3, 4]],
  ['precision:100', [1, 2, 3, 4]],
  ['transaction_id:=txn_nothing', []],
  ['reference:=`!!`', []],
])('the filter %s finds what it says', async (filter, found) => {
  expect(await references({ ...EVERYTHING, filter_by: filter })).toEqual(
    found.map((nth) => `search-${nth}`),
  )
})

test('transactions are found by the balances that they move', async () => {
  const body = { ...EVERYTHING, filter_by: `destination:=${balanceId}` }
  expect(await references(body)).toEqual(['search-1', 'search-3'])
})

test('balances are found by their amounts and their holders', async () => {
  const found = await search('balances', {
    q: '*',
    filter_by: `ledger_id:=${ledgerId} && balance:>0 && track_fund_lineage:=false`,
    sort_by: 'balance:desc',
  })
  const ids = found.body.hits.map((hit: { document: { id: string } }) => hit.document.id)
  expect(ids).toEqual([otherId, balanceId])
  const held = await search('balances', { q: '*', filter_by: `identity_id:=${alice}` })
  expect(held.body.found).toBe(1)
})

test('letters of every script are letters, and upper and lower case are alike', async () => {
  for (const q of ['MÜLLER', 'söhne', '東京', 'mül'])
    expect((await search('ledgers', { q, query_by: 'name' })).body.found).toBe(1)
})

test('pages follow one another, and sorting goes by up to three fields', async () => {
  const page = (number: number) =>
    search('transactions', { q: '*', sort_by: 'amount:desc', page: number, per_page: 3 })
  const [first, second, third] = await Promise.all([page(1), page(2), page(3)])
  const amounts = [first, second, third].map((one) =>
    one.body.hits.map((hit: { document: { amount: number } }) => hit.document.amount),
  )
  expect(amounts).toEqual([[42, 31.5, 21], [10.5], []])
  expect(second.body).toMatchObject({ found: 4, page: 2, request_params: { per_page: 3 } })
  const two = await search('transactions', {
    q: '*',
    sort_by: '_text_match:desc,effective_date:asc,amount:asc',
    limit: 1,
    offset: 1,
  })
  expect(two.body.hits).toHaveLength(1)
})

test('values are counted by facet, and documents put together by value', async () => {
  const counted = await search('transactions', {
    q: '*',
    facet_by: 'currency,destination,meta_data.shop.name',
    per_page: 0,
  })
  expect(counted.body.hits).toEqual([])
  expect(counted.body.facet_counts).toMatchObject([
    { field_name: 'currency', counts: [{ value: 'USD', count: 4, highlighted: 'USD' }] },
    { field_name: 'destination', stats: { total_values: 2 } },
    {
      counts: [
        { value: 'Corner', count: 2 },
        { value: 'Market', count: 2 },
      ],
    },
  ])
  const grouped = await search('transactions', {
    q: '*',
    group_by: 'destination',
    group_limit: 1,
    sort_by: 'amount:desc',
  })
  expect(grouped.body).toMatchObject({
    found: 2,
    found_docs: 4,
    grouped_hits: [
      { found: 2, group_key: [otherId], hits: [{ document: { amount: 42 } }] },
      { found: 2, group_key: [balanceId], hits: [{ document: { amount: 31.5 } }] },
    ],
  })
})

test('documents are told in part, and marked in part', async () => {
  const { body } = await search('transactions', {
    q: 'rent',
    query_by: 'description,reference',
    include_fields: 'id,description,amount',
    exclude_fields: 'amount',
    highlight_fields: 'reference',
    highlight_start_tag: '[',
    highlight_end_tag: ']',
  })
  expect(Object.keys(body.hits[0].document)).toEqual(['id', 'description'])
  expect(body.hits[0].highlights).toEqual([])
})

test('what was just written is found at once, as it was just written', async () => {
  for (let nth = 0; nth < 10; nth += 1) {
    const name = `Fresh${nth} ledger`
    const { ledger_id: id } = await made('/ledgers', { name })
    const found = await search('ledgers', { q: `fresh${nth}`, query_by: 'name' })
    expect(found.body.hits[0]?.document.id).toBe(id)
    await server.send('PUT', `/ledgers/${id}`, { name: `Stale${nth} ledger` })
    const renamed = await search('ledgers', { q: `stale${nth}`, query_by: 'name' })
    expect(renamed.body.hits[0]?.document.id).toBe(id)
    expect((await search('ledgers', { q: name, query_by: 'name', num_typos: 0 })).body.found).toBe(
      0,
    )
  }
})

test('an amendment and a balance are found as they are now', async () => {
  const [hit] = (await search('transactions', { q: 'search-4', query_by: 'reference' })).body.hits
  await server.send('POST', `/${hit.document.id}/metadata`, { meta_data: { checked: 'Yesterday' } })
  expect(await references({ q: 'yesterday', query_by: 'meta_data' })).toEqual(['search-4'])
  await made('/transactions', {
    ...{ amount: 1, precision: 100, currency: 'USD', reference: 'move', description: 'Between' },
    ...{ source: balanceId, destination: otherId, skip_queue: true },
  })
  const found = await search('balances', { q: '*', filter_by: 'balance:=6400' })
  expect(found.body.hits[0]?.document).toMatchObject({ id: otherId, balance: '6400' })
})

test('what nothing says any more is forgotten', async () => {
  const name = { first_name: 'Xanthippe', last_name: 'Hart' }
  const { identity_id: id } = await made('/identities', { identity_type: 'individual', ...name })
  await indexed()
  const words = () =>
    server.database.query("select word from search_words where word in ('xanthippe', 'hart')")
  expect(await words()).toHaveLength(2)
  await server.send('PUT', `/identities/${id}`, { first_name: 'Xenia' })
  await indexed()
  expect(await words()).toEqual([{ word: 'hart' }])
  const kept = await server.database.query(
    "select 1 from search_documents where fields::text || words::text ilike '%xanthippe%'",
  )
  expect(kept).toEqual([])
})

test.each<[string, Body, string]>([
  ['bogus', { q: '*' }, 'Could not find a collection named `bogus`.'],
  ['ledgers', {}, 'Parameter `q` is required.'],
  ['ledgers', { q: ['a'] }, 'Parameter `q` must be a string.'],
  ['ledgers', { q: 'a' }, 'No search fields specified for the query.'],
  ['ledgers', { q: 'a', query_by: 'nme' }, 'Could not find a field named `nme` in the schema.'],
  [
    'ledgers',
    { q: 'a', query_by: 'created_at' },
    'Field `created_at` should be a string or a string array.',
  ],
  ['ledgers', { q: '*', filter_by: 'name' }, 'Could not parse the filter query: `name`.'],
  ['ledgers', { q: '*', filter_by: 'name:=' }, 'Could not parse the filter query: `name:=`.'],
  ['ledgers', { q: '*', filter_by: '(name:=a' }, 'Could not parse the filter query: `(name:=a`.'],
  ['ledgers', { q: '*', filter_by: 'name:[a' }, 'Could not parse the filter query: `name:[a`.'],
  [
    'ledgers',
    { q: '*', filter_by: 'name:=a &&' },
    'Could not parse the filter query: `name:=a &&`.',
  ],
  ['ledgers', { q: '*', filter_by: 'x:=1' }, 'Could not find a field named `x` in the schema.'],
  [
    'ledgers',
    { q: '*', filter_by: 'constructor:=1' },
    'Could not find a field named `constructor` in the schema.',
  ],
  [
    'ledgers',
    { q: '*', filter_by: "meta_data.a'b:=1" },
    "Could not find a field named `meta_data.a'b` in the schema.",
  ],
  [
    'ledgers',
    { q: '*', filter_by: 'created_at:=soon' },
    'Error with filter field `created_at`: Not an int64.',
  ],
  [
    'ledgers',
    { q: '*', filter_by: 'name:>a' },
    'Error with filter field `name`: Texts are not compared by their order.',
  ],
  [
    'ledgers',
    { q: '*', filter_by: '$balances(currency:=USD)' },
    'Could not parse the filter query: `$balances(currency:=USD)`.',
  ],
  [
    'transactions',
    { q: '*', filter_by: 'amount:=much' },
    'Error with filter field `amount`: Not a number.',
  ],
  [
    'balances',
    { q: '*', filter_by: 'track_fund_lineage:=maybe' },
    'Error with filter field `track_fund_lineage`: Not a bool.',
  ],
  ['ledgers', { q: '*', sort_by: 'created_at' }, 'Parameter `sort_by` is malformed.'],
  [
    'ledgers',
    { q: '*', sort_by: 'name:asc' },
    'Could not find a field named `name` in the schema for sorting.',
  ],
  [
    'ledgers',
    { q: '*', sort_by: 'a:asc,b:asc,c:asc,d:asc' },
    'Only upto 3 sort_by fields can be specified.',
  ],
  ['ledgers', { q: '*', per_page: 251 }, 'Only upto 250 hits can be fetched per page.'],
  ['ledgers', { q: '*', page: 0 }, 'Parameter `page` must be an integer of value greater than 0.'],
  ['ledgers', { q: '*', page: -1 }, 'Parameter `page` must be an unsigned integer.'],
  ['ledgers', { q: '*', page: 1e6 }, 'Only the first 100000 hits can be reached by page.'],
  [
    'ledgers',
    { q: '*', facet_by: 'nothing' },
    'Could not find a field named `nothing` in the schema.',
  ],
  [
    'ledgers',
    { q: '*', group_by: 'meta_data' },
    'Could not find a field named `meta_data` in the schema for `group_by`.',
  ],
])('a bad search of %s is told in the words of Typesense: %j', async (collection, body, text) => {
  const answer = await search(collection, body)
  expect(answer.status).toBe(400)
  expect(answer.body).toEqual({
    error: text,
    error_detail: { code: 'SRCH_QUERY_INVALID', message: text },
  })
})

test('nothing that can be sent makes the server fail', async () => {
  const odd = [
    '\0',
    "'; drop table books; --",
    '%',
    '\\',
    '`',
    '"',
    ':',
    '&&',
    '((((',
    '🦄',
    '-',
    '-a',
    'a'.repeat(5000),
    'x '.repeat(500),
    1e308,
    -0,
    true,
    null,
    {},
    [],
    [[]],
  ]
  const names = [
    'q',
    'query_by',
    'filter_by',
    'sort_by',
    'page',
    'per_page',
    'facet_by',
    'group_by',
    'num_typos',
    'prefix',
    'include_fields',
    'highlight_fields',
  ]
  for (const collection of ['ledgers', 'balances', 'transactions', 'identities', 'reconciliations'])
    for (const name of names)
      for (const value of odd) {
        const { status } = await search(collection, {
          q: 'a',
          query_by: 'meta_data',
          [name]: value,
        })
        expect([collection, name, value, status < 500]).toEqual([collection, name, value, true])
      }
  for (const value of odd)
    for (const filter of [
      `meta_data.a:=${value}`,
      `meta_data.a:>${value}`,
      `created_at:=${value}`,
      `meta_data.a:${value}*`,
    ]) {
      const { status } = await search('transactions', { q: '*', filter_by: filter })
      expect([filter, status < 500]).toEqual([filter, true])
    }
}, 120_000)

test('many searches are made at once, and those that cannot be made are told in their places', async () => {
  const { status, body } = await server.send('POST', '/multi-search', {
    searches: [
      { collection: 'ledgers', q: 'wallets', query_by: 'name' },
      { collection: 'nothing', q: '*' },
      { collection: 'identities', q: '*', filter_by: 'first_name:=Alice' },
      5,
    ],
  })
  expect(status).toBe(200)
  expect(body.results).toMatchObject([
    { found: 1, hits: [{ document: { id: ledgerId } }] },
    { code: 404, error: 'Could not find a collection named `nothing`.' },
    { found: 1, hits: [{ document: { id: alice } }] },
    { code: 400 },
  ])
  const many = await server.send('POST', '/multi-search', {
    searches: Array.from({ length: 51 }, () => ({})),
  })
  expect(many).toMatchObject({
    status: 400,
    body: { error_detail: { code: 'SRCH_QUERY_INVALID' } },
  })
})

test('a reindex makes the index again, is told as it goes, and one is enough', async () => {
  expect(await server.send('GET', '/search/reindex')).toMatchObject({
    status: 404,
    body: { error_detail: { code: 'SRCH_REINDEX_NOT_STARTED' } },
  })
  await indexed()
  // The index has been damaged: nothing of it is in the book.
  await server.database.query('delete from search_transactions')
  await server.database.query("delete from search_documents where collection = 'ledgers'")
  expect((await search('transactions', EVERYTHING)).body.found).toBe(0)
  const started = await server.send('POST', '/search/reindex', '{bad')
  expect(started).toMatchObject({
    status: 202,
    body: {
      message: 'Reindex operation started',
      progress: { status: 'in_progress', processed_records: 0, paused: false },
    },
  })
  const again = await server.send('POST', '/search/reindex')
  if (again.status !== 202)
    expect(again).toMatchObject({
      status: 409,
      body: {
        progress: { status: 'in_progress' },
        error_detail: { code: 'SRCH_REINDEX_IN_PROGRESS' },
      },
    })
  const done = await reindexed()
  expect(done).toMatchObject({ status: 'completed', phase: 'completed' })
  expect(done.processed_records).toBe(done.total_records)
  expect(done.total_records).toBeGreaterThan(20)
  expect((await search('transactions', EVERYTHING)).body.found).toBe(5)
  expect((await search('ledgers', { q: 'customer', query_by: 'name' })).body.found).toBe(1)
})

/** Waits until the index has everything, which spelling needs. */
async function indexed(): Promise<void> {
  await until(async () => {
    const [row] = await server.database.query<{ whole: boolean }>(
      `select (select count(*) from search_transactions) = (select count(*) from transactions)
          and not exists (select from events e where e.id > p.position and e.book_id = p.book_id) as whole
         from search_positions p`,
    )
    return row?.whole === true ? true : null
  })
}

// biome-ignore lint/suspicious/noExplicitAny: an answer
function reindexed(): Promise<any> {
  return until(async () => {
    const { body } = await server.send('GET', '/search/reindex')
    return body.status === 'completed' ? body : null
  })
}

async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const got = await ask()
    if (got !== null) return got
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('It did not happen in time')
}

test('the official client searches, filters, reindexes, and reads how that is coming along', async () => {
  const { Search } = BlnkInit('', { baseUrl: server.url })
  const found = await Search.search(
    { q: 'coffee', query_by: 'description', filter_by: 'amount:>0', page: 1, per_page: 5 },
    'transactions',
  )
  expect(found).toMatchObject({ status: 201, data: { found: 2, page: 1 } })
  expect(found.data?.hits[0]?.document.precise_amount).toBe('3150')
  const people = await Search.search({ q: 'alice', query_by: 'first_name' }, 'identities')
  expect(people.data?.hits[0]?.document.identity_id).toBe(alice)
  const bad = await Search.search({ q: 'x', query_by: 'nothing' }, 'ledgers')
  expect(bad).toMatchObject({
    status: 400,
    message: 'Could not find a field named `nothing` in the schema.',
  })
  const started = await Search.startReindex({ batch_size: 100 })
  expect(started).toMatchObject({ status: 202, data: { progress: { status: 'in_progress' } } })
  await reindexed()
  expect(await Search.getReindexStatus()).toMatchObject({
    status: 200,
    data: { status: 'completed' },
  })
})
