/** Identities: who holds accounts. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Identity } from './rows.ts'

export type NewIdentity = Omit<
  Identity,
  'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt'
> & {
  /** An id that the caller chose; null for one of ours. */
  readonly id: string | null
}

/** Records an identity, unless its own id is in use. */
export function createIdentity(
  directory: Directory,
  bookId: number,
  order: NewIdentity,
  actor: Actor,
): Promise<Decision<Identity, DirectoryRefusal>> {
  return directory.create('identity', bookId, actor, async (reader, now, freeId) => {
    const { id: own, metadata, ...fields } = order
    if (own !== null && (await reader.get('identity', bookId, own)) !== null)
      return refuse({ code: 'in_use', entity: 'identity', id: own })
    return accept({ ...newRow(bookId, own ?? freeId, now, metadata), ...fields })
  })
}

/** Deletes an identity that holds nothing. */
export function removeIdentity(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<Identity, DirectoryRefusal>> {
  const held = { ...FIRST_PAGE, within: [equals('identityId', id)], limit: 1 }
  return directory.remove('identity', bookId, id, actor, async (_row, reader) => {
    for (const entity of ['account', 'bank_account'] as const)
      if ((await reader.list(entity, bookId, held)).length > 0)
        return refuse({ code: 'in_use', entity: 'identity', id })
    return accept([])
  })
}
