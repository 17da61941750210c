/**
 * How every list, filter and search of big tables is answered: by a range of an index, so that a book may grow. The rows
 * that a page looks at are counted by the database itself. BIG_BOOK is how many transactions the book has.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionLimits, searchConnectionLimits } from '../../src/limits.ts'
import { type Condition, equals, FIRST_PAGE, type ListQuery } from '../../src/reports/index.ts'
import { EVERYTHING, type Search } from '../../src/search/index.ts'
import {
  PostgresDirectoryStore,
  PostgresReportStore,
  PostgresSearchStore,
} from '../../src/storage/index.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { BOOK_ID, idOf, LEDGER_ID, writeBigBook } from './big-book.ts'
import { type Explaining, explaining, planText } from './explaining.ts'

const TRANSACTIONS = Number(process.env['BIG_BOOK'] ?? 100_000)

/** Rows that a page of ten may look at in any step; a whole table has many times as many. */
const ROWS_MAX = 5_000

let database: TestDatabase
let service: Explaining
let searching: Explaining
let reports: PostgresReportStore
let directory: PostgresDirectoryStore
let search: PostgresSearchStore

beforeAll(async () => {
  database = await createDatabase()
  await writeBigBook(database, TRANSACTIONS)
  service = explaining(database.url, connectionLimits)
  searching = explaining(database.url, searchConnectionLimits)
  reports = new PostgresReportStore(service, LEDGER_ID)
  directory = new PostgresDirectoryStore(service)
  search = new PostgresSearchStore(searching, LEDGER_ID)
}, 1_800_000)

afterAll(async () => {
  await service.close()
  await searching.close()
  await database.drop()
})

/** Runs it and says which steps of its statements looked at more rows than they may. */
async function excessOf(
  of: Explaining,
  run: () => Promise<unknown>,
  most = ROWS_MAX,
  except = '',
): Promise<readonly string[]> {
  await of.plans()
  await run()
  const plans = await of.plans()
  expect(plans.length).toBeGreaterThan(0)
  if (process.env['PRINT_PLANS'] !== undefined) console.log(plans.map(planText).join('\n\n'))
  return plans
    .filter((steps) =>
      steps.some(
        ({ node, index, rows }) =>
          (rows > most && `${node} ${index}` !== except) || node === 'Seq Scan',
      ),
    )
    .map((steps) => `\n${planText(steps)}\n`)
}

const middle = () => TRANSACTIONS / 2

const where = (field: string, operator: string, ...values: readonly (string | number)[]) =>
  ({ field, operator, values }) as Condition

const list = (...conditions: readonly Condition[]): ListQuery => ({
  ...FIRST_PAGE,
  conditions,
  order: 'desc',
})

const sorted = (sortBy: string, order: 'asc' | 'desc' = 'desc'): ListQuery => ({
  ...FIRST_PAGE,
  sortBy,
  order,
})

describe('filters of transactions', () => {
  test.each<[string, () => ListQuery]>([
    ['the id', () => list(equals('id', idOf('transaction', middle())))],
    ['the source', () => list(equals('sourceId', idOf('balance', 5)))],
    [
      'the source or the destination',
      () =>
        list({
          match: 'any',
          of: ['sourceId', 'destinationId'].map((name) => equals(name, idOf('balance', 5))),
        }),
    ],
    ['the reference', () => list(equals('reference', `ref-${middle()}`))],
    ['a part of the reference', () => list(where('reference', 'ilike', `%EF-${middle()}%`))],
    ['a part of the description', () => list(where('description', 'like', '%coffee 42%'))],
    ['the description', () => list(equals('description', 'Payment of coffee 42'))],
    ['an amount', () => list(equals('statedAmount', '12.34'))],
    ['amounts beyond one', () => list(where('statedAmount', 'gt', '999.9'))],
    ['a currency that is rare', () => list(equals('statedAsset', 'EUR'))],
    ['a currency that is common', () => list(equals('statedAsset', 'USD'))],
    ['a status that is rare', () => list(where('status', 'in', 'rejected'))],
    ['a status that is common', () => list(where('status', 'in', 'posted'))],
    ['a parent that is not there', () => list(equals('parentId', idOf('transaction', 1)))],
    ['a request that is not there', () => list(equals('requestId', idOf('transaction', 1)))],
    ['no precision', () => list(where('precision', 'isnull'))],
    [
      'a span of time',
      () => list(where('recordedAt', 'between', '2026-01-01T01:00:00Z', '2026-01-01T01:01:00Z')),
    ],
    ['a value date', () => list(where('valueAt', 'lt', '2026-01-01T00:01:00Z'))],
    ['metadata that is text', () => list(equals('metadata.shop', 's77'))],
    ['metadata that is a number', () => list(equals('metadata.order', String(middle())))],
    [
      'two things together',
      () => list(equals('statedAsset', 'EUR'), where('statedAmount', 'gt', '500')),
    ],
    ['nothing, by amount', () => sorted('statedAmount')],
    ['nothing, by reference', () => sorted('reference', 'asc')],
    ['nothing, by description', () => sorted('descriptionOrder', 'asc')],
    ['nothing, by value date', () => sorted('valueAt')],
    ['nothing, by status', () => sorted('statusOrder')],
    ['nothing, by currency', () => sorted('statedAsset', 'asc')],
    ['nothing, by source', () => sorted('sourceId', 'asc')],
  ])('by %s look at few rows', async (_what, query) => {
    expect(await excessOf(searching, () => search.list(BOOK_ID, 'transactions', query()))).toEqual(
      [],
    )
  })
})

describe('filters of balances and identities', () => {
  test.each<[string, 'balances' | 'identities', () => ListQuery]>([
    ['the id', 'balances', () => list(equals('id', idOf('balance', 7)))],
    ['the holder', 'balances', () => list(equals('identityId', idOf('identity', 7)))],
    ['an indicator', 'balances', () => list(equals('indicator', '@name500'))],
    ['a currency that is rare', 'balances', () => list(equals('assetCode', 'EUR'))],
    ['a currency that is common', 'balances', () => list(equals('assetCode', 'USD'))],
    ['the ledger', 'balances', () => list(equals('ledgerId', LEDGER_ID))],
    ['what they stand at', 'balances', () => list(where('postedUnits', 'gt', '4980'))],
    ['what they stand at, in order', 'balances', () => sorted('postedUnits')],
    ['a last name', 'identities', () => list(equals('lastName', 'Last42'))],
    ['an address', 'identities', () => list(equals('emailAddress', '77@example.com'))],
    ['nothing, by time', 'identities', () => sorted('createdAt')],
  ])('by %s of %s look at few rows', async (_what, collection, query) => {
    expect(await excessOf(searching, () => search.list(BOOK_ID, collection, query()))).toEqual([])
  })
})

describe('lists in the order of the book', () => {
  const page = { ...FIRST_PAGE, order: 'desc' } as const
  test.each<[string, () => Promise<unknown>]>([
    ['transactions', () => reports.listTransactions(BOOK_ID, page)],
    [
      'transactions behind one',
      () => reports.listTransactions(BOOK_ID, { ...page, after: idOf('transaction', middle()) }),
    ],
    [
      'transactions of a reference',
      () => reports.transactionByReference(BOOK_ID, `ref-${middle()}`),
    ],
    ['balances', () => reports.listBalances(BOOK_ID, page)],
    [
      'balances of a ledger',
      () => reports.listBalances(BOOK_ID, { ...page, within: [equals('ledgerId', LEDGER_ID)] }),
    ],
    [
      'balances of an account',
      () =>
        reports.listBalances(BOOK_ID, {
          ...page,
          within: [equals('accountId', idOf('account', 9))],
        }),
    ],
    [
      'entries of a balance',
      () =>
        reports.listEntries(BOOK_ID, {
          ...page,
          within: [equals('balanceId', idOf('balance', 9))],
        }),
    ],
    ['entries of a transaction', () => reports.entriesOf(BOOK_ID, [idOf('transaction', middle())])],
    ['a family', () => reports.family(BOOK_ID, idOf('transaction', middle()))],
    ['accounts', () => directory.list('account', BOOK_ID, page)],
    [
      'accounts of an identity',
      () =>
        directory.list('account', BOOK_ID, {
          ...page,
          within: [equals('identityId', idOf('identity', 9))],
        }),
    ],
    ['identities by id', () => directory.list('identity', BOOK_ID, page)],
  ])('of %s look at few rows', async (_what, run) => {
    expect(await excessOf(service, run)).toEqual([])
  })
})

describe('searches', () => {
  const plain: Search = {
    collection: 'transactions',
    text: null,
    filter: EVERYTHING,
    sort: [],
    limit: 10,
    offset: 0,
    facets: [],
    facetValuesMax: 10,
    grouping: null,
  }
  const words = (...asked: readonly string[]): Search['text'] => ({
    fields: ['description', 'reference'],
    words: asked.map((word) => ({ spellings: [word], prefix: false })),
  })
  /** What counts for a search besides its page: it is exact up to a bound. */
  const COUNTED = 110_000
  /** An inverted index hands out all that have a word at once, many rows a page. */
  const HANDED_OUT = 'Bitmap Index Scan search_transactions_words'

  test.each<[string, () => Partial<Search>]>([
    ['everything', () => ({})],
    ['a word that is rare', () => ({ text: words(String(middle())) })],
    ['words that are common', () => ({ text: words('payment', 'coffee') })],
    [
      'the beginning of a word',
      () => ({ text: { fields: ['description'], words: [{ spellings: ['sal'], prefix: true }] } }),
    ],
    ['an order', () => ({ sort: [{ field: 'amount', order: 'desc' }] })],
    [
      'a filter',
      () => ({
        filter: { kind: 'equal', field: 'source', value: idOf('balance', 5) },
        facets: ['currency'],
      }),
    ],
    [
      'a range',
      () => ({
        filter: {
          kind: 'range',
          field: 'amount',
          from: { value: '999.9', included: true },
          to: null,
        },
      }),
    ],
    [
      'a value of metadata',
      () => ({
        filter: { kind: 'words', field: 'meta_data.shop', text: 's77', how: 'whole' },
      }),
    ],
    [
      'balances in order',
      () => ({ collection: 'balances', sort: [{ field: 'balance', order: 'desc' }] }),
    ],
    [
      'identities',
      () => ({
        collection: 'identities',
        text: { fields: ['first_name'], words: [{ spellings: ['first77'], prefix: false }] },
      }),
    ],
  ])('for %s count no further than they must', async (_what, asked) => {
    const run = () => search.search(BOOK_ID, { ...plain, ...asked() })
    expect(await excessOf(searching, run, COUNTED, HANDED_OUT)).toEqual([])
  })

  test('for words that are spelled alike look at few rows', async () => {
    expect(
      await excessOf(searching, () => search.wordsLike(BOOK_ID, 'transactions', 'salray')),
    ).toEqual([])
  })
})
