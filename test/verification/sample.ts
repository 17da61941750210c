/** A small book with rows of every kind, made through the engine like any other. */
import { randomUUID } from 'node:crypto'
import {
  type Actor,
  created,
  createIdentity,
  Directory,
  type DirectoryReader,
  deleted,
  type NewIdentity,
  openAccount,
  PLAIN_BALANCE,
  type Rows,
  SHARED_LEDGER_ID,
  updated,
} from '../../src/directory/index.ts'
import { type Done, Engine } from '../../src/engine/index.ts'
import { makeKeyPair, signBook, signerOf } from '../../src/evidence/index.ts'
import { NOBODY } from '../../src/http/blnk/identities/translate.ts'
import {
  accept,
  type Command,
  fromUnits,
  isoOf,
  type Post,
  type Reverse,
} from '../../src/ledger/index.ts'
import { connectionLimits, engineLimits } from '../../src/limits.ts'
import {
  Connections,
  PostgresBookStore,
  PostgresDirectoryStore,
  PostgresEvidenceStore,
} from '../../src/storage/index.ts'
import { snakeCase } from '../../src/storage/view.ts'
import { directoryViews } from '../../src/storage/views.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { post as postBetween } from '../support/posts.ts'
import { allowedWords } from './words.ts'

const ACTOR: Actor = 'key-1'
const DAY = 86_400_000_000

export type Sample = {
  readonly bookId: number
  /** What its checkpoints are signed with. */
  readonly publicKey: string
  close(): Promise<void>
}

/** Fills a database with one book that has something in every table. */
export async function makeSample(database: TestDatabase): Promise<Sample> {
  const connections = new Connections(database.url, { ...connectionLimits, role: null })
  const around = machineSurroundings()
  const engine = new Engine<DirectoryReader>(
    new PostgresBookStore(connections, SHARED_LEDGER_ID),
    around,
    engineLimits,
    { landed: () => {}, recovering: () => {} },
  )
  const directory = new Directory(new PostgresDirectoryStore(connections), engine)
  const bookId = await directory.store.createBook()
  const close = async () => {
    await engine.close()
    await connections.close()
  }
  const store = new PostgresEvidenceStore(connections)
  const { privateKey, publicKey } = makeKeyPair()
  const signer = signerOf(privateKey)
  try {
    await tellOfEveryKind(directory, bookId, database)
    await signBook(store, bookId, signer, around)
    await moveMoney(directory, bookId)
    await signBook(store, bookId, signer, around)
    await closeBook(directory, bookId, database)
    await signBook(store, bookId, signer, around)
    return { bookId, publicKey, close }
  } catch (error) {
    await close()
    throw error
  }
}

type AnyRow = Rows[keyof Rows]

/** What a column may hold where neither its kind nor a check of the database says. */
const PARTICULAR: Readonly<Record<string, unknown>> = { scale: 2, overdraftLimit: '100.50' }

async function anyRow(
  entity: keyof Rows,
  bookId: number,
  now: number,
  database: TestDatabase,
): Promise<AnyRow> {
  const { name, columns } = directoryViews[entity]
  const byKind = {
    uuid: () => randomUUID(),
    time: () => isoOf(now),
    json: () => ({ mark: now, nested: { b: 1.5, a: ['x', null] } }),
    boolean: () => true,
    integer: () => 3,
    decimal: () => '12.5',
    text: () => `some ${randomUUID()}`,
  } as const
  const particular = { ...PARTICULAR, bookId, moneyBookId: bookId, deletedAt: null }
  const row: Record<string, unknown> = {}
  for (const [property, { kind }] of Object.entries(columns)) {
    const [word] = await allowedWords(database, name, snakeCase(property))
    row[property] =
      property in particular ? particular[property as 'bookId'] : (word ?? byKind[kind]())
  }
  return row as AnyRow
}

/** One row of each kind that is made, changed and deleted, and one that stays. */
async function tellOfEveryKind(
  directory: Directory,
  bookId: number,
  database: TestDatabase,
): Promise<void> {
  for (const entity of Object.keys(directoryViews) as (keyof Rows)[]) {
    if (entity === 'closure') continue
    const made = await directory.edit(bookId, ACTOR, async (_reader, now) => {
      const row = await anyRow(entity, bookId, now, database)
      return accept({ changes: [created(entity, row as never)], value: row })
    })
    if (!made.accepted) throw new Error(`No ${entity} could be made`)
    const changed = await directory.edit(bookId, ACTOR, async (_reader, now) => {
      const { row, change } = updated(
        entity,
        made.outcome as never,
        { metadata: { mark: 'changed' } } as never,
        now,
      )
      return accept({ changes: [change], value: row })
    })
    if (!changed.accepted) throw new Error(`No ${entity} could be changed`)
    await directory.edit(bookId, null, async (_reader, now) => {
      const change = deleted(entity, changed.outcome as never, now)
      const other = created(entity, (await anyRow(entity, bookId, now, database)) as never)
      return accept({ changes: [change, other], value: null })
    })
  }
}

async function account(
  directory: Directory,
  bookId: number,
  alias: string,
  identityId: string | null = null,
): Promise<string> {
  const opened = await openAccount(
    directory,
    bookId,
    {
      account: {
        ledgerId: SHARED_LEDGER_ID,
        assetCode: 'USD',
        name: null,
        alias,
        indicator: null,
        type: 'deposit',
        external: alias === '@world',
        parentId: null,
        portfolioId: null,
        segmentId: null,
        entityId: null,
        identityId,
        blocked: false,
        statusCode: 'ACTIVE',
        statusDescription: null,
        metadata: null,
      },
      balance: { ...PLAIN_BALANCE, lineage: identityId === null ? null : 'fifo' },
    },
    ACTOR,
  )
  if (!opened.accepted) throw new Error(`No account ${alias} could be opened`)
  return opened.outcome.balance.id
}

type Ask = Partial<Post> & { readonly from: string; readonly to: string; readonly cents: bigint }

function post({ from, to, cents, ...more }: Ask): Post {
  const amount = fromUnits(cents, 2)
  return postBetween(from, to, amount, { assetCode: 'USD', ...more })
}

const FOLLOW = { reference: null, actor: ACTOR, inherit: true }

async function moveMoney(directory: Directory, bookId: number): Promise<void> {
  const { engine } = directory
  const now = Date.now() * 1000
  const submit = async (...commands: Command[]): Promise<Done> => {
    const decision = await engine.submit(bookId, commands)
    const first = decision.accepted ? decision.outcome[0] : undefined
    if (first?.type !== 'done') throw new Error(`Turned down: ${JSON.stringify(decision)}`)
    return first
  }
  const world = await account(directory, bookId, '@world')
  const ann = await account(directory, bookId, '@ann')
  const bob = await account(directory, bookId, '@bob')

  const funded = await submit(
    post({
      from: world,
      to: ann,
      cents: 100_00n,
      reference: 'fund',
      description: 'First money',
      metadata: { order: 7, tags: ['a', 'b'] },
      terms: { precision: 100 },
      actor: ACTOR,
      effectiveAt: now - DAY,
      key: { key: 'once', fingerprint: 'f', expiresAt: now + DAY },
    }),
  )
  await submit(post({ from: ann, to: bob, cents: 10_00n }), post({ from: ann, to: bob, cents: 5n }))
  const detailed = post({ from: ann, to: bob, cents: 1_00n, reference: 'detailed' })
  const [source] = detailed.sources
  if (source !== undefined)
    await submit({ ...detailed, sources: [{ ...source, details: { chart: 'a' } }] })

  const part = await submit(
    post({ from: ann, to: bob, cents: 8_00n, kind: 'hold', description: 'Held' }),
  )
  const holdId = part.transaction.id
  await submit({ type: 'settle', holdId, amount: fromUnits(3_00n, 2), ...FOLLOW })
  await submit({ type: 'release', holdId, status: 'voided', ...FOLLOW })
  const whole = await submit(
    post({ from: ann, to: bob, cents: 2_00n, kind: 'hold', reserveDestinations: true }),
  )
  await submit({ type: 'settle', holdId: whole.transaction.id, amount: null, ...FOLLOW })
  await submit(
    post({
      from: ann,
      to: bob,
      cents: 4_00n,
      kind: 'hold',
      expiresAt: now + DAY,
      settlesAt: now + DAY,
    }),
  )
  await submit(reverse(funded.transaction.id))
  await submit(
    post({ from: world, to: bob, cents: 7n, request: { reference: 'asked', dueAt: null } }),
  )
  await submit(
    post({ from: bob, to: ann, cents: 999_00n, request: { reference: 'no', dueAt: null } }),
  )
  await submit(
    post({ from: world, to: bob, cents: 6n, request: { reference: 'later', dueAt: now + DAY } }),
  )
  await submit(post({ from: world, to: bob, cents: 9n, kind: 'note' }))
  await moveTracked(directory, bookId, submit, world, bob)
}

const ZOE: NewIdentity = {
  ...NOBODY,
  ...{ id: null, identityType: 'individual', firstName: 'Zoe', metadata: null },
}

/** Money of two providers, spent, held, settled in part and given back. */
async function moveTracked(
  directory: Directory,
  bookId: number,
  submit: (...commands: Command[]) => Promise<Done>,
  world: string,
  bob: string,
): Promise<void> {
  const holder = await createIdentity(directory, bookId, ZOE, ACTOR)
  if (!holder.accepted) throw new Error('There is no holder')
  const zoe = await account(directory, bookId, '@zoe', holder.outcome.id)
  await submit(post({ from: world, to: zoe, cents: 30_00n, provider: 'one', reference: 'in' }))
  await submit(post({ from: world, to: zoe, cents: 20_00n, provider: 'two' }))
  const spent = await submit(post({ from: zoe, to: bob, cents: 35_00n }))
  const held = await submit(post({ from: zoe, to: bob, cents: 10_00n, kind: 'hold' }))
  const holdId = held.transaction.id
  await submit({ type: 'settle', holdId, amount: fromUnits(4_00n, 2), ...FOLLOW })
  await submit({ type: 'release', holdId, status: 'expired', ...FOLLOW })
  await submit({ ...reverse(spent.transaction.id), reference: 'spent back' })
}

function reverse(transactionId: string): Reverse {
  return {
    type: 'reverse',
    transactionId,
    unconditional: true,
    key: null,
    request: null,
    reference: 'back',
    parentId: transactionId,
    requestId: null,
    effectiveAt: null,
    description: null,
    metadata: null,
    terms: null,
    actor: ACTOR,
  }
}

/** The last thing that can be told of a book. */
async function closeBook(
  directory: Directory,
  bookId: number,
  database: TestDatabase,
): Promise<void> {
  await directory.edit(bookId, ACTOR, async (_reader, now) => {
    const row = await anyRow('closure', bookId, now, database)
    return accept({ changes: [created('closure', row as never)], value: null })
  })
}
