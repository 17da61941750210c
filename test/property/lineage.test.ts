/**
 * Whatever happens to tracked balances, through one server or two, their lots add up to what they have: here all money
 * that comes in is tagged and no balance may go below zero, so nothing is outside of a lot.
 */
import { expect, test } from 'vitest'
import { assignIdentity, createIdentity } from '../../src/directory/index.ts'
import { NOBODY } from '../../src/http/blnk/identities/translate.ts'
import {
  available,
  type Command,
  fromUnits,
  type LineageStrategy,
  type Post,
  unspent,
} from '../../src/ledger/index.ts'
import { bookMadeAt, PostgresVerificationStore } from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import { verifyBooks } from '../../src/verification/index.ts'
import { Chance } from '../support/chance.ts'
import { makeBook, openBalance } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { leg } from '../support/ledger.ts'
import { postOf, release, reverse, settle } from '../support/posts.ts'
import { makeBooks, openTwo } from './books.ts'

const COMMANDS_PER_BOOK = 100

const database = await fileDatabase()
const engines = openTwo(database)

test('lots add up to what their balance has', async () => {
  const outcomes = new Map<string, number>()
  await makeBooks('LINEAGE', 3, (seed) => live(new Chance(seed), outcomes))
  console.log([...outcomes].map(([name, count]) => `${name} ${count}`).join(', '))
  const store = await PostgresVerificationStore.open(database.url)
  const wrong: unknown[] = []
  await verifyBooks(store, machineSurroundings().hash, bookMadeAt, (report) =>
    wrong.push(...report.findings),
  )
  await store.close()
  expect(wrong).toEqual([])
}, 600_000)

const STRATEGIES: readonly LineageStrategy[] = ['fifo', 'lifo', 'proportional']
const UNLIMITED = { kind: 'unlimited' } as const

type Scene = {
  readonly chance: Chance
  readonly mint: string
  readonly shop: string
  readonly wallets: readonly string[]
  /** What has been made so far and may be ended or undone. */
  readonly made: string[]
  readonly holds: string[]
}

async function live(chance: Chance, outcomes: Map<string, number>): Promise<void> {
  const bookId = await makeBook(engines[0])
  const people: string[] = []
  for (const firstName of ['Ann', 'Ben']) {
    const { directory } = engines[0]
    const made = await createIdentity(
      directory,
      bookId,
      { ...NOBODY, id: null, metadata: null, firstName },
      null,
    )
    if (made.accepted) people.push(made.outcome.id)
  }
  const open = async (more: object = {}) => (await openBalance(engines[0], bookId, more)).id
  const wallets: string[] = []
  for (const lineage of STRATEGIES)
    wallets.push(await open({ lineage, identityId: chance.pick(people) }))
  const scene: Scene = {
    chance,
    mint: await open(),
    shop: await open(),
    wallets,
    made: [],
    holds: [],
  }
  for (let count = 0; count < COMMANDS_PER_BOOK; ) {
    const commands = Array.from({ length: chance.between(1, 3) }, () => commandIn(scene))
    count += commands.length
    await Promise.all(
      commands.map(async (command) => {
        const decision = await chance.pick(engines).engine.submit(bookId, [command])
        const name = decision.accepted ? command.type : decision.refusal.refusal.code
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
        const [outcome] = decision.accepted ? decision.outcome : []
        if (outcome?.type !== 'done') return
        const { id, kind } = outcome.transaction
        scene.made.push(id)
        if (kind === 'hold') scene.holds.push(id)
      }),
    )
    if (chance.isHit(0.05)) {
      const { directory } = chance.pick(engines)
      await assignIdentity(directory, bookId, chance.pick(wallets), chance.pick(people), null)
    }
    if (chance.isHit(0.2)) await expectLotsToAddUp(bookId, wallets)
  }
  await expectLotsToAddUp(bookId, wallets)
}

function commandIn(scene: Scene): Command {
  const { chance, made, holds } = scene
  const amount = fromUnits(BigInt(chance.between(1, 5000)), 2)
  if (holds.length === 0) return deposit(scene, amount)
  const hold = chance.pick(holds)
  switch (chance.below(9)) {
    case 0:
    case 1:
    case 2:
      return deposit(scene, amount)
    case 3:
    case 4:
      return spend(scene, amount)
    case 5:
    case 6:
      return settle(hold, chance.isHit(0.7) ? amount / 4n : null)
    case 7:
      return release(hold)
    default:
      return reverse(chance.pick(made))
  }
}

function deposit({ chance, mint, wallets }: Scene, amount: bigint): Post {
  const kind = chance.isHit(0.3) ? 'hold' : 'transfer'
  const provider = chance.pick(['stripe', 'paypal', 'gift'])
  const more = { kind, provider, reserveDestinations: true } as const
  const first = chance.pick(wallets)
  const second = chance.pick(wallets)
  if (first === second || chance.isHit(0.7))
    return postOf([leg(mint, amount, UNLIMITED)], [leg(first, amount)], more)
  const given = [leg(mint, 2n * amount, UNLIMITED)]
  return postOf(given, [leg(first, amount), leg(second, amount)], more)
}

function spend({ chance, shop, wallets }: Scene, amount: bigint): Post {
  const kind = chance.isHit(0.4) ? 'hold' : 'transfer'
  const from = chance.pick(wallets)
  const others = [shop, ...wallets.filter((id) => id !== from)]
  const more = { kind, reserveDestinations: true } as const
  if (chance.isHit(0.7))
    return postOf([leg(from, amount)], [leg(chance.pick(others), amount)], more)
  const [second = shop, third = shop] = others.slice(1)
  return postOf([leg(from, amount), leg(second, amount)], [leg(third, 2n * amount)], more)
}

async function expectLotsToAddUp(bookId: number, wallets: readonly string[]): Promise<void> {
  const [{ balances }] = engines
  for (const id of wallets) {
    const wallet = await balances.load(bookId, id)
    const rows = await database.query<{ readonly id: string }>(
      'select id from lots where book_id = $1 and balance_id = $2',
      [bookId, id],
    )
    const lots = await Promise.all(rows.map((row) => balances.load(bookId, row.id)))
    const left = lots.reduce((sum, lot) => sum + (lot === null ? 0n : unspent(lot)), 0n)
    expect(left).toBe(wallet === null ? null : available(wallet))
  }
}
