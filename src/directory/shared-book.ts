/** What ledgers that share a book have in common: assets by their code, and balances that need no asset made before. */
import {
  accept,
  type Change,
  currencyScale,
  type Decision,
  isCurrency,
  type Micros,
  refuse,
} from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import type { NewAccount, Opened } from './accounts.ts'
import { firstTerms, type NewBalance } from './balances.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, AssetRow } from './rows.ts'
import { SHARED_LEDGER_ID } from './tenancy.ts'

/** The asset that a shared book counts under this code, or null while nobody has used it. */
export async function findSharedAsset(
  reader: DirectoryReader,
  bookId: number,
  code: string,
): Promise<AssetRow | null> {
  const within = [equals('ledgerId', SHARED_LEDGER_ID), equals('code', code)]
  const [asset] = await reader.list('asset', bookId, { ...FIRST_PAGE, within, limit: 1 })
  return asset ?? null
}

/**
 * Makes sure that the asset is there and has a scale: that of ISO 4217 for a currency, else the one proposed, unless
 * something else was first. Once an asset has a scale it keeps it, because what was counted was counted in it.
 *
 * @param scale what to take unless it is known; null to leave it open
 */
export async function ensureSharedAsset(
  directory: Directory,
  bookId: number,
  code: string,
  scale: number | null,
  actor: Actor,
): Promise<Decision<AssetRow, DirectoryRefusal>> {
  const id = directory.engine.freeId()
  return directory.edit(bookId, actor, async (reader, now) => {
    const { asset, changes } = await assetChanges(reader, bookId, { id, code, scale }, now)
    return accept({ changes, value: asset })
  })
}

async function assetChanges(
  reader: DirectoryReader,
  bookId: number,
  {
    id,
    code,
    scale,
  }: { readonly id: string; readonly code: string; readonly scale: number | null },
  now: Micros,
): Promise<{ readonly asset: AssetRow; readonly changes: readonly Change[] }> {
  const wanted = currencyScale(code) ?? scale
  const existing = await findSharedAsset(reader, bookId, code)
  if (existing !== null) {
    if (existing.scale !== null || wanted === null) return { asset: existing, changes: [] }
    const { row, change } = updated('asset', existing, { scale: wanted }, now)
    return { asset: row, changes: [change] }
  }
  const asset: AssetRow = {
    ...newRow(bookId, id, now, null),
    statusCode: 'ACTIVE',
    statusDescription: null,
    ledgerId: SHARED_LEDGER_ID,
    name: code,
    nameKey: null,
    type: isCurrency(code) ? 'currency' : 'others',
    code,
    scale: wanted,
  }
  return { asset, changes: [created('asset', asset)] }
}

/**
 * Opens an account of a shared book with its first balance, and its asset with it. The ledger and the identity must be
 * there. An account with an indicator is the only one of that name and asset.
 */
export function openSharedAccount(
  directory: Directory,
  bookId: number,
  order: {
    readonly account: NewAccount
    readonly balance: NewBalance
    /** The scale of the asset, unless it is known. */
    readonly scale: number | null
  },
  actor: Actor,
): Promise<Decision<Opened, DirectoryRefusal>> {
  const ids = [directory.engine.freeId(), directory.engine.freeId(), directory.engine.freeId()]
  const [accountId = '', balanceId = '', assetId = ''] = ids
  return directory.edit(bookId, actor, async (reader, now) => {
    const refusal = await refusalOf(reader, bookId, order.account)
    if (refusal !== null) return refuse(refusal)
    const { metadata, alias, ...fields } = order.account
    const account: Account = {
      ...newRow(bookId, accountId, now, metadata),
      ...fields,
      alias: alias ?? accountId,
    }
    const balance = firstTerms(account, balanceId, order.balance, now)
    const wanted = { id: assetId, code: account.assetCode, scale: order.scale }
    const { changes } = await assetChanges(reader, bookId, wanted, now)
    return accept({
      changes: [...changes, created('account', account), created('balance', balance)],
      value: { account, balance },
    })
  })
}

async function refusalOf(
  reader: DirectoryReader,
  bookId: number,
  { ledgerId, identityId }: NewAccount,
): Promise<DirectoryRefusal | null> {
  if ((await reader.get('ledger', bookId, ledgerId)) === null)
    return { code: 'reference_not_found', entity: 'ledger', id: ledgerId }
  if (identityId !== null && (await reader.get('identity', bookId, identityId)) === null)
    return { code: 'reference_not_found', entity: 'identity', id: identityId }
  return null
}
