/**
 * Pays through both faces of a server that is killed now and then, in a process of its own.
 *
 * Whatever is acknowledged is written to a file, and synced, before it counts. When nobody knows what became of a payment
 * (no answer, or one that says so), it is asked for again under the same reference or key until there is an answer.
 *
 * Arguments: a JSON text with what `Paying` says. Input: lines `pause`, `resume`, `stop`. Output: lines of JSON: how far it
 * is, twenty times a second, and whether everything that was begun is settled.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'

export type Paying = {
  readonly port: number
  /** Where acknowledgements are written. */
  readonly file: string
  /** Distinguishes the references of one run from those of another. */
  readonly run: string
  readonly clients: number
  readonly blnk: { readonly source: string; readonly destination: string }
  readonly midaz: { readonly path: string; readonly source: string; readonly destination: string }
}

export type Progress = {
  readonly acknowledged: number
  /** Payments whose outcome was unknown at first. */
  readonly doubtful: number
  readonly isSettled: boolean
  readonly errors: readonly string[]
}

type Answer = {
  readonly status: number
  readonly text: string
  readonly isReplay: boolean
}

type Payment = {
  readonly name: string
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const paying = JSON.parse(process.argv[2] ?? '{}') as Paying
const agent = new Agent({ keepAlive: true, maxSockets: paying.clients })
const file = openSync(paying.file, 'a')
const errors: string[] = []
let acknowledged = 0
let doubtful = 0
let underWay = 0
let state: 'paying' | 'paused' | 'stopped' = 'paying'

const TIMEOUT_MS = 20_000
const RETRY_MS = 200

function send(payment: Payment): Promise<Answer | null> {
  return new Promise((resolve) => {
    const options = {
      port: paying.port,
      host: '127.0.0.1',
      method: 'POST',
      path: payment.path,
      agent,
      timeout: TIMEOUT_MS,
      headers: { 'content-type': 'application/json', ...payment.headers },
    }
    const sent = request(options, (response) => {
      read(response).then(resolve, () => resolve(null))
    })
    sent.on('error', () => resolve(null))
    sent.on('timeout', () => sent.destroy())
    sent.end(payment.body)
  })
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode ?? 0,
    text: Buffer.concat(chunks).toString(),
    isReplay: response.headers['x-idempotency-replayed'] === 'true',
  }
}

function paymentOf(client: number, count: number): Payment {
  const name = `${paying.run}-${client}-${count}`
  const { blnk, midaz } = paying
  if (client % 2 === 0) {
    const body = {
      ...{ amount: 1, precision: 100, currency: 'USD', reference: name, allow_overdraft: true },
      ...{ source: blnk.source, destination: blnk.destination, description: name },
      ...(client % 4 === 0 ? { skip_queue: true } : {}),
    }
    return { name, path: '/transactions', body: JSON.stringify(body), headers: {} }
  }
  const amount = { asset: 'USD', value: '1' }
  const leg = (accountAlias: string) => [{ accountAlias, amount }]
  const body = {
    description: name,
    send: {
      ...amount,
      source: { from: leg(midaz.source) },
      distribute: { to: leg(midaz.destination) },
    },
  }
  const headers = { 'x-idempotency': name, 'x-ttl': '864000' }
  return { name, path: midaz.path, body: JSON.stringify(body), headers }
}

/** Waiting to be synced, with those who wait for it. */
let lines = ''
let waiting: (() => void)[] = []

/** Writes a line; resolves when it is safe. Lines that come together are synced together. */
function keep(line: string): Promise<void> {
  lines += `${line}\n`
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length > 1) return
    setImmediate(() => {
      writeSync(file, lines)
      fdatasyncSync(file)
      const told = waiting
      lines = ''
      waiting = []
      for (const tell of told) tell()
    })
  })
}

async function pay(payment: Payment): Promise<void> {
  let isRepeated = false
  for (;;) {
    const answer = await send(payment)
    if (answer === null || answer.status >= 500) {
      if (!isRepeated) doubtful += 1
      isRepeated = true
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      continue
    }
    const wasThere = answer.isReplay || answer.text.includes('TXN_DUPLICATE_REFERENCE')
    const id = /"(?:transaction_id|id)":"(?:txn_)?([0-9a-f-]{36})"/.exec(answer.text)?.[1] ?? '-'
    if (answer.status !== 201 && !wasThere)
      errors.push(`${payment.name}: ${answer.status} ${answer.text.slice(0, 200)}`)
    else if (wasThere && !isRepeated)
      errors.push(`${payment.name} was there before it was asked for`)
    else await keep(`${payment.path === '/transactions' ? 'blnk' : 'midaz'} ${payment.name} ${id}`)
    acknowledged += 1
    return
  }
}

async function client(number: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    while (state === 'paused') await new Promise((resolve) => setTimeout(resolve, 5))
    if (state === 'stopped') return
    underWay += 1
    await pay(paymentOf(number, count))
    underWay -= 1
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  state = line === 'pause' ? 'paused' : line === 'resume' ? 'paying' : 'stopped'
})
const telling = setInterval(() => {
  const isSettled = state !== 'paying' && underWay === 0
  const progress: Progress = { acknowledged, doubtful, isSettled, errors: errors.splice(0, 20) }
  process.stdout.write(`${JSON.stringify(progress)}\n`)
}, 50)
await Promise.all(Array.from({ length: paying.clients }, (_, number) => client(number)))
clearInterval(telling)
agent.destroy()
process.exit(0)
