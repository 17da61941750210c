/** Accounts: opening them with their first balance, closing them, and who holds them. */
import { accept, assert, type Decision, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { BALANCES_MAX, findBalance, firstTerms, type NewBalance } from './balances.ts'
import { created, deleted, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import { DEFAULT_KEY } from './keys.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, BalanceTerms, Rows } from './rows.ts'

export type NewAccount = Omit<
  Account,
  'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'alias'
> & {
  /** Null for the account's own id. */
  readonly alias: string | null
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
    const kept = balances.find((balance) => balance.internal && balance.principalId === null)
    if (kept !== undefined) return refuse({ code: 'balance_internal', id: kept.id })
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
