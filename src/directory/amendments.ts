/** What is written into a transaction or an entry after it was recorded. */
import { accept, type Decision, type JsonObject } from '../ledger/index.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Amendment } from './rows.ts'

/** What a transaction or an entry says of itself. */
export type Note = { readonly description: string | null; readonly metadata: JsonObject | null }

/**
 * Writes over the description and metadata of a transaction or an entry, on top of what was written before, or else of
 * what was recorded. What was recorded stays as it is.
 */
export function amend(
  directory: Directory,
  bookId: number,
  id: string,
  recorded: Note,
  change: (note: Note) => Note,
  actor: Actor,
): Promise<Decision<Amendment, DirectoryRefusal>> {
  return directory.edit(bookId, actor, async (reader, now) => {
    const before = await reader.get('amendment', bookId, id)
    if (before !== null) {
      const { row, change: fact } = updated('amendment', before, change(before), now)
      return accept({ changes: [fact], value: row })
    }
    const { description, metadata } = change(recorded)
    const row: Amendment = { ...newRow(bookId, id, now, metadata), description }
    return accept({ changes: [created('amendment', row)], value: row })
  })
}
