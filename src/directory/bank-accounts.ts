/** Accounts at banks that lead to balances. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { BankAccount } from './rows.ts'

export type NewBankAccount = Pick<BankAccount, 'number' | 'bankName' | 'balanceId' | 'metadata'> & {
  /** Null for whoever holds the balance. */
  readonly identityId: string | null
}

/**
 * Records a bank account that leads to a balance. It is named after its identity and keeps the ledger, the asset and
 * the identity that it was made with, whatever becomes of the balance.
 */
export function openBankAccount(
  directory: Directory,
  bookId: number,
  order: NewBankAccount,
  actor: Actor,
): Promise<Decision<BankAccount, DirectoryRefusal>> {
  return directory.create('bank_account', bookId, actor, async (reader, now, id) => {
    const { metadata, balanceId, ...fields } = order
    const balance = await reader.get('balance', bookId, balanceId)
    if (balance === null) return missing('balance', balanceId)
    const account = await reader.get('account', bookId, balance.accountId)
    const identityId = order.identityId ?? account?.identityId ?? null
    if (identityId === null) return missing('identity', '')
    const identity = await reader.get('identity', bookId, identityId)
    if (identity === null) return missing('identity', identityId)
    const person = [identity.firstName, identity.lastName].filter((name) => name !== null).join(' ')
    return accept({
      ...newRow(bookId, id, now, metadata),
      ...fields,
      name: person === '' ? (identity.organizationName ?? '') : person,
      assetCode: balance.assetCode,
      ledgerId: balance.ledgerId,
      balanceId,
      identityId,
    })
  })
}

function missing(entity: 'balance' | 'identity', id: string) {
  return refuse<DirectoryRefusal>({ code: 'reference_not_found', entity, id })
}
