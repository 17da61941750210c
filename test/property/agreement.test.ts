import { expect, test } from 'vitest'
import { closeBalance, updateBalance } from '../../src/directory/index.ts'
import type { GroupDecision } from '../../src/engine/index.ts'
import { type Command, readDecimal } from '../../src/ledger/index.ts'
import { Chance } from '../support/chance.ts'
import { makeBook, openBalance, type TestEngine } from '../support/engine.ts'
import { fileDatabase } from '../support/file-database.ts'
import { makeBooks, openTwo } from './books.ts'
import { makeGroup, type Scene } from './commands.ts'
import { Model, type ModelBalance, type Result } from './model.ts'

const COMMANDS_PER_BOOK = 270

const database = await fileDatabase()
const engines = openTwo(database)

test('the engine and a model of it agree on every outcome, every entry and every balance', async () => {
  const outcomes = new Map<string, number>()
  let commands = 0
  const books = await makeBooks('PROPERTY', 40, async (seed) => {
    commands += await agree(seed, outcomes)
  })
  const counts = [...outcomes].sort(([, left], [, right]) => right - left)
  console.log(
    `${commands} commands: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`,
  )
  expect(commands).toBeGreaterThanOrEqual(books * 250)
}, 3_600_000)

/** Writes one book by both and compares them after every handful of orders. */
async function agree(seed: number, outcomes: Map<string, number>): Promise<number> {
  const chance = new Chance(seed)
  const servers = chance.isHit(0.5) ? engines : engines.slice(0, 1)
  const world = new Book(chance, outcomes)
  await world.open()
  while (world.commands < COMMANDS_PER_BOOK) await world.round(chance.pick(servers))
  return world.commands
}

function inWords(anything: unknown): string {
  return JSON.stringify(anything, (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
}

class Book {
  commands = 0
  readonly #chance: Chance
  readonly #outcomes: Map<string, number>
  readonly #model = new Model()
  /** The ids that the engine gave to what the model made, and the other way round. */
  readonly #names = new Map<string, string>()
  readonly #scene: Scene = {
    ...{ dollars: [], euros: [], internal: [], holds: [], posted: [], scheduled: [], tag: 0 },
  }
  #bookId = 0

  constructor(chance: Chance, outcomes: Map<string, number>) {
    this.#chance = chance
    this.#outcomes = outcomes
  }

  async open(): Promise<void> {
    const [engine] = engines
    if (engine === undefined) throw new Error('There is no engine')
    this.#bookId = await makeBook(engine, { EUR: 2 })
    for (let count = 0; count < 3; count += 1) await this.#openBalance(engine, {})
    await this.#openBalance(engine, { external: true })
    await this.#openBalance(engine, { external: true })
    await this.#openBalance(engine, { debitNormal: true })
    await this.#openBalance(engine, { limit: 10n ** 20n })
    await this.#openBalance(engine, { limit: null, companion: '' })
    await this.#openBalance(engine, { asset: 'EUR', scale: 2, external: true })
    for (let count = 0; count < 3; count += 1)
      await this.#openBalance(engine, { asset: 'EUR', scale: 2 })
  }

  async #openBalance(engine: TestEngine, of: Partial<ModelBalance>): Promise<void> {
    const opened = await openBalance(engine, this.#bookId, {
      assetCode: of.asset ?? 'USD',
      external: of.external ?? false,
      normalSide: of.debitNormal === true ? 'debit' : 'credit',
      ...(of.limit === undefined ? {} : { overdraftLimit: of.limit }),
    })
    const plain: ModelBalance = {
      ...{ asset: 'USD', scale: null, external: false, debitNormal: false, internal: false },
      ...{ maySend: true, mayReceive: true, isOpen: true, principal: null, limit: null },
      ...{ debits: 0n, credits: 0n, heldDebits: 0n, heldCredits: 0n, version: 0 },
      ...of,
      companion: opened.companionId,
    }
    this.#model.balances.set(opened.id, plain)
    const { dollars, euros, internal } = this.#scene
    if (plain.asset === 'EUR') euros.push(opened.id)
    else dollars.push(opened.id)
    if (opened.companionId === null) return
    const companion = { internal: true, debitNormal: true, companion: null, limit: null }
    this.#model.balances.set(opened.companionId, { ...plain, ...companion, principal: opened.id })
    internal.push(opened.companionId)
  }

  /** Some orders at once, through one server; then everything is compared. */
  async round(engine: TestEngine): Promise<void> {
    const count = this.#chance.pick([1, 2, 5, 20])
    await Promise.all(Array.from({ length: count }, () => this.#order(engine)))
    const rows = await database.query<Record<string, string>>(
      `select id, posted_debits, posted_credits, pending_debits, pending_credits, version
         from balance_sums where book_id = $1`,
      [this.#bookId],
    )
    for (const row of rows) {
      const of = this.#model.balances.get(row['id'] ?? '')
      const sums = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits']
      expect([...sums.map((name) => readDecimal(row[name] ?? '')), Number(row['version'])]).toEqual(
        [of?.debits, of?.credits, of?.heldDebits, of?.heldCredits, of?.version],
      )
    }
  }

  async #order(engine: TestEngine): Promise<void> {
    if (this.#chance.isHit(0.05)) return this.#edit(engine)
    const commands = makeGroup(this.#scene, this.#chance)
    this.commands += commands.length
    const expected = this.#model.submit(commands.map((command) => this.#inModel(command)))
    const decision = await engine.engine.submit(this.#bookId, commands)
    this.#compare(commands, decision, expected)
  }

  #inModel(command: Command): Command {
    const name = (id: string) => this.#names.get(id) ?? id
    if (command.type === 'execute') return { ...command, requestId: name(command.requestId) }
    if (command.type === 'settle' || command.type === 'release')
      return { ...command, holdId: name(command.holdId) }
    if (command.type === 'reverse')
      return { ...command, transactionId: name(command.transactionId) }
    return command
  }

  #compare(
    commands: readonly Command[],
    decision: GroupDecision,
    expected: Result[] | { index: number; no: string },
  ): void {
    const count = (name: string) => this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1)
    const no = decision.accepted
      ? null
      : { index: decision.refusal.index, no: decision.refusal.refusal.code }
    expect(no, `${inWords(commands)} is ${inWords(expected)}`).toEqual(
      Array.isArray(expected) ? null : expected,
    )
    if (no !== null) count(no.no)
    if (!decision.accepted || !Array.isArray(expected)) return
    for (const [index, outcome] of decision.outcome.entries()) {
      const result = expected[index]
      if (result === undefined || 'no' in result) throw new Error('The model has another answer')
      if (outcome.type === 'replay') {
        count('again')
        expect('again' in result ? result.again : null).toBe(
          this.#names.get(outcome.transactionId) ?? '',
        )
        continue
      }
      const { id, kind } = outcome.transaction
      count(kind)
      const marks = {
        post: '+',
        hold: '?',
        settle: '!',
        release: '~',
        held: '=',
        freed: '=',
      } as const
      expect('moves' in result ? result.moves : null, inWords(commands)).toEqual(
        outcome.entries.map((entry) => ({
          id: entry.balanceId,
          side: entry.side === 'debit' ? 'd' : 'c',
          mark: marks[entry.effect],
          amount: entry.amount,
        })),
      )
      if ('made' in result) this.#learn(commands[index], result.made, id, kind, outcome.request?.id)
    }
  }

  #learn(
    command: Command | undefined,
    made: string,
    id: string,
    kind: string,
    requestId: string | undefined,
  ): void {
    this.#names.set(id, made)
    if (kind === 'hold') this.#scene.holds.push(id)
    if (kind === 'request') this.#scene.scheduled.push(id)
    if (['transfer', 'settlement', 'reversal', 'hold', 'note'].includes(kind))
      this.#scene.posted.push(id)
    const parent = this.#model.made.get(made)?.parent
    if (requestId !== undefined && command?.type === 'post' && parent != null)
      this.#names.set(requestId, parent)
  }

  async #edit({ directory }: TestEngine): Promise<void> {
    const id = this.#chance.pick([...this.#scene.dollars, ...this.#scene.euros])
    const of = this.#model.balances.get(id)
    if (of === undefined || of.internal) return
    if (this.#chance.isHit(0.1) && of.companion === null) {
      const isEmpty = of.debits === of.credits && of.heldDebits === 0n && of.heldCredits === 0n
      const expected = !of.isOpen ? 'not_found' : isEmpty ? null : 'not_empty'
      if (expected === null) of.isOpen = false
      const closed = await closeBalance(directory, this.#bookId, id, null)
      expect(closed.accepted ? null : closed.refusal.code).toBe(expected)
      return
    }
    const maySend = this.#chance.isHit(0.8)
    const mayReceive = this.#chance.isHit(0.8)
    const expected = of.isOpen
    if (expected) Object.assign(of, { maySend, mayReceive })
    const flags = { maySend, mayReceive }
    const switched = await updateBalance(directory, this.#bookId, id, flags, null)
    expect(switched.accepted).toBe(expected)
  }
}
