/** What is refused about routes, and by a ledger that asks for them. */
import type { TestServer } from '../../support/server.ts'
import { type Bench, ledgerWith } from '../ledger.ts'
import { get, pay, post, type Row, UNKNOWN } from './row.ts'

/** What the requests are about. */
export type RouteSubjects = { -readonly [name in (typeof NAMES)[number]]: string }

const NAMES = ['from', 'to', 'around', 'there', 'round', 'mixed', 'paid'] as const

export function noRoutes(): RouteSubjects {
  return Object.fromEntries(NAMES.map((name) => [name, ''])) as RouteSubjects
}

const line = { code: '1', description: 'x' }
const both = { debit: line, credit: line }

/** Makes a ledger that asks for routes, and some to follow. */
export async function prepareRoutes(server: TestServer, on: RouteSubjects): Promise<Bench> {
  const bench = await ledgerWith(server, ['@a', '@b'])
  await bench.account('@savings', { type: 'savings' })
  await bench.inflow('@a', '100')
  await bench.inflow('@savings', '100')
  const make = async (path: string, order: object) => {
    const answer = await bench.send('POST', path, { title: 'x', ...order })
    return answer.body.id as string
  }
  on.from = await make('/operation-routes', {
    operationType: 'source',
    account: { ruleType: 'account_type', validIf: ['deposit'] },
  })
  on.to = await make('/operation-routes', {
    operationType: 'destination',
    account: { ruleType: 'alias', validIf: '@b' },
  })
  on.around = await make('/operation-routes', { operationType: 'bidirectional' })
  on.there = await make('/transaction-routes', { operationRoutes: [on.from, on.to] })
  on.round = await make('/transaction-routes', { operationRoutes: [on.around] })
  on.mixed = await make('/transaction-routes', { operationRoutes: [on.from, on.around] })
  await bench.send('PATCH', '/settings', { accounting: { validateRoutes: true } })
  on.paid = (await payment(on, {})(bench)).body.id
  return bench
}

type Asked = {
  readonly from?: string
  readonly to?: string
  readonly fromRoute?: string | undefined
  readonly toRoute?: string
  readonly more?: object
}

function payment(on: RouteSubjects, asked: Asked) {
  return (bench: Bench) => {
    const { from = '@a', to = '@b', toRoute = on.to, more = {} } = asked
    const fromRoute = 'fromRoute' in asked ? asked.fromRoute : on.from
    const leg = (routeId: string | undefined) => (routeId === undefined ? {} : { routeId })
    return pay('1', [[from, '1', leg(fromRoute)]], [[to, '1', leg(toRoute)]], {
      routeId: on.there,
      ...more,
    })(bench)
  }
}

const operationRoute = (more: object) =>
  post('/operation-routes', { title: 'x', operationType: 'source', ...more })

const transactionRoute = (list: () => readonly string[]) => (bench: Bench) =>
  bench.send('POST', '/transaction-routes', { title: 'x', operationRoutes: list() })

const entries = (more: object) => operationRoute({ accountingEntries: more })

export const routeErrors = (on: RouteSubjects): readonly Row[] => [
  ['0101', 'Operation Route Not Found', '404 404 404', get(`/operation-routes/${UNKNOWN}`)],
  [
    '0103',
    'Invalid Operation Route Type',
    '400 400 400',
    operationRoute({ operationType: 'sideways' }),
  ],
  [
    '0104',
    'Missing Operation Routes in Request',
    '400 400 400',
    (bench) =>
      bench.send('PATCH', `/transaction-routes/${on.there}`, { operationRoutes: [on.from] }),
  ],
  ['0105', 'Transaction Route Not Found', '404 404 404', get(`/transaction-routes/${UNKNOWN}`)],
  [
    '0107',
    'Operation Route Linked to Transaction Routes',
    '422 422 422',
    (bench) => bench.send('DELETE', `/operation-routes/${on.from}`),
  ],
  [
    '0111',
    'Invalid Account Rule Type',
    '400 400 400',
    operationRoute({ account: { ruleType: 'name', validIf: 'x' } }),
  ],
  [
    '0112',
    'Invalid Account Rule Value',
    '400 400 400',
    operationRoute({ account: { ruleType: 'alias', validIf: ['x'] } }),
  ],
  ['0114', 'Transaction Route Not Informed', '422 422 422', pay('1', [['@a', '1']], [['@b', '1']])],
  ['0116', 'Accounting Route Count Mismatch', '422 422 422', payment(on, { fromRoute: undefined })],
  ['0117', 'Accounting Route Not Found', '422 422 422', payment(on, { fromRoute: UNKNOWN })],
  ['0118', 'Accounting Alias Validation Failed', '422 422 422', payment(on, { to: '@savings' })],
  [
    '0119',
    'Accounting Account Type Validation Failed',
    '422 422 422',
    payment(on, { from: '@savings' }),
  ],
  [
    '0150',
    'Route Not Bidirectional',
    '422 422 422',
    (bench) => bench.send('POST', `/transactions/${on.paid}/revert`),
  ],
  [
    '0151',
    'Missing Counterpart',
    '422 422 422',
    (bench) => payment(on, { toRoute: on.around, more: { routeId: on.mixed } })(bench),
  ],
  ['0153', 'No Source for Action', '400 400 400', transactionRoute(() => [on.to])],
  ['0154', 'No Destination for Action', '400 400 400', transactionRoute(() => [on.from])],
  ['0157', 'No Routes for Action', '422 422 422', payment(on, { more: { pending: true } })],
  [
    '0158',
    'Too Many Operation Routes',
    '400 400 400',
    transactionRoute(() => Array.from({ length: 101 }, () => on.from)),
  ],
  [
    '0162',
    'Scenario Not Allowed For Direction',
    '422 422 422',
    operationRoute({ operationType: 'destination', accountingEntries: { hold: both } }),
  ],
  ['0163', 'Reserve Group Incomplete', '422 422 422', entries({ direct: both, hold: both })],
  ['0164', 'Direct Scenario Required', '422 422 422', entries({ block: both })],
  ['0165', 'Revert Only Bidirectional', '422 422 422', entries({ direct: both, revert: both })],
  ['0166', 'Accounting Entry Field Required', '422 422 422', entries({ direct: { credit: line } })],
]
