/** A ledger of Midaz to try things with, made through the API like anybody's. */
import type { Answer, TestServer } from '../support/server.ts'

export type Headers = Readonly<Record<string, string>>

export type Leg = readonly [alias: string, amount: string | number, more?: object]

/** Sends to one ledger; paths begin below it. */
export class Bench {
  readonly server: TestServer
  readonly organizationId: string
  readonly ledgerId: string
  readonly headers: Headers

  constructor(server: TestServer, organizationId: string, ledgerId: string, headers: Headers) {
    this.server = server
    this.organizationId = organizationId
    this.ledgerId = ledgerId
    this.headers = headers
  }

  get path(): string {
    return `/v1/organizations/${this.organizationId}/ledgers/${this.ledgerId}`
  }

  /** The same ledger, spoken to in another generation. */
  as(profile: string): Bench {
    const headers = { ...this.headers, 'x-midaz-profile': profile }
    return new Bench(this.server, this.organizationId, this.ledgerId, headers)
  }

  /** The same ledger through another server. */
  through(server: TestServer): Bench {
    return new Bench(server, this.organizationId, this.ledgerId, this.headers)
  }

  send(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    return this.server.send(method, this.path + path, body, { ...this.headers, ...headers })
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  async asset(code = 'USD', type = 'currency'): Promise<string> {
    return idOf(await this.send('POST', '/assets', { name: code, type, code }))
  }

  async account(alias: string, more: object = {}): Promise<string> {
    const order = { assetCode: 'USD', type: 'deposit', alias, ...more }
    return idOf(await this.send('POST', '/accounts', order))
  }

  /** The id of the balance that an alias has under a key. */
  async balanceId(alias: string, key = 'default'): Promise<string> {
    const path = alias.startsWith('@external/')
      ? `/accounts/external/${alias.slice('@external/'.length)}/balances`
      : `/accounts/alias/${alias}/balances`
    const { body } = await this.as('v3').get(path)
    const found = body.items.find((item: { key: string }) => item.key === key)
    return found.id as string
  }

  /** What a balance stands at, in decimal text. */
  async balance(
    alias: string,
    key = 'default',
  ): Promise<{ available: string; onHold: string; version: number }> {
    const { body } = await this.as('v3').get(`/balances/${await this.balanceId(alias, key)}`)
    return { available: body.available, onHold: body.onHold, version: body.version }
  }

  inflow(alias: string, value: string, headers: Headers = {}): Promise<Answer> {
    const send = { asset: 'USD', value, distribute: { to: [entry([alias, value])] } }
    return this.send('POST', '/transactions/inflow', { send }, headers)
  }

  outflow(alias: string, value: string, more: object = {}): Promise<Answer> {
    const send = { asset: 'USD', value, source: { from: [entry([alias, value])] } }
    return this.send('POST', '/transactions/outflow', { send, ...more })
  }

  pay(
    value: string,
    from: readonly Leg[],
    to: readonly Leg[],
    more: object = {},
    headers: Headers = {},
    kind = 'json',
  ): Promise<Answer> {
    return this.send(
      'POST',
      `/transactions/${kind}`,
      { ...body(value, from, to), ...more },
      headers,
    )
  }
}

/** A transaction of USD. */
export function body(value: string | number, from: readonly Leg[], to: readonly Leg[]) {
  return {
    send: {
      asset: 'USD',
      value,
      source: { from: from.map(entry) },
      distribute: { to: to.map(entry) },
    },
  }
}

function entry([accountAlias, value, more = {}]: Leg) {
  const part = 'share' in more || 'remaining' in more ? {} : { amount: { asset: 'USD', value } }
  return { accountAlias, ...part, ...more }
}

function idOf(answer: Answer): string {
  if (answer.status !== 201) throw new Error(`not made: ${answer.text}`)
  return answer.body.id as string
}

/** An organization with a ledger and nothing in it. */
export async function emptyLedger(server: TestServer, headers: Headers = {}): Promise<Bench> {
  const organizationId = idOf(
    await server.send(
      'POST',
      '/v1/organizations',
      { legalName: 'Acme', legalDocument: '1' },
      headers,
    ),
  )
  const ledgerId = idOf(
    await server.send(
      'POST',
      `/v1/organizations/${organizationId}/ledgers`,
      { name: 'Main' },
      headers,
    ),
  )
  return new Bench(server, organizationId, ledgerId, headers)
}

/** A ledger with dollars and accounts under these aliases. */
export async function ledgerWith(
  server: TestServer,
  aliases: readonly string[],
  headers: Headers = {},
): Promise<Bench> {
  const bench = await emptyLedger(server, headers)
  await bench.asset()
  for (const alias of aliases) await bench.account(alias)
  return bench
}

/** Until the clock shows another second, so that what follows is not in this one. */
export async function nextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1010 - (Date.now() % 1000)))
}
