/** Accounts of a ledger with assets of its own: what they must refer to, and what may change of them. */
import { accept, type Decision, LOT_TYPE, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { type NewAccount, type Opened, openAccount } from './accounts.ts'
import { EXTERNAL_TYPE, type LedgerBook } from './assets.ts'
import { findBalance, PLAIN_BALANCE } from './balances.ts'
import type { Actor, Directory } from './directory.ts'
import { DEFAULT_KEY } from './keys.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account } from './rows.ts'
import { SHARED_LEDGER_ID } from './tenancy.ts'

export type AccountOrder = {
  readonly account: Omit<NewAccount, 'ledgerId' | 'external' | 'indicator' | 'identityId'>
  /** Whether its type must be registered; that of the outside world need not be. */
  readonly typeIsRegistered: boolean
}

/** Opens an account of an asset of the ledger with its first balance. */
export function openLedgerAccount(
  directory: Directory,
  place: LedgerBook,
  { account, typeIsRegistered }: AccountOrder,
  actor: Actor,
): Promise<Decision<Opened, DirectoryRefusal>> {
  const { bookId, ledgerId } = place
  const external = account.type === EXTERNAL_TYPE
  const order = {
    account: { ...account, ledgerId, external, indicator: null, identityId: null },
    balance: { ...PLAIN_BALANCE, normalSide: external ? ('debit' as const) : ('credit' as const) },
    check: async (reader: DirectoryReader) =>
      (await refusalOfAsset(reader, place, account.assetCode)) ??
      (typeIsRegistered && !external
        ? await refusalOfType(reader, bookId, ledgerId, account.type)
        : null),
  }
  return openAccount(directory, bookId, order, actor)
}

async function refusalOfAsset(
  reader: DirectoryReader,
  { bookId, ledgerId, shared }: LedgerBook,
  code: string,
): Promise<DirectoryRefusal | null> {
  const ledgers = shared ? [ledgerId, SHARED_LEDGER_ID] : [ledgerId]
  const found = await reader.count('asset', bookId, {
    ...FIRST_PAGE,
    within: [{ field: 'ledgerId', operator: 'in', values: ledgers }, equals('code', code)],
  })
  return found > 0 ? null : { code: 'reference_not_found', entity: 'asset', id: code }
}

async function refusalOfType(
  reader: DirectoryReader,
  bookId: number,
  ledgerId: string,
  type: string,
): Promise<DirectoryRefusal | null> {
  const within = [equals('ledgerId', ledgerId), equals('keyValue', type)]
  const found = await reader.count('account_type', bookId, { ...FIRST_PAGE, within })
  return found > 0 ? null : { code: 'account_type_unknown', type }
}

/** Replaces parts of an account. What it is to belong to must be in the same ledger. */
export function updateLedgerAccount(
  directory: Directory,
  { bookId, ledgerId }: LedgerBook,
  id: string,
  change: (row: Account) => Partial<Account>,
  actor: Actor,
): Promise<Decision<Account, DirectoryRefusal>> {
  return directory.update('account', bookId, id, actor, async (row, reader) => {
    if (row.ledgerId !== ledgerId) return refuse({ code: 'not_found', entity: 'account', id })
    if (row.external) return refuse({ code: 'account_external', id })
    // The name of a lot is the ledger's own.
    const kept = row.type === LOT_TYPE ? await findBalance(reader, bookId, id, DEFAULT_KEY) : null
    if (kept?.internal === true) return refuse({ code: 'balance_internal', id: kept.id })
    const replaced = change(row)
    const references = [
      ['segment', replaced.segmentId ?? null],
      ['portfolio', replaced.portfolioId ?? null],
    ] as const
    for (const [entity, reference] of references) {
      if (reference === null) continue
      const found = await reader.get(entity, bookId, reference)
      if (found?.ledgerId !== ledgerId)
        return refuse({ code: 'reference_not_found', entity, id: reference })
    }
    return accept(replaced)
  })
}
