/**
 * Overdrafts: how far a balance may go below zero by its own terms. What it draws is carried by a companion, which the
 * ledger keeps for itself on the same account. A companion stays for as long as its balance: what was drawn is still to be
 * repaid after the overdraft has ended.
 */
import { carriedBy, formatDecimal, type Micros, type OverdraftPermit } from '../ledger/index.ts'
import { newRow } from './changes.ts'
import { overdraftKey } from './keys.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, BalanceTerms } from './rows.ts'

export type Overdraft = {
  readonly terms: Pick<BalanceTerms, 'companionId' | 'overdraftLimit'>
  /** The companion, where there was none yet. */
  readonly companion: BalanceTerms | null
}

/** What a balance is to agree about its overdraft. A balance that is never short of money needs no companion. */
export function overdraftOf(
  account: Account,
  balance: BalanceTerms,
  permit: OverdraftPermit,
  { id, now }: { readonly id: string; readonly now: Micros },
): Overdraft {
  const { companionId, overdraftLimit } = balance
  const isNeverShort = account.external || balance.normalSide === 'debit'
  if (companionId === null && (permit.kind === 'none' || isNeverShort))
    return { terms: { companionId, overdraftLimit }, companion: null }
  const limit = { none: '0', unlimited: null }
  const terms = {
    companionId: companionId ?? id,
    overdraftLimit: permit.kind === 'limited' ? formatDecimal(permit.limit) : limit[permit.kind],
  }
  if (companionId !== null) return { terms, companion: null }
  const companion: BalanceTerms = {
    ...balance,
    ...newRow(balance.bookId, id, now, null),
    key: overdraftKey(balance.key),
    normalSide: 'debit',
    internal: true,
    principalId: balance.id,
    companionId: null,
    overdraftLimit: null,
    maySend: true,
    mayReceive: true,
    settings: null,
    lineage: null,
  }
  return { terms, companion }
}

/** A limit cannot be lower than what is drawn; to end an overdraft is always possible. */
export async function refusalOfLimit(
  reader: DirectoryReader,
  { bookId, id, companionId }: BalanceTerms,
  permit: OverdraftPermit,
): Promise<DirectoryRefusal | null> {
  if (companionId === null || permit.kind !== 'limited') return null
  const { drawn } = carriedBy(await reader.sumsOf(bookId, companionId))
  return drawn > permit.limit ? { code: 'limit_below_use', id, drawn } : null
}
