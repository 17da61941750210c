/** What is refused about organizations, ledgers, and what is in them. */
import { account, asset, get, organization, post, type Row, type Subjects, UNKNOWN } from './row.ts'

export const directoryErrors = (on: Subjects): readonly Row[] => [
  [
    '0002',
    'Ledger Name Conflict',
    '409 409 409',
    (bench) =>
      bench.server.send(
        'POST',
        `/v1/organizations/${bench.organizationId}/ledgers`,
        { name: 'MAIN' },
        bench.headers,
      ),
  ],
  ['0003', 'Asset Name or Code Duplicate', '409 409 409', asset({ code: 'USD' })],
  ['0004', 'Code Uppercase Requirement', '400 400 400', asset({ code: 'new' })],
  [
    '0005',
    'Currency Code Standard Compliance',
    '400 400 400',
    asset({ type: 'currency', code: 'ZZZ' }),
  ],
  ['0007', 'Entity Not Found', '404 404 404', get(`/accounts/${UNKNOWN}`)],
  [
    '0008',
    'Action Not Permitted',
    '400 400 422',
    async (bench) => {
      const { body } = await bench.server.send(
        'GET',
        '/v1/organizations?legal_name=Home',
        undefined,
        bench.headers,
      )
      return bench.server.send(
        'DELETE',
        `/v1/organizations/${body.items[0].id}`,
        undefined,
        bench.headers,
      )
    },
  ],
  ['0015', 'Duplicate Segment Name Error', '409 409 409', post('/segments', { name: 'S' })],
  ['0020', 'Alias Unavailability Error', '409 409 409', account({ alias: '@a' })],
  ['0029', 'Invalid Parent Account ID', '400 400 400', account({ parentAccountId: UNKNOWN })],
  [
    '0030',
    'Mismatched Asset Code',
    '400 400 422',
    (bench) => account({ assetCode: 'EUR', parentAccountId: on.accountId })(bench),
  ],
  [
    '0032',
    'Invalid Country Code',
    '400 400 400',
    organization({ legalName: 'x', legalDocument: '1', address: { line1: 'a', country: 'XX' } }),
  ],
  ['0033', 'Invalid Code Format', '400 400 400', asset({ code: 'N1' })],
  [
    '0035',
    'Portfolio ID Not Found',
    '404 404 404',
    (bench) => bench.send('PATCH', `/accounts/${on.accountId}`, { portfolioId: UNKNOWN }),
  ],
  ['0036', 'Segment ID Not Found', '404 404 404', account({ segmentId: UNKNOWN })],
  [
    '0037',
    'Ledger ID Not Found',
    '404 404 404',
    (bench) =>
      bench.server.send(
        'POST',
        `/v1/organizations/${bench.organizationId}/ledgers/${UNKNOWN}/segments`,
        { name: 'x' },
        bench.headers,
      ),
  ],
  [
    '0038',
    'Organization ID Not Found',
    '404 404 404',
    (bench) =>
      bench.server.send(
        'POST',
        `/v1/organizations/${UNKNOWN}/ledgers`,
        { name: 'x' },
        bench.headers,
      ),
  ],
  [
    '0039',
    'Parent Organization ID Not Found',
    '404 404 404',
    organization({ legalName: 'x', legalDocument: '1', parentOrganizationId: UNKNOWN }),
  ],
  ['0040', 'Invalid Type', '400 400 400', asset({ type: 'stock' })],
  [
    '0074',
    'External Account Modification Prohibited',
    '400 400 422',
    (bench) => bench.send('DELETE', `/accounts/${on.outsideId}`),
  ],
  ['0085', 'Account Alias Not Found', '404 404 404', get('/accounts/alias/@nobody')],
  [
    '0091',
    'ID cannot be used as the parent ID',
    '400 400 422',
    (bench) =>
      bench.server.send(
        'PATCH',
        `/v1/organizations/${bench.organizationId}`,
        { parentOrganizationId: bench.organizationId },
        bench.headers,
      ),
  ],
  ['0096', 'Invalid Account Alias', '400 400 400', account({ alias: 'a b' })],
  [
    '0108',
    'Duplicate Account Type Key Value Error',
    '409 409 409',
    post('/account-types', { name: 'x', keyValue: 'LOAN' }),
  ],
  ['0109', 'Account Type Not Found Error', '404 404 404', get(`/account-types/${UNKNOWN}`)],
  [
    '0120',
    'Invalid Characters',
    '400 400 400',
    post('/account-types', { name: 'x', keyValue: 'a.b' }),
  ],
]
