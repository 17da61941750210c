/**
 * A wallet provider onboards its customers, who get money and spend it. Then one of them, a shop, is bought, and its
 * balances in three currencies move to the identity of the buyer. Told through the API of Blnk.
 */
import { ask, must, tell, verify } from './story.ts'

const CURRENCIES = ['USD', 'EUR', 'GBP']

async function identity(of: Readonly<Record<string, string>>): Promise<string> {
  return (await must('POST', '/identities', of)).identity_id
}

async function balance(ledgerId: string, currency: string, identityId: string): Promise<string> {
  const order = { ledger_id: ledgerId, currency, identity_id: identityId }
  return (await must('POST', '/balances', order)).balance_id
}

async function pay(
  source: string,
  destination: string,
  currency: string,
  amount: number,
  reference: string,
): Promise<void> {
  await must('POST', '/transactions', {
    amount,
    precision: 100,
    currency,
    reference,
    description: 'Told in a story',
    source,
    destination,
    allow_overdraft: source.startsWith('@'),
    skip_queue: true,
  })
}

async function holds(balanceId: string): Promise<string> {
  const { balance: units, currency } = await must('GET', `/balances/${balanceId}`)
  return `${(units / 100).toFixed(2)} ${currency}`
}

const run = Date.now().toString(36)
const { ledger_id: ledger } = await must('POST', '/ledgers', { name: 'Wallets' })
const ada = await identity({ identity_type: 'individual', first_name: 'Ada', last_name: 'Byron' })
const shop = await identity({ identity_type: 'organization', organization_name: 'Corner Shop' })
const buyer = await identity({ identity_type: 'organization', organization_name: 'Megamart' })
tell('Ada, Corner Shop and Megamart are known.')

const wallet = await balance(ledger, 'USD', ada)
const tills: string[] = []
for (const currency of CURRENCIES) tills.push(await balance(ledger, currency, shop))
const [dollars = '', euros = '', pounds = ''] = tills
await pay('@bank', wallet, 'USD', 100, `top-up-${run}`)
await pay(wallet, dollars, 'USD', 30.25, `groceries-${run}`)
await pay('@card-payments', euros, 'EUR', 80, `card-eur-${run}`)
await pay('@card-payments', pounds, 'GBP', 12.5, `card-gbp-${run}`)
tell(
  `Ada has ${await holds(wallet)}; the shop has ${(await Promise.all(tills.map(holds))).join(', ')}.`,
)

tell('Megamart buys Corner Shop: each balance moves to the new owner.')
const history = await must('GET', `/transactions/reference/groceries-${run}`)
for (const till of tills) {
  const { message } = await must('PUT', `/balances/${till}/identity`, { identity_id: buyer })
  const { identity_id: owner } = await must('GET', `/balances/${till}`)
  tell(`  ${await holds(till)}: ${message} (${owner === buyer ? 'Megamart' : 'somebody else'})`)
}

tell('What cannot be done is said:')
const nobody = 'idt_00000000-0000-4000-8000-000000000000'
const nothing = 'bln_00000000-0000-4000-8000-000000000000'
const attempts: readonly (readonly [what: string, balanceId: string, body: unknown])[] = [
  ['a balance that does not exist', nothing, { identity_id: buyer }],
  ['an identity that does not exist', dollars, { identity_id: nobody }],
  ['no identity', dollars, {}],
  ['an id that is none', 'till-1', { identity_id: buyer }],
]
for (const [what, balanceId, body] of attempts) {
  const answer = await ask('PUT', `/balances/${balanceId}/identity`, body)
  const error = String(answer.body.error ?? JSON.stringify(answer.body)).replace(
    /[a-z]+_[0-9a-f-]{36}/g,
    '…',
  )
  tell(`  ${what}: ${answer.status} ${error}`)
}

const after = await must('GET', `/transactions/reference/groceries-${run}`)
const isUntouched = JSON.stringify(after) === JSON.stringify(history)
tell(`The groceries that Ada bought before are ${isUntouched ? 'as they were' : 'CHANGED'}.`)
verify()
