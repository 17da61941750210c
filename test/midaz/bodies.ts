/** A body with which each route would do something. */
export function bodies(path: string, method: string): unknown {
  if (method === 'patch') return path.endsWith('/settings') ? {} : { metadata: { a: 'b' } }
  if (method !== 'post') return undefined
  const entry = (accountAlias: string) => ({ accountAlias, amount: { asset: 'USD', value: '1' } })
  const from = [entry('@a')]
  const to = [entry('@b')]
  const send = { asset: 'USD', value: '1' }
  if (path.endsWith('/inflow')) return { send: { ...send, distribute: { to } } }
  if (path.endsWith('/outflow')) return { send: { ...send, source: { from } } }
  if (path.includes('/transactions/'))
    return { send: { ...send, source: { from }, distribute: { to } } }
  if (path.endsWith('/assets')) return { name: 'x', type: 'crypto', code: 'X' }
  if (path.endsWith('/accounts')) return { assetCode: 'USD', type: 'deposit' }
  if (path.endsWith('/balances')) return { key: 'x' }
  if (path.endsWith('/account-types')) return { name: 'x', keyValue: 'x' }
  return { name: 'x' }
}
