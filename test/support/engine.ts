/** The engine on the test run's PostgreSQL, and books for it to write. */
import {
  created,
  Directory,
  type DirectoryReader,
  newRow,
  type Rows,
} from '../../src/directory/index.ts'
import { Engine, type EngineLimits, type Surroundings } from '../../src/engine/index.ts'
import {
  accept,
  type Change,
  formatDecimal,
  type LineageStrategy,
  type Side,
} from '../../src/ledger/index.ts'
import { connectionLimits, engineLimits } from '../../src/limits.ts'
import { type BalanceView, Loader } from '../../src/reports/index.ts'
import {
  type ConnectionLimits,
  Connections,
  PostgresBookStore,
  PostgresDirectoryStore,
  PostgresReportStore,
  SERVER_ROLE,
} from '../../src/storage/index.ts'
import { machineSurroundings } from '../../src/telemetry/index.ts'

/** Whose assets a whole book shares; here every ledger has its own. */
const NO_LEDGER = '00000000-0000-4000-8000-00000000ffff'
const LEDGER = '00000000-0000-4000-8000-0000000000aa'

export type TestEngine = {
  readonly engine: Engine<DirectoryReader>
  readonly directory: Directory
  /** Balances as the faces read them. */
  readonly balances: Loader<BalanceView>
  /** How often it had to decide again, by cause. */
  readonly recoveries: Map<string, number>
  close(): Promise<void>
}

export function openEngine(
  url: string,
  limits: Partial<EngineLimits> = {},
  connecting: Partial<ConnectionLimits> = {},
  around: Partial<Surroundings> = {},
): TestEngine {
  const connections = new Connections(url, {
    ...connectionLimits,
    role: SERVER_ROLE,
    ...connecting,
  })
  const recoveries = new Map<string, number>()
  const engine = new Engine<DirectoryReader>(
    new PostgresBookStore(connections, NO_LEDGER),
    { ...machineSurroundings(), ...around },
    { ...engineLimits, ...limits },
    {
      landed: () => {},
      recovering: (cause) => {
        const name = cause instanceof Error ? cause.name : String(cause)
        recoveries.set(name, (recoveries.get(name) ?? 0) + 1)
      },
    },
  )
  const reports = new PostgresReportStore(connections, NO_LEDGER)
  return {
    engine,
    balances: new Loader((bookId, ids) => reports.balances(bookId, ids)),
    directory: new Directory(new PostgresDirectoryStore(connections), engine),
    recoveries,
    close: async () => {
      await engine.close()
      await connections.close()
    },
  }
}

export type NewTestBalance = {
  readonly assetCode?: string
  readonly external?: boolean
  readonly normalSide?: Side
  /** How far it may go below zero by its own terms; null for no limit. */
  readonly overdraftLimit?: bigint | null
  /** How it is drawn on, where its money is tracked; then somebody holds it. */
  readonly lineage?: LineageStrategy
  readonly identityId?: string
}

/** A balance that was opened, with the companion that carries its overdraft. */
export type TestBalance = {
  readonly id: string
  readonly accountId: string
  readonly companionId: string | null
}

/** Makes an empty book, with assets that bound the decimals of amounts. */
export async function makeBook(
  { directory }: TestEngine,
  assets: Readonly<Record<string, number>> = {},
): Promise<number> {
  const bookId = await directory.store.createBook()
  const made = await directory.edit(bookId, null, async (_reader, now) => {
    const changes = Object.entries(assets).map(([code, scale]) =>
      created('asset', {
        ...newRow(bookId, directory.engine.freeId(), now, null),
        ledgerId: LEDGER,
        name: code,
        nameKey: code,
        type: 'currency',
        code,
        scale,
        statusCode: 'ACTIVE',
        statusDescription: null,
      }),
    )
    return accept({ changes, value: null })
  })
  if (!made.accepted) throw new Error('The book was not made')
  return bookId
}

/** Makes a book with a balance that money comes from, and one that it goes to. */
export async function makeSmallBook(
  server: TestEngine,
): Promise<{ readonly bookId: number; readonly from: string; readonly to: string }> {
  const bookId = await makeBook(server)
  const from = await openBalance(server, bookId, { external: true })
  return { bookId, from: from.id, to: (await openBalance(server, bookId)).id }
}

/** Opens a balance with an account of its own. */
export async function openBalance(
  { directory }: TestEngine,
  bookId: number,
  order: NewTestBalance = {},
): Promise<TestBalance> {
  const { engine } = directory
  const [accountId, id] = [engine.freeId(), engine.freeId()]
  const companionId = order.overdraftLimit === undefined ? null : engine.freeId()
  const opened = await directory.edit(bookId, null, async (_reader, now) => {
    const account = created('account', accountRow(bookId, accountId, order, now))
    const terms = termsRow(bookId, id, accountId, order, now)
    const limit = order.overdraftLimit ?? null
    const changes: Change[] = [account]
    if (companionId === null) changes.push(created('balance', terms))
    else {
      const overdraftLimit = limit === null ? null : formatDecimal(limit)
      changes.push(created('balance', { ...terms, companionId, overdraftLimit }))
      const companion = { id: companionId, key: 'overdraft', internal: true, principalId: id }
      changes.push(created('balance', { ...terms, ...companion, normalSide: 'debit' }))
    }
    return accept({ changes, value: null })
  })
  if (!opened.accepted) throw new Error('The balance was not opened')
  return { id, accountId, companionId }
}

function accountRow(
  bookId: number,
  id: string,
  order: NewTestBalance,
  now: number,
): Rows['account'] {
  return {
    ...newRow(bookId, id, now, null),
    ledgerId: LEDGER,
    assetCode: order.assetCode ?? 'USD',
    name: null,
    alias: id,
    indicator: null,
    type: 'deposit',
    external: order.external ?? false,
    parentId: null,
    portfolioId: null,
    segmentId: null,
    entityId: null,
    identityId: order.identityId ?? null,
    blocked: false,
    statusCode: 'ACTIVE',
    statusDescription: null,
  }
}

function termsRow(
  bookId: number,
  id: string,
  accountId: string,
  order: NewTestBalance,
  now: number,
): Rows['balance'] {
  return {
    ...newRow(bookId, id, now, null),
    accountId,
    ledgerId: LEDGER,
    key: 'default',
    assetCode: order.assetCode ?? 'USD',
    normalSide: order.normalSide ?? 'credit',
    internal: false,
    principalId: null,
    companionId: null,
    overdraftLimit: null,
    maySend: true,
    mayReceive: true,
    settings: null,
    lineage: order.lineage ?? null,
  }
}
