/**
 * A bank freezes an account for sending during an investigation, while payments run. It may go on receiving, what was
 * promised before is kept, and in the end it is released. Told through the API of Midaz.
 */
import { ask, must, tell, verify } from './story.ts'

const organization = await must('POST', '/v1/organizations', {
  legalName: 'Story Bank',
  legalDocument: Date.now().toString(),
})
const organizationPath = `/v1/organizations/${organization.id}`
const ledger = await must('POST', `${organizationPath}/ledgers`, { name: 'Retail' })
const path = `${organizationPath}/ledgers/${ledger.id}`

async function account(name: string): Promise<void> {
  await must('POST', `${path}/accounts`, {
    name,
    assetCode: 'BRL',
    type: 'deposit',
    alias: `@${name.toLowerCase()}`,
  })
}

function side(alias: string, value: string): unknown {
  return { accountAlias: alias, amount: { asset: 'BRL', value } }
}

function payment(from: string, to: string, value: string, pending = false): unknown {
  return {
    pending,
    send: {
      asset: 'BRL',
      value,
      source: { from: [side(from, value)] },
      distribute: { to: [side(to, value)] },
    },
  }
}

function pay(from: string, to: string, value: string): ReturnType<typeof ask> {
  return ask('POST', `${path}/transactions/json`, payment(from, to, value))
}

async function position(alias: string): Promise<{ id: string; text: string }> {
  const { items } = await must('GET', `${path}/accounts/alias/${alias}/balances`)
  const [{ id, available, onHold, scale }] = items
  const plain = (units: number) => (units / 10 ** scale).toFixed(2)
  return { id, text: `${plain(available)} available, ${plain(onHold)} on hold` }
}

async function allow(balanceId: string, flags: Readonly<Record<string, boolean>>): Promise<void> {
  const balance = await must('PATCH', `${path}/balances/${balanceId}`, flags)
  tell(`  may send: ${balance.allowSending}, may receive: ${balance.allowReceiving}`)
}

await must('POST', `${path}/assets`, { name: 'Real', type: 'currency', code: 'BRL' })
for (const name of ['Carol', 'Dave']) await account(name)
const fund = {
  send: { asset: 'BRL', value: '500.00', distribute: { to: [side('@carol', '500.00')] } },
}
await must('POST', `${path}/transactions/inflow`, fund)
const promise = await must(
  'POST',
  `${path}/transactions/json`,
  payment('@carol', '@dave', '50.00', true),
)
const carol = await position('@carol')
tell(`Carol has ${carol.text}: she has promised Dave 50.00.`)

tell('While she pays, again and again, the bank freezes her account for sending.')
let isFrozen = false
let late = 0
const payers = Array.from({ length: 8 }, async () => {
  for (;;) {
    const isLate = isFrozen
    const { status } = await pay('@carol', '@dave', '0.01')
    if (isLate && status < 300) late += 1
    if (status >= 300) return
  }
})
await new Promise((resolve) => setTimeout(resolve, 300))
await allow(carol.id, { allowSending: false })
isFrozen = true
await Promise.all(payers)
tell(`  payments that got through after the answer: ${late}`)

const refused = await pay('@carol', '@dave', '1.00')
tell(
  `Another payment is refused: ${refused.status}, code ${refused.body.code}, ${refused.body.title}.`,
)
const received = await pay('@dave', '@carol', '0.01')
tell(`Dave may still send her something: ${received.status}.`)
const kept = await ask('POST', `${path}/transactions/${promise.id}/commit`)
tell(`What she promised before is kept: ${kept.status}.`)

tell('The investigation finds nothing, and the bank releases her.')
await allow(carol.id, { allowSending: true })
tell(`She pays again: ${(await pay('@carol', '@dave', '1.00')).status}.`)
verify()
