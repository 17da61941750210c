/** What is wrong with a request before it is looked at what it is about. */
import { type Ask, get, pay, post, type Row, TO_B, UNKNOWN } from './row.ts'

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}

/** Sends a script as a file. */
const script =
  (text: string): Ask =>
  (bench) =>
    bench.send(
      'POST',
      '/transactions/dsl',
      `--x\r\ncontent-disposition: form-data; name="dsl"; filename="x.gold"\r\n\r\n${text}\r\n--x--\r\n`,
      { 'content-type': 'multipart/form-data; boundary=x' },
    )

const indexes =
  (method: string, path: string, body?: unknown): Ask =>
  (bench) =>
    bench.server.send(method, `/v1/settings/metadata-indexes${path}`, body, bench.headers)

export const requestErrors: readonly Row[] = [
  ['0009', 'Missing Fields in Request', '400 400 400', post('/segments', {})],
  [
    '0028',
    'Duplicate Asset Pair Error',
    '409 409 409',
    (bench) =>
      bench.send('PUT', '/asset-rates', { from: 'A', to: 'B', rate: 1, externalId: UNKNOWN }),
  ],
  ['0048', 'Invalid DSL File Format', '400 400 400', script('(transaction')],
  ['0049', 'Empty DSL File', '400 400 400', script(' ')],
  [
    '0132',
    'Metadata Index Already Exists',
    '409 409 409',
    indexes('POST', '/entities/asset', { metadataKey: 'k', unique: true }),
  ],
  [
    '0133',
    'Metadata Index Not Found',
    '404 404 404',
    indexes('DELETE', '/entities/asset/key/none'),
  ],
  ['0138', 'Invalid Entity Name', '400 400 400', indexes('GET', '?entity_name=none')],
  ['0047', 'Bad Request', '400 400 400', post('/segments', { name: 'n'.repeat(257) })],
  [
    '0050',
    'Metadata Key Length Exceeded',
    '400 400 400',
    post('/segments', { name: 'x', metadata: { ['k'.repeat(101)]: 1 } }),
  ],
  [
    '0051',
    'Metadata Value Length Exceeded',
    '400 400 400',
    post('/segments', { name: 'x', metadata: { k: 'v'.repeat(2001) } }),
  ],
  [
    '0053',
    'Unexpected Fields in the Request',
    '400 400 400',
    post('/segments', { name: 'x', foo: 1 }),
  ],
  ['0056', 'No Assets Found', '404 404 404', get('/assets?metadata.k=none')],
  ['0057', 'No Segments Found', '404 404 404', get('/segments?metadata.k=none')],
  ['0058', 'No Portfolios Found', '404 404 404', get('/portfolios?metadata.k=none')],
  [
    '0059',
    'No Organizations Found',
    '404 404 404',
    (bench) =>
      bench.server.send('GET', '/v1/organizations?metadata.k=none', undefined, bench.headers),
  ],
  [
    '0060',
    'No Ledgers Found',
    '404 404 404',
    (bench) =>
      bench.server.send(
        'GET',
        `/v1/organizations/${bench.organizationId}/ledgers?metadata.k=none`,
        undefined,
        bench.headers,
      ),
  ],
  ['0064', 'No Accounts Found', '404 404 404', get('/accounts?metadata.k=none')],
  ['0065', 'Invalid Path Parameter', '400 400 400', get('/accounts/x')],
  [
    '0067',
    'Invalid Metadata Nesting',
    '400 400 400',
    post('/segments', { name: 'x', metadata: { k: {} } }),
  ],
  [
    '0072',
    'Invalid Transaction Type',
    '400 400 400',
    pay('1', [['@a', '1', { share: { percentage: 1 }, remaining: 'x' }]], TO_B),
  ],
  [
    '0078',
    'Invalid Final Date Error',
    '400 400 400',
    get('/transactions?start_date=2026-02-01&end_date=2026-01-01'),
  ],
  ['0080', 'Pagination Limit Exceeded', '400 400 400', get('/accounts?limit=101')],
  ['0081', 'Invalid Sort Order', '400 400 400', get('/accounts?sort_order=up')],
  ['0082', 'Invalid Query Parameter', '400 400 400', get('/accounts?limit=0')],
  ['0083', 'Invalid Date Range Error', '400 400 400', get('/accounts?start_date=2026-01-01')],
  ['0094', 'Unmarshalling error', '400 400 400', post('/segments', '{')],
  ['0110', 'No Account Types Found', '404 404 404', get('/account-types?metadata.k=none')],
  [
    '0131',
    'Invalid Datetime Format Error',
    '400 400 400',
    get('/transactions?start_date=x&end_date=y'),
  ],
  [
    '0143',
    'Payload Too Large',
    '400 400 413',
    (bench) => bench.send('PATCH', '/settings', { x: 'y'.repeat(70_000) }),
  ],
  [
    '0144',
    'JSON Nesting Depth Exceeded',
    '400 400 400',
    (bench) => bench.send('PATCH', '/settings', nested(11)),
  ],
  [
    '0145',
    'JSON Key Count Exceeded',
    '400 400 400',
    post('/segments', {
      name: 'x',
      metadata: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 1])),
    }),
  ],
  [
    '0147',
    'Unknown Settings Field',
    '400 400 400',
    (bench) => bench.send('PATCH', '/settings', { foo: {} }),
  ],
  [
    '0148',
    'Invalid Settings Field Type',
    '400 400 400',
    (bench) => bench.send('PATCH', '/settings', { accounting: 1 }),
  ],
  [
    '0149',
    'Settings Field at Root Level',
    '400 400 400',
    (bench) => bench.send('PATCH', '/settings', { validateRoutes: true }),
  ],
  [
    '0176',
    'Invalid Settings Field Value',
    '400 400 400',
    (bench) => bench.send('PATCH', '/settings', { tracer: { mode: 'maybe' } }),
  ],
]
