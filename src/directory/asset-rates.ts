/** What one asset is worth in another: one rate for each pair of codes in a ledger. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { type Condition, equals, FIRST_PAGE } from '../reports/index.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { AssetRate } from './rows.ts'

export type AssetRateOrder = Pick<
  AssetRate,
  'fromCode' | 'toCode' | 'rate' | 'scale' | 'ttl' | 'effectiveAt'
> & {
  /** Null to keep the one it has, or to be given one. */
  readonly externalId: string | null
  /** Null to keep the one it has. */
  readonly source: string | null
  readonly metadata: (before: AssetRate['metadata']) => AssetRate['metadata']
}

/** Makes the rate of a pair, or replaces it. An external id belongs to one pair. */
export function putAssetRate(
  directory: Directory,
  { bookId, ledgerId }: { readonly bookId: number; readonly ledgerId: string },
  order: AssetRateOrder,
  actor: Actor,
): Promise<Decision<AssetRate, DirectoryRefusal>> {
  const freeIds = [directory.engine.freeId(), directory.engine.freeId()]
  const [id = '', externalId = ''] = freeIds
  return directory.edit(bookId, actor, async (reader, now) => {
    const { fromCode, toCode, rate, scale, ttl, effectiveAt, source } = order
    const find = (conditions: readonly Condition[]) =>
      findRate(reader, bookId, ledgerId, conditions)
    const before = await find([equals('fromCode', fromCode), equals('toCode', toCode)])
    if (order.externalId !== null && order.externalId !== before?.externalId) {
      const other = await find([equals('externalId', order.externalId)])
      if (other !== null)
        return refuse<DirectoryRefusal>({
          code: 'name_taken',
          constraint: 'asset_rates_by_external_id',
        })
    }
    if (before === null) {
      const row: AssetRate = {
        ...newRow(bookId, id, now, order.metadata(null)),
        ledgerId,
        externalId: order.externalId ?? externalId,
        fromCode,
        toCode,
        rate,
        scale,
        source,
        ttl,
        effectiveAt,
      }
      return accept({ changes: [created('asset_rate', row)], value: row })
    }
    const replaced = {
      externalId: order.externalId ?? before.externalId,
      rate,
      scale,
      source: source ?? before.source,
      ttl,
      effectiveAt,
      metadata: order.metadata(before.metadata),
    }
    const { row, change } = updated('asset_rate', before, replaced, now)
    return accept({ changes: [change], value: row })
  })
}

async function findRate(
  reader: DirectoryReader,
  bookId: number,
  ledgerId: string,
  conditions: readonly Condition[],
): Promise<AssetRate | null> {
  const within = [equals('ledgerId', ledgerId), ...conditions]
  const [rate] = await reader.list('asset_rate', bookId, { ...FIRST_PAGE, within, limit: 1 })
  return rate ?? null
}
