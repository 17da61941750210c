/** A freeze is obeyed by every posting that is ordered after it, however many are on their way. */
import { expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { startTestServer } from '../support/server.ts'
import { ledgerWith } from './ledger.ts'

const CLIENTS = 64
const FREEZES = 100

/**
 * The book gives each commit a number and a time of its own. A posting got through a freeze if its number lies between
 * the one of a freeze and the one of the release after it.
 */
test('64 clients post while a balance is frozen and released 100 times: none gets through', async () => {
  const database = await createDatabase()
  const servers = [await startTestServer({}, database), await startTestServer({}, database)]
  try {
    const [first, second] = servers
    if (first === undefined || second === undefined) throw new Error('two servers were started')
    const ledger = await ledgerWith(first, ['@payer', '@payee'])
    await ledger.inflow('@payer', '1000000')
    const id = await ledger.balanceId('@payer')
    const answered: { readonly status: number; readonly at: string }[] = []
    let isOver = false
    const client = async (number: number) => {
      const bench = number % 2 === 0 ? ledger : ledger.through(second)
      while (!isOver) {
        const { status, body } = await bench.pay('1', [['@payer', '1']], [['@payee', '1']])
        if (status === 201) answered.push({ status, at: body.createdAt })
        else expect([status, body.code]).toEqual([400, '0024'])
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
    const frozen: { readonly from: string; readonly to: string }[] = []
    for (let round = 0; round < FREEZES; round += 1) {
      const bench = round % 2 === 0 ? ledger : ledger.through(second)
      const freeze = await bench.send('PATCH', `/balances/${id}`, { allowSending: false })
      const release = await ledger.send('PATCH', `/balances/${id}`, { allowSending: true })
      expect([freeze.body.allowSending, release.body.allowSending]).toEqual([false, true])
      frozen.push({ from: freeze.body.updatedAt, to: release.body.updatedAt })
    }
    isOver = true
    await Promise.all(clients)

    const switches = await database.query<{ seq: string; may: boolean }>(
      `select seq, (after ->> 'maySend')::boolean as may from events
        where entity = 'balance' and verb = 'updated' and subject_id = $1 order by seq`,
      [id],
    )
    const postings = await database.query<{ seq: string }>(
      `select t.seq from transactions t
        where exists (select from entries e where e.transaction_id = t.id and e.balance_id = $1 and e.side = 'debit')
        order by t.seq`,
      [id],
    )
    expect(switches.map(({ may }) => may)).toEqual(
      Array.from({ length: 2 * FREEZES }, (_, index) => index % 2 === 1),
    )
    expect(postings.length).toBe(answered.length)
    expect(
      between(
        postings.map(({ seq }) => Number(seq)),
        switches.map(({ seq }) => Number(seq)),
      ),
    ).toEqual([])
    const late = answered.filter(({ at }) =>
      frozen.some(({ from, to }) => inOrder(at) > inOrder(from) && inOrder(at) < inOrder(to)),
    )
    expect(late).toEqual([])
    expect(answered.length).toBeGreaterThan(FREEZES)
  } finally {
    for (const server of servers) await server.stop()
    await database.drop()
  }
})

/** Postings whose number lies within a freeze: after the switch off, before the switch on that follows it. */
function between(postings: readonly number[], switches: readonly number[]): readonly number[] {
  return postings.filter((seq) =>
    switches.some((off, index) => index % 2 === 0 && seq > off && seq < (switches[index + 1] ?? 0)),
  )
}

/** Times as texts of one length, so that they can be compared. */
function inOrder(time: string): string {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}
