/** Accounts and their balances: opening, switching, closing, and who holds them. */
import {
  accept,
  assert,
  type Decision,
  type JsonObject,
  type LineageStrategy,
  type Micros,
  refuse,
  type Side,
} from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { created, deleted, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, BalanceTerms, Rows } from './rows.ts'

export const DEFAULT_KEY = 'default'

/** The key of the balance that carries the overdraft of an account's other balances. */
export const OVERDRAFT_KEY = 'overdraft'

/** Balances that one account may have. */
export const BALANCES_MAX = 1000

export type NewAccount = Omit<
  Account,
  'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'alias'
> & {
  /** Null for the account's own id. */
  readonly alias: string | null
}

export type NewBalance = {
  readonly key: string
  readonly normalSide: Side
  readonly maySend: boolean
  readonly mayReceive: boolean
  readonly settings: JsonObject | null
  readonly lineage: LineageStrategy | null
  readonly metadata: JsonObject | null
}

export const PLAIN_BALANCE: NewBalance = {
  key: DEFAULT_KEY,
  normalSide: 'credit',
  maySend: true,
  mayReceive: true,
  settings: null,
  lineage: null,
  metadata: null,
}

export type Opened = { readonly account: Account; readonly balance: BalanceTerms }

export type OpenAccount = {
  readonly account: NewAccount
  readonly balance: NewBalance
  /** What else must be true under the lock of the book. */
  readonly check?: (reader: DirectoryReader) => Promise<DirectoryRefusal | null>
}

/** Opens an account with its first balance. What it refers to must be there; it has its portfolio's entity id. */
export function openAccount(
  directory: Directory,
  bookId: number,
  order: OpenAccount,
  actor: Actor,
): Promise<Decision<Opened, DirectoryRefusal>> {
  const accountId = directory.engine.freeId()
  const balanceId = directory.engine.freeId()
  return directory.edit(bookId, actor, async (reader, now) => {
    const refusal =
      (await order.check?.(reader)) ?? (await refusalOfReferences(reader, bookId, order.account))
    if (refusal !== null) return refuse(refusal)
    const { metadata, alias, ...fields } = order.account
    const { portfolioId } = fields
    const portfolio =
      portfolioId === null ? null : await reader.get('portfolio', bookId, portfolioId)
    const account: Account = {
      ...newRow(bookId, accountId, now, metadata),
      ...fields,
      entityId: fields.entityId ?? portfolio?.entityId ?? null,
      alias: alias ?? accountId,
    }
    const balance = firstTerms(account, balanceId, order.balance, now)
    return accept({
      changes: [created('account', account), created('balance', balance)],
      value: { account, balance },
    })
  })
}

/** The indicator's account in the shared book, opened unless it is there. Anybody may use it without having made it. */
export function ensureIndicator(
  directory: Directory,
  bookId: number,
  account: NewAccount & { readonly indicator: string },
  actor: Actor,
): Promise<Decision<Opened, DirectoryRefusal>> {
  const accountId = directory.engine.freeId()
  const balanceId = directory.engine.freeId()
  return directory.edit(bookId, actor, async (reader, now) => {
    const existing = await findIndicator(reader, bookId, account.indicator, account.assetCode)
    if (existing !== null) return accept({ changes: [], value: existing })
    const { metadata, alias, ...fields } = account
    const opened: Account = {
      ...newRow(bookId, accountId, now, metadata),
      ...fields,
      alias: alias ?? accountId,
    }
    const balance = firstTerms(opened, balanceId, PLAIN_BALANCE, now)
    return accept({
      changes: [created('account', opened), created('balance', balance)],
      value: { account: opened, balance },
    })
  })
}

export async function findIndicator(
  reader: DirectoryReader,
  bookId: number,
  indicator: string,
  assetCode: string,
): Promise<Opened | null> {
  const within = [equals('indicator', indicator), equals('assetCode', assetCode)]
  const [account] = await reader.list('account', bookId, { ...FIRST_PAGE, within, limit: 1 })
  if (account === undefined) return null
  const balance = await findBalance(reader, bookId, account.id, DEFAULT_KEY)
  return balance === null ? null : { account, balance }
}

/** The balance of an account under a key. */
export async function findBalance(
  reader: DirectoryReader,
  bookId: number,
  accountId: string,
  key: string,
): Promise<BalanceTerms | null> {
  const within = [equals('accountId', accountId), equals('key', key)]
  const [balance] = await reader.list('balance', bookId, { ...FIRST_PAGE, within, limit: 1 })
  return balance ?? null
}

/** The first terms of a balance of the account. */
export function firstTerms(account: Account, id: string, order: NewBalance, now: Micros): BalanceTerms {
  return {
    ...newRow(account.bookId, id, now, order.metadata),
    accountId: account.id,
    ledgerId: account.ledgerId,
    key: order.key,
    assetCode: account.assetCode,
    normalSide: order.normalSide,
    internal: false,
    principalId: null,
    companionId: null,
    overdraftLimit: null,
    maySend: order.maySend,
    mayReceive: order.mayReceive,
    settings: order.settings,
    lineage: order.lineage,
  }
}

async function refusalOfReferences(
  reader: DirectoryReader,
  bookId: number,
  account: NewAccount,
): Promise<DirectoryRefusal | null> {
  const references: readonly (readonly [keyof Rows, string | null])[] = [
    ['portfolio', account.portfolioId],
    ['segment', account.segmentId],
  ]
  for (const [entity, id] of references) {
    if (id === null) continue
    const row = await reader.get(entity, bookId, id)
    if (row === null || (row as { ledgerId?: string }).ledgerId !== account.ledgerId)
      return { code: 'reference_not_found', entity, id }
  }
  if (account.parentId === null) return null
  const parent = await reader.get('account', bookId, account.parentId)
  if (parent === null || parent.ledgerId !== account.ledgerId)
    return { code: 'reference_not_found', entity: 'account', id: account.parentId }
  return parent.assetCode === account.assetCode
    ? null
    : { code: 'parent_asset_differs', id: parent.id }
}

/** Opens one more balance of an account under a key of its own. */
export function openBalance(
  directory: Directory,
  bookId: number,
  accountId: string,
  order: NewBalance,
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.create('balance', bookId, actor, async (reader, now, id) => {
    const account = await reader.get('account', bookId, accountId)
    if (account === null) return refuse({ code: 'not_found', entity: 'account', id: accountId })
    if (account.external) return refuse({ code: 'account_external', id: accountId })
    if (order.key === OVERDRAFT_KEY) return refuse({ code: 'key_reserved', key: order.key })
    return accept(firstTerms(account, id, order, now))
  })
}

/** Switches sending and receiving; what is undefined stays as it is. Every posting ordered after it obeys. */
export function switchBalance(
  directory: Directory,
  bookId: number,
  id: string,
  flags: { readonly maySend: boolean | undefined; readonly mayReceive: boolean | undefined },
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.update('balance', bookId, id, actor, async (balance) => {
    if (balance.internal) return refuse({ code: 'balance_internal', id })
    return accept({
      maySend: flags.maySend ?? balance.maySend,
      mayReceive: flags.mayReceive ?? balance.mayReceive,
    })
  })
}

/** Closes a balance that has no money on it and none set aside. */
export function closeBalance(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.remove('balance', bookId, id, actor, async (balance, reader) => {
    if (balance.internal) return refuse({ code: 'balance_internal', id })
    if (!(await reader.isEmpty(bookId, [id])))
      return refuse({ code: 'not_empty', entity: 'balance', id })
    return accept([])
  })
}

/** Closes an account and its balances, when none of them has money on it. */
export function closeAccount(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<Account, DirectoryRefusal>> {
  return directory.remove('account', bookId, id, actor, async (account, reader, now) => {
    if (account.external) return refuse({ code: 'account_external', id })
    const balances = await balancesOf(reader, bookId, id)
    const ids = balances.map((balance) => balance.id)
    if (!(await reader.isEmpty(bookId, ids)))
      return refuse({ code: 'not_empty', entity: 'account', id })
    return accept(balances.map((balance) => deleted('balance', balance, now)))
  })
}

async function balancesOf(
  reader: DirectoryReader,
  bookId: number,
  accountId: string,
): Promise<readonly BalanceTerms[]> {
  const balances = await reader.list('balance', bookId, {
    ...FIRST_PAGE,
    within: [equals('accountId', accountId)],
    limit: BALANCES_MAX,
  })
  assert(balances.length < BALANCES_MAX, 'no account has that many balances')
  return balances
}

/**
 * Makes an identity the holder of the account of a balance. Both must be there; that the identity is missing is said
 * first. Told in the event log with what was before and after; entries, sums and lineage stay as they are.
 */
export function assignIdentity(
  directory: Directory,
  bookId: number,
  balanceId: string,
  identityId: string,
  actor: Actor,
): Promise<Decision<Account, DirectoryRefusal>> {
  return directory.edit(bookId, actor, async (reader, now) => {
    const identity = await reader.get('identity', bookId, identityId)
    if (identity === null)
      return refuse<DirectoryRefusal>({
        code: 'reference_not_found',
        entity: 'identity',
        id: identityId,
      })
    const balance = await reader.get('balance', bookId, balanceId)
    const account = balance === null ? null : await reader.get('account', bookId, balance.accountId)
    if (account === null)
      return refuse<DirectoryRefusal>({ code: 'not_found', entity: 'balance', id: balanceId })
    const { row, change } = updated('account', account, { identityId }, now)
    return accept({ changes: [change], value: row })
  })
}
