/** What is refused about money. */
import { ONE, overdraft, pay, type Row, type Subjects, TO_B } from './row.ts'

export const moneyErrors = (on: Subjects): readonly Row[] => [
  [
    '0012',
    'Account Balance Deletion Error',
    '400 400 422',
    (bench) => bench.send('DELETE', `/accounts/${on.accountId}`),
  ],
  [
    '0018',
    'Insufficient Funds Error',
    '422 422 422',
    pay('1000', [['@a', '1000']], [['@b', '1000']]),
  ],
  ['0019', 'Account Ineligibility Error', '422 422 422', pay('1', [['@nobody', '1']], TO_B)],
  [
    '0024',
    'Account Status Transaction Restriction',
    '400 400 422',
    pay('1', ONE, [['@frozen', '1']]),
  ],
  ['0034', 'Asset Code Not Found', '404 404 404', pay('1', ONE, [['@e', '1']])],
  ['0073', 'Transaction Value Mismatch', '400 400 422', pay('2', ONE, [['@b', '2']])],
  [
    '0084',
    'Duplicate Idempotency Key',
    '409 409 409',
    (bench) => bench.pay('2', [['@a', '2']], [['@b', '2']], {}, { 'x-idempotency': 'used' }),
  ],
  [
    '0087',
    'Transaction Revert already exist',
    '400 400 409',
    (bench) => bench.send('POST', `/transactions/${on.reverted}/revert`),
  ],
  [
    '0088',
    'Transaction is already a reversal',
    '400 400 409',
    (bench) => bench.send('POST', `/transactions/${on.reversal}/revert`),
  ],
  ['0090', 'Transaction ambiguous account', '400 400 422', pay('1', ONE, ONE)],
  [
    '0093',
    'Balance cannot be deleted',
    '400 400 409',
    (bench) => bench.send('DELETE', `/balances/${on.balanceId}`),
  ],
  [
    '0098',
    'Invalid Pending Transaction',
    '422 422 422',
    pay('1', [['@external/USD', '1']], TO_B, { pending: true }),
  ],
  [
    '0099',
    'Invalid Transaction Status',
    '422 422 409',
    (bench) => bench.send('POST', `/transactions/${on.posted}/commit`),
  ],
  [
    '0099',
    'Invalid Transaction Status',
    '422 422 409',
    (bench) => bench.send('POST', `/transactions/${on.pending}/revert`),
  ],
  [
    '0099',
    'Invalid Transaction Status',
    '422 422 409',
    (bench) => bench.send('POST', `/transactions/${on.noted}/cancel`),
  ],
  [
    '0121',
    'Invalid Future Date Error',
    '400 400 400',
    pay('1', ONE, TO_B, { transactionDate: '2999-01-01' }),
  ],
  [
    '0122',
    'Invalid Field for Pending Transaction Error',
    '400 400 400',
    pay('1', ONE, TO_B, { transactionDate: '2024-01-01', pending: true }),
  ],
  [
    '0123',
    'Duplicated Alias Key Value Error',
    '409 409 409',
    (bench) => bench.send('POST', `/accounts/${on.accountId}/balances`, { key: 'default' }),
  ],
  [
    '0124',
    'Additional Balance Creation Not Allowed',
    '400 400 422',
    (bench) => bench.send('POST', `/accounts/${on.outsideId}/balances`, { key: 'x' }),
  ],
  ['0125', 'Invalid Transaction Value', '422 422 422', pay('0', [['@a', '0']], [['@b', '0']])],
  [
    '0140',
    'Invalid Timestamp',
    '400 400 400',
    (bench) => bench.get(`/balances/${on.balanceId}/history?date=2999-01-01T00:00:00Z`),
  ],
  [
    '0141',
    'No Balance Data at Date',
    '404 404 404',
    (bench) => bench.get(`/balances/${on.balanceId}/history?date=2000-01-01T00:00:00Z`),
  ],
  [
    '0142',
    'Missing Required Query Parameter',
    '400 400 400',
    (bench) => bench.get(`/balances/${on.balanceId}/history`),
  ],
  ['0167', 'Overdraft Limit Exceeded Error', '422 422 422', pay('3', [['@o', '3']], [['@b', '3']])],
  [
    '0168',
    'Direct Operation On Internal Balance Error',
    '422 422 422',
    pay('1', [['@o', '1', { balanceKey: 'overdraft' }]], TO_B),
  ],
  [
    '0169',
    'Deletion Of Internal Balance Error',
    '422 422 422',
    (bench) => bench.send('DELETE', `/balances/${on.companionId}`),
  ],
  [
    '0170',
    'Reserved Balance Key Error',
    '400 400 422',
    (bench) => bench.send('POST', `/accounts/${on.accountId}/balances`, { key: 'Overdraft' }),
  ],
  [
    '0171',
    'Invalid Balance Direction Error',
    '400 400 400',
    (bench) =>
      bench.send('POST', `/accounts/${on.accountId}/balances`, { key: 'x', direction: 'up' }),
  ],
  [
    '0172',
    'Invalid Balance Settings Error',
    '400 400 400',
    (bench) =>
      bench.send('PATCH', `/balances/${on.balanceId}`, { settings: { balanceScope: 'internal' } }),
  ],
  [
    '0173',
    'Overdraft Limit Below Usage Error',
    '422 422 422',
    (bench) => bench.send('PATCH', `/balances/${on.overdrawnId}`, overdraft('2')),
  ],
  [
    '0175',
    'Update Of Internal Balance Error',
    '422 422 422',
    (bench) => bench.send('PATCH', `/balances/${on.companionId}`, { allowSending: false }),
  ],
]
