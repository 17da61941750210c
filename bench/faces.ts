/** What is measured through each face: how to prepare it, and what to send. */
import type { Load } from './load.ts'

export type Subject = {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly path: string
  readonly body: string
  /** What $a and $b stand for. */
  readonly ids: readonly string[]
  /** Where one balance is read, with $a for it. */
  readonly readPath: string
  readonly readIds: readonly string[]
  /** How many postings are asked for at once, where the face can. */
  readonly bulk: Bulk | null
  readonly pasts: readonly Past[]
}

/** Where the past of a balance is read: a page of its history, or what it stood at; with $a for one of the ids. */
export type Past = {
  readonly name: string
  readonly path: string
  readonly ids: readonly string[]
}

export type Bulk = {
  readonly path: string
  body(run: string, postings: number, ids: readonly string[]): string
}

const JSON_HEADERS = { 'content-type': 'application/json' }

async function send(url: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: JSON_HEADERS,
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as Record<string, unknown>
}

async function inParallel<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index)
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  return results
}

/** Blnk: balances of one currency that may go below zero, so that every posting is accepted. */
export async function prepareBlnk(
  url: string,
  balances: number,
  queued: boolean,
): Promise<Subject> {
  const ledger = await send(url, '/ledgers', { name: 'bench' })
  const ids = await inParallel(balances, async () => {
    const made = await send(url, '/balances', { ledger_id: ledger['ledger_id'], currency: 'USD' })
    return String(made['balance_id'])
  })
  const body = {
    amount: 1,
    precision: 100,
    currency: 'USD',
    description: 'payment for order',
    source: '$a',
    destination: '$b',
    reference: '$n',
    allow_overdraft: true,
    ...(queued ? {} : { skip_queue: true }),
  }
  return {
    name: queued ? 'Blnk, queued' : 'Blnk',
    headers: JSON_HEADERS,
    path: '/transactions',
    body: JSON.stringify(body),
    ids,
    readPath: '/balances/$a',
    readIds: ids,
    bulk: queued ? null : blnkBulk(body),
    pasts: [
      {
        name: 'a balance at a moment',
        path: `/balances/$a/at?timestamp=${encodeURIComponent(new Date().toISOString())}`,
        ids,
      },
    ],
  }
}

function blnkBulk(posting: Readonly<Record<string, unknown>>): Bulk {
  const { skip_queue: _, ...fields } = posting as { skip_queue?: boolean }
  return {
    path: '/transactions/bulk',
    body: (run, postings, ids) =>
      JSON.stringify({
        atomic: true,
        skip_queue: true,
        transactions: Array.from({ length: postings }, (_, n) => ({
          ...fields,
          source: ids[Math.floor(Math.random() * ids.length)],
          destination: ids[n % ids.length],
          reference: `${run}-${n}`,
        })).map((one) =>
          one.source === one.destination
            ? { ...one, source: ids[(ids.indexOf(String(one.source)) + 1) % ids.length] }
            : one,
        ),
      }),
  }
}

/** Midaz: accounts of one asset, each with enough to give. */
export async function prepareMidaz(url: string, accounts: number): Promise<Subject> {
  const organization = await send(url, '/v1/organizations', {
    legalName: 'Bench',
    legalDocument: '1',
  })
  const ledgers = `/v1/organizations/${String(organization['id'])}/ledgers`
  const ledger = await send(url, ledgers, { name: 'bench' })
  const base = `${ledgers}/${String(ledger['id'])}`
  await send(url, `${base}/assets`, { name: 'Dollar', type: 'currency', code: 'USD' })
  const made = await inParallel(accounts, async (index) => {
    const alias = `@a${index}`
    const account = await send(url, `${base}/accounts`, {
      name: alias,
      alias,
      type: 'deposit',
      assetCode: 'USD',
    })
    await send(url, `${base}/transactions/inflow`, {
      send: {
        asset: 'USD',
        value: '1000000000',
        distribute: {
          to: [{ accountAlias: alias, amount: { asset: 'USD', value: '1000000000' } }],
        },
      },
    })
    const list = await send(url, `${base}/accounts/${String(account['id'])}/balances`, undefined)
    const [balance] = list['items'] as { id: string }[]
    return { accountId: String(account['id']), balanceId: String(balance?.id) }
  })
  const leg = (accountAlias: string) => [{ accountAlias, amount: { asset: 'USD', value: '1' } }]
  return {
    name: 'Midaz',
    headers: JSON_HEADERS,
    path: `${base}/transactions/json`,
    body: JSON.stringify({
      description: 'payment for order',
      send: {
        asset: 'USD',
        value: '1',
        source: { from: leg('$a') },
        distribute: { to: leg('$b') },
      },
    }),
    ids: Array.from({ length: accounts }, (_, index) => `@a${index}`),
    readPath: `${base}/balances/$a`,
    readIds: made.map(({ balanceId }) => balanceId),
    bulk: null,
    pasts: [
      {
        name: 'a balance at a moment',
        path: `${base}/balances/$a/history?date=${encodeURIComponent(new Date().toISOString())}`,
        ids: made.map(({ balanceId }) => balanceId),
      },
      {
        name: 'a page of history',
        path: `${base}/accounts/$a/operations?limit=10`,
        ids: made.map(({ accountId }) => accountId),
      },
    ],
  }
}

/** The same postings with one balance on one side of all of them. */
export function withHotBalance(subject: Subject): Subject {
  const [hot = '', ...others] = subject.ids
  return { ...subject, ids: others, body: subject.body.replace('$b', hot) }
}

let runs = 0

/** A load of postings by this subject. */
export function postings(
  url: string,
  subject: Subject,
  connections: number,
  seconds: number,
): Load {
  runs += 1
  return {
    url,
    method: 'POST',
    path: subject.path,
    headers: subject.headers,
    connections,
    seconds,
    body: subject.body,
    ids: subject.ids,
    run: `r${process.pid}-${runs}-`,
  }
}

/** A load of reads of single balances. */
export function reads(url: string, subject: Subject, connections: number, seconds: number): Load {
  return {
    ...postings(url, subject, connections, seconds),
    method: 'GET',
    path: subject.readPath,
    body: null,
    ids: subject.readIds,
  }
}
