/** Assets of a ledger, each with the account that stands for the outside world. */
import {
  accept,
  type Change,
  currencyScale,
  type Decision,
  type Micros,
  refuse,
} from '../ledger/index.ts'
import { type Condition, equals, FIRST_PAGE } from '../reports/index.ts'
import { BALANCES_MAX } from './balances.ts'
import { created, deleted, newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import { DEFAULT_KEY } from './keys.ts'
import { freeName } from './names.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Account, AssetRow, BalanceTerms } from './rows.ts'

/** The type of accounts that stand for the outside world. */
export const EXTERNAL_TYPE = 'external'

/** The alias of the account through which an asset enters and leaves a ledger. */
export function externalAlias(code: string): string {
  return `@external/${code}`
}

/** A ledger, and the book that its money is in. */
export type LedgerBook = {
  readonly bookId: number
  readonly ledgerId: string
  /** Whether other ledgers have their money in the same book. */
  readonly shared: boolean
}

export type NewAsset = Omit<
  AssetRow,
  'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'ledgerId' | 'nameKey' | 'scale'
>

/**
 * Makes an asset and, unless it is there, the account of the outside world. Name and code are free for one asset of a
 * ledger. In a book that counts in minor units too, a currency has the decimals of ISO 4217; elsewhere an asset has as
 * many as it needs.
 */
export function createAsset(
  directory: Directory,
  { bookId, ledgerId, shared }: LedgerBook,
  order: NewAsset,
  actor: Actor,
): Promise<Decision<AssetRow, DirectoryRefusal>> {
  const ids = [0, 1, 2].map(() => directory.engine.freeId())
  const [id = '', accountId = '', balanceId = ''] = ids
  return directory.edit(bookId, actor, async (reader, now) => {
    const named = [equals('ledgerId', ledgerId), equals('name', order.name)]
    if ((await reader.count('asset', bookId, { ...FIRST_PAGE, within: named })) > 0)
      return refuse<DirectoryRefusal>({ code: 'name_taken', constraint: 'assets_by_name' })
    const { metadata, ...fields } = order
    const asset: AssetRow = {
      ...newRow(bookId, id, now, metadata),
      ...fields,
      ledgerId,
      nameKey: order.name,
      scale: shared ? currencyScale(order.code) : null,
    }
    const alias = externalAlias(order.code)
    const outside = await findAccount(reader, bookId, ledgerId, equals('alias', alias))
    const changes = outside === null ? openOutside(asset, { accountId, balanceId }, alias, now) : []
    return accept({ changes: [created('asset', asset), ...changes], value: asset })
  })
}

async function findAccount(
  reader: DirectoryReader,
  bookId: number,
  ledgerId: string,
  condition: Condition,
): Promise<Account | null> {
  const within = [equals('ledgerId', ledgerId), condition]
  const [account] = await reader.list('account', bookId, { ...FIRST_PAGE, within, limit: 1 })
  return account ?? null
}

function openOutside(
  asset: AssetRow,
  ids: { readonly accountId: string; readonly balanceId: string },
  alias: string,
  now: Micros,
): readonly Change[] {
  const { bookId, ledgerId, code } = asset
  const account: Account = {
    ...newRow(bookId, ids.accountId, now, null),
    statusCode: EXTERNAL_TYPE,
    statusDescription: `Where ${code} comes from and goes to, made with the asset`,
    ledgerId,
    assetCode: code,
    name: `External ${code}`,
    alias,
    indicator: null,
    type: EXTERNAL_TYPE,
    external: true,
    parentId: null,
    portfolioId: null,
    segmentId: null,
    entityId: null,
    identityId: null,
    blocked: false,
  }
  const balance: BalanceTerms = {
    ...newRow(bookId, ids.balanceId, now, null),
    accountId: account.id,
    ledgerId,
    key: DEFAULT_KEY,
    assetCode: code,
    normalSide: 'debit',
    internal: false,
    principalId: null,
    companionId: null,
    overdraftLimit: null,
    maySend: true,
    mayReceive: true,
    settings: null,
    lineage: null,
  }
  return [created('account', account), created('balance', balance)]
}

/** Replaces parts of an asset. A name that another asset has may be taken, too, without a claim to it. */
export function updateAsset(
  directory: Directory,
  { bookId, ledgerId }: LedgerBook,
  id: string,
  change: (row: AssetRow) => Partial<AssetRow>,
  actor: Actor,
): Promise<Decision<AssetRow, DirectoryRefusal>> {
  return directory.update('asset', bookId, id, actor, async (row, reader) => {
    if (row.ledgerId !== ledgerId) return refuse({ code: 'not_found', entity: 'asset', id })
    const replaced = change(row)
    if (replaced.name === undefined || replaced.name === row.name) return accept(replaced)
    const within = [equals('ledgerId', ledgerId)]
    const nameKey = await freeName(reader, 'asset', bookId, within, replaced.name)
    return accept({ ...replaced, nameKey })
  })
}

/** Deletes an asset and the account of the outside world with its balances, whatever they stand at. */
export function deleteAsset(
  directory: Directory,
  { bookId, ledgerId }: LedgerBook,
  id: string,
  actor: Actor,
): Promise<Decision<AssetRow, DirectoryRefusal>> {
  return directory.remove('asset', bookId, id, actor, async (asset, reader, now) => {
    if (asset.ledgerId !== ledgerId) return refuse({ code: 'not_found', entity: 'asset', id })
    const alias = equals('alias', externalAlias(asset.code))
    const outside = await findAccount(reader, bookId, ledgerId, alias)
    if (outside === null) return accept([])
    const balances = await reader.list('balance', bookId, {
      ...FIRST_PAGE,
      within: [equals('accountId', outside.id)],
      limit: BALANCES_MAX,
    })
    return accept([
      ...balances.map((balance) => deleted('balance', balance, now)),
      deleted('account', outside, now),
    ])
  })
}
