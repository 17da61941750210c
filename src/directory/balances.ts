/** Balances of accounts: opening more of them, agreeing on them anew, and closing them. */
import {
  accept,
  type Change,
  type Decision,
  type JsonObject,
  type LineageStrategy,
  type Micros,
  type OverdraftPermit,
  refuse,
  type Side,
} from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { created, deleted, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import { DEFAULT_KEY, isOverdraftKey } from './keys.ts'
import { overdraftOf, refusalOfLimit } from './overdrafts.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, BalanceTerms } from './rows.ts'

/** Balances that one account may have. */
export const BALANCES_MAX = 1000

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
export function firstTerms(
  account: Account,
  id: string,
  order: NewBalance,
  now: Micros,
): BalanceTerms {
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

/** Opens one more balance of an account under a key of its own, beside the one it began with. */
export function openBalance(
  directory: Directory,
  bookId: number,
  accountId: string,
  order: NewBalance & { readonly overdraft: OverdraftPermit },
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  const id = directory.engine.freeId()
  const companionId = directory.engine.freeId()
  return directory.edit(bookId, actor, async (reader, now) => {
    const account = await reader.get('account', bookId, accountId)
    if (account === null)
      return refuse<DirectoryRefusal>({ code: 'not_found', entity: 'account', id: accountId })
    if (account.external)
      return refuse<DirectoryRefusal>({ code: 'account_external', id: accountId })
    if (isOverdraftKey(order.key))
      return refuse<DirectoryRefusal>({ code: 'key_reserved', key: order.key })
    const first = await findBalance(reader, bookId, accountId, DEFAULT_KEY)
    if (first === null && order.key !== DEFAULT_KEY)
      return refuse<DirectoryRefusal>({ code: 'not_found', entity: 'balance', id: accountId })
    const full = await refusalOfCount(reader, account)
    if (full !== null) return refuse(full)
    const plain = firstTerms(account, id, order, now)
    const made = { id: companionId, now }
    const { terms, companion } = overdraftOf(account, plain, order.overdraft, made)
    const balance = { ...plain, ...terms }
    return accept({ changes: [created('balance', balance), ...makes(companion)], value: balance })
  })
}

/** Whether an account has room for one more balance and its companion. */
async function refusalOfCount(
  reader: DirectoryReader,
  { bookId, id }: Account,
): Promise<DirectoryRefusal | null> {
  const within = [equals('accountId', id)]
  const count = await reader.count('balance', bookId, { ...FIRST_PAGE, within })
  return count + 2 < BALANCES_MAX
    ? null
    : { code: 'too_many', entity: 'balance', most: BALANCES_MAX }
}

function makes(companion: BalanceTerms | null): readonly Change[] {
  return companion === null ? [] : [created('balance', companion)]
}

/** What is to be agreed anew about a balance; what is undefined stays as it is. */
export type BalanceChange = {
  readonly maySend: boolean | undefined
  readonly mayReceive: boolean | undefined
  readonly settings?: JsonObject | undefined
  readonly overdraft?: OverdraftPermit | undefined
  readonly metadata?: (before: JsonObject | null) => JsonObject | null
}

/** Switches sending and receiving, and agrees on an overdraft. Every posting ordered after it obeys. */
export function updateBalance(
  directory: Directory,
  bookId: number,
  id: string,
  change: BalanceChange,
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  const companionId = directory.engine.freeId()
  return directory.edit(bookId, actor, async (reader, now) => {
    const balance = await reader.get('balance', bookId, id)
    const account = balance === null ? null : await reader.get('account', bookId, balance.accountId)
    if (balance === null || account === null)
      return refuse<DirectoryRefusal>({ code: 'not_found', entity: 'balance', id })
    if (balance.internal) return refuse<DirectoryRefusal>({ code: 'balance_internal', id })
    const permit = change.overdraft
    const made = { id: companionId, now }
    const overdraft = permit === undefined ? null : overdraftOf(account, balance, permit, made)
    const companion = overdraft?.companion ?? null
    const refusal =
      (permit === undefined ? null : await refusalOfLimit(reader, balance, permit)) ??
      (companion === null ? null : await refusalOfCount(reader, account))
    if (refusal !== null) return refuse(refusal)
    const replaced = {
      ...overdraft?.terms,
      maySend: change.maySend ?? balance.maySend,
      mayReceive: change.mayReceive ?? balance.mayReceive,
      settings: change.settings ?? balance.settings,
      metadata:
        change.metadata === undefined ? balance.metadata : change.metadata(balance.metadata),
    }
    const after = updated('balance', balance, replaced, now)
    return accept({
      changes: [...makes(companion), after.change],
      value: after.row,
    })
  })
}

/** Closes a balance that has no money on it, none set aside, and no overdraft to repay. */
export function closeBalance(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.remove('balance', bookId, id, actor, async (balance, reader, now) => {
    if (balance.internal) return refuse({ code: 'balance_internal', id })
    const { companionId } = balance
    const companion = companionId === null ? null : await reader.get('balance', bookId, companionId)
    const ids = companion === null ? [id] : [id, companion.id]
    if (!(await reader.isEmpty(bookId, ids)))
      return refuse({ code: 'not_empty', entity: 'balance', id })
    return accept(companion === null ? [] : [deleted('balance', companion, now)])
  })
}
