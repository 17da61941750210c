/** Names that one row alone may claim. */
import { type Condition, equals, FIRST_PAGE } from '../reports/index.ts'
import type { DirectoryReader } from './port.ts'

/**
 * The claim to a name, or null when another row has it. A row that is renamed goes without a claim rather than being
 * turned down; what is made new is turned down.
 */
export async function freeName(
  reader: DirectoryReader,
  entity: 'ledger' | 'asset' | 'segment',
  bookId: number,
  within: readonly Condition[],
  nameKey: string,
): Promise<string | null> {
  const claims = [...within, equals('nameKey', nameKey)]
  const taken = await reader.count(entity, bookId, { ...FIRST_PAGE, within: claims })
  return taken > 0 ? null : nameKey
}
