/** Opens what the payers need, through the faces. */
import type { Paying } from './payer.ts'

export async function openAccounts(url: string): Promise<Pick<Paying, 'blnk' | 'midaz'>> {
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as Record<string, unknown>
  }
  const ledger = await post('/ledgers', { name: 'crash' })
  const balance = async () => {
    const made = await post('/balances', { ledger_id: ledger['ledger_id'], currency: 'USD' })
    return String(made['balance_id'])
  }
  const blnk = { source: await balance(), destination: await balance() }
  const organization = await post('/v1/organizations', { legalName: 'Crash', legalDocument: '1' })
  const ledgers = `/v1/organizations/${String(organization['id'])}/ledgers`
  const base = `${ledgers}/${String((await post(ledgers, { name: 'crash' }))['id'])}`
  await post(`${base}/assets`, { name: 'Dollar', type: 'currency', code: 'USD' })
  await post(`${base}/accounts`, { name: 'c', alias: '@c', type: 'deposit', assetCode: 'USD' })
  const midaz = { path: `${base}/transactions/json`, source: '@external/USD', destination: '@c' }
  return { blnk, midaz }
}
