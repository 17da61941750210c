/** Balances of accounts: opening more of them, switching and closing them. */
import {
  accept,
  type Decision,
  type JsonObject,
  type LineageStrategy,
  type Micros,
  refuse,
  type Side,
} from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, BalanceTerms } from './rows.ts'

export const DEFAULT_KEY = 'default'

/** The key of the balance that carries the overdraft of an account's other balances. */
export const OVERDRAFT_KEY = 'overdraft'

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
  order: NewBalance,
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.create('balance', bookId, actor, async (reader, now, id) => {
    const account = await reader.get('account', bookId, accountId)
    if (account === null) return refuse({ code: 'not_found', entity: 'account', id: accountId })
    if (account.external) return refuse({ code: 'account_external', id: accountId })
    if (order.key === OVERDRAFT_KEY) return refuse({ code: 'key_reserved', key: order.key })
    const first = await findBalance(reader, bookId, accountId, DEFAULT_KEY)
    if (first === null && order.key !== DEFAULT_KEY)
      return refuse({ code: 'not_found', entity: 'balance', id: accountId })
    return accept(firstTerms(account, id, order, now))
  })
}

/** Switches sending and receiving; what is undefined stays as it is. Every posting ordered after it obeys. */
export function switchBalance(
  directory: Directory,
  bookId: number,
  id: string,
  flags: {
    readonly maySend: boolean | undefined
    readonly mayReceive: boolean | undefined
    readonly settings?: JsonObject | undefined
  },
  actor: Actor,
): Promise<Decision<BalanceTerms, DirectoryRefusal>> {
  return directory.update('balance', bookId, id, actor, async (balance) => {
    if (balance.internal) return refuse({ code: 'balance_internal', id })
    return accept({
      maySend: flags.maySend ?? balance.maySend,
      mayReceive: flags.mayReceive ?? balance.mayReceive,
      settings: flags.settings ?? balance.settings,
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
