import { describe, expect, test } from 'vitest'
import { Chance } from '../support/chance.ts'
import { makeBook, openBalance, openEngine, type TestEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { post, release, settle } from '../support/posts.ts'
import { contradictions, type History, type Refused, type Seen, type Written } from './history.ts'

/** Operations of the whole history; `HISTORY_OPERATIONS=1000000` makes it long. */
const OPERATIONS = Number(process.env['HISTORY_OPERATIONS'] ?? 4000)
const CLIENTS = 24
const SEED = Number(process.env['HISTORY_SEED'] ?? Date.now() % 2 ** 31)

const database = await fileDatabase()
const servers = [
  database.closing(openEngine(database.url)),
  database.closing(openEngine(database.url, { batchMax: 4 })),
]

class Recorder {
  readonly written: Written[] = []
  readonly seen: Seen[] = []
  readonly refused: Refused[] = []
  readonly #chance: Chance
  readonly #bookId: number
  readonly #ids: readonly string[]
  readonly #holds: string[] = []

  constructor(chance: Chance, bookId: number, ids: readonly string[]) {
    this.#chance = chance
    this.#bookId = bookId
    this.#ids = ids
  }

  async client(number: number, operations: number): Promise<void> {
    for (let count = 0; count < operations; count += 1) {
      const server = this.#chance.pick(servers)
      if (this.#chance.isHit(0.4)) await this.#read(server, number)
      else await this.#write(server)
    }
  }

  async #read(server: TestEngine, client: number): Promise<void> {
    const from = performance.now()
    const balance = await server.balances.load(this.#bookId, this.#chance.pick(this.#ids))
    if (balance !== null) this.seen.push({ client, from, to: performance.now(), balance })
  }

  async #write(server: TestEngine): Promise<void> {
    const amount = BigInt(this.#chance.between(1, 30))
    const source = this.#chance.pick(this.#ids)
    const destination = this.#chance.pick(this.#ids.filter((id) => id !== source))
    const holdId = this.#chance.isHit(0.3) ? this.#holds.shift() : undefined
    const kind = this.#chance.isHit(0.3) ? 'hold' : 'transfer'
    const command =
      holdId === undefined
        ? post(source, destination, amount, { kind })
        : this.#chance.isHit(0.5)
          ? settle(holdId)
          : release(holdId)
    const from = performance.now()
    const decision = await server.engine.submit(this.#bookId, [command])
    const to = performance.now()
    if (!decision.accepted) {
      const { refusal } = decision.refusal
      expect(refusal.code).toBe('insufficient_funds')
      this.refused.push({ from, to, balanceId: source, amount })
      return
    }
    for (const outcome of decision.outcome) {
      if (outcome.type !== 'done') continue
      this.written.push({ from, to, entries: outcome.entries })
      if (outcome.transaction.kind === 'hold') this.#holds.push(outcome.transaction.id)
    }
  }
}

test('what all clients of two servers see is one history', {
  timeout: 60_000 + OPERATIONS * 20,
}, async () => {
  console.log(`What clients do comes from HISTORY_SEED=${SEED}`)
  const [server] = servers
  if (server === undefined) throw new Error('There is no server')
  const chance = new Chance(SEED)
  const bookId = await makeBook(server)
  const world = await openBalance(server, bookId, { external: true })
  const ids: string[] = []
  const recorder = new Recorder(chance, bookId, ids)
  for (let count = 0; count < 5; count += 1) {
    const { id } = await openBalance(server, bookId)
    ids.push(id)
    const decision = await server.engine.submit(bookId, [post(world.id, id, 100n)])
    const outcome = decision.accepted ? decision.outcome[0] : undefined
    if (outcome?.type === 'done')
      recorder.written.push({ from: 0, to: 0, entries: outcome.entries })
  }
  await Promise.all(
    Array.from({ length: CLIENTS }, (_, number) =>
      recorder.client(number, Math.ceil(OPERATIONS / CLIENTS)),
    ),
  )
  const { written, seen, refused } = recorder
  console.log(`${written.length} written, ${seen.length} read, ${refused.length} refused`)
  expect(contradictions(recorder)).toEqual([])
  expect(written.length + seen.length + refused.length).toBeGreaterThanOrEqual(OPERATIONS)
})

describe('a history', () => {
  const entries = (versions: readonly number[]) =>
    versions.map((version) => ({
      ...{
        transactionId: 't',
        leg: 0,
        balanceId: 'b',
        side: 'credit',
        effect: 'post',
        details: null,
      },
      ...{ version, amount: 1n, postedDebits: 0n, pendingDebits: 0n, pendingCredits: 0n },
      postedCredits: BigInt(version),
    })) as unknown as Written['entries']
  const wrote = (from: number, to: number, version: number): Written => ({
    ...{ from, to, entries: entries([version]) },
  })
  const read = (from: number, to: number, version: number, client = 0): Seen => ({
    ...{ from, to, client },
    balance: { ...entries([version])[0], id: 'b', version } as unknown as Seen['balance'],
  })
  const right: History = { written: [wrote(0, 1, 1), wrote(2, 3, 2)], seen: [], refused: [] }

  test('that fits together has no contradictions', () => {
    expect(contradictions({ ...right, seen: [read(0, 4, 1), read(4, 5, 2)] })).toEqual([])
  })

  test.each<readonly [string, History]>([
    ['lacks a version', { ...right, written: [wrote(0, 1, 1), wrote(2, 3, 3)] }],
    ['has a version twice', { ...right, written: [...right.written, wrote(4, 5, 2)] }],
    [
      'puts later what was answered earlier',
      { ...right, written: [wrote(2, 3, 1), wrote(0, 1, 2)] },
    ],
    ['forgets what was answered', { ...right, seen: [read(4, 5, 1)] }],
    ['knows what was not asked yet', { ...right, seen: [read(0, 1, 2)] }],
    [
      'goes back for a client',
      { ...right, written: [wrote(0, 9, 1), wrote(0, 9, 2)], seen: [read(1, 2, 2), read(3, 4, 1)] },
    ],
    [
      'refuses what is there',
      { ...right, refused: [{ from: 4, to: 5, balanceId: 'b', amount: 2n }] },
    ],
  ])('is found out when it %s', (_name, history) => {
    expect(contradictions(history)).not.toEqual([])
  })
})
