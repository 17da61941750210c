/**
 * Rows without what they say of people. The fact that takes it out has it in `before`; the one that follows tells the row
 * once more, without. So everything before can be erased, and the last fact still bears witness to the row.
 */
import { accept, type Decision } from '../ledger/index.ts'
import { created, newRow, updated } from './changes.ts'
import type { Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Amendment, Identity } from './rows.ts'

/** What an identity keeps. Whatever else there is of it must be named among what goes. */
type Kept = 'bookId' | 'id' | 'identityType' | 'createdAt' | 'updatedAt' | 'deletedAt'

const NOTHING_SAID = {
  organizationName: null,
  category: null,
  firstName: null,
  lastName: null,
  otherNames: null,
  gender: null,
  emailAddress: null,
  phoneNumber: null,
  nationality: null,
  street: null,
  country: null,
  state: null,
  postCode: null,
  city: null,
  bornAt: null,
  metadata: null,
} as const satisfies Record<Exclude<keyof Identity, Kept>, null>

/** Takes everything out of an identity but its id and its type. */
export function blankIdentity(
  directory: Directory,
  bookId: number,
  id: string,
): Promise<Decision<null, DirectoryRefusal>> {
  return directory.edit<null, DirectoryRefusal>(bookId, null, async (reader, now) => {
    const before = await reader.get('identity', bookId, id)
    if (before === null) return accept({ changes: [], value: null })
    const { row, change } = updated('identity', before, NOTHING_SAID, now)
    return accept({ changes: [change, updated('identity', row, {}, now).change], value: null })
  })
}

/** Writes over the texts of transactions and of their entries: of those that are named, and of those that were amended. */
export function blankNotes(
  directory: Directory,
  bookId: number,
  transactionIds: readonly string[],
  amendedIds: readonly string[],
): Promise<Decision<null, DirectoryRefusal>> {
  return directory.edit<null, DirectoryRefusal>(bookId, null, async (reader, now) => {
    const changes = []
    for (const id of new Set([...transactionIds, ...amendedIds])) {
      const before = await reader.get('amendment', bookId, id)
      const blank: Amendment = { ...newRow(bookId, id, now, null), description: null }
      if (before === null) changes.push(created('amendment', blank))
      else {
        const { row, change } = updated(
          'amendment',
          before,
          { description: null, metadata: null },
          now,
        )
        changes.push(change, updated('amendment', row, {}, now).change)
      }
    }
    return accept({ changes, value: null })
  })
}
