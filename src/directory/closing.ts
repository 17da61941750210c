/** Deleting what has a book: the book takes nothing more, on any server, before its owner is gone. */
import { accept, type Decision, refuse } from '../ledger/index.ts'
import { FIRST_PAGE } from '../reports/index.ts'
import { created, newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Closure, Ledger, Organization } from './rows.ts'

/** Ledgers that are closed before it is looked again whether there are more. */
const LEDGERS_AT_ONCE = 100

/**
 * Deletes a ledger with a book of its own. A crash on the way leaves a ledger that takes no postings; deleting it again
 * ends the work. A ledger that shares its organization's book stays.
 */
export async function deleteLedger(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<Ledger, DirectoryRefusal>> {
  const ledger = await directory.store.get('ledger', bookId, id)
  if (ledger === null) return refuse({ code: 'not_found', entity: 'ledger', id })
  if (ledger.moneyBookId === bookId) return refuse({ code: 'permanent', entity: 'ledger', id })
  const closed = await closeBook(directory, ledger.moneyBookId, id, actor)
  if (!closed.accepted && closed.refusal.code !== 'book_closed') return closed
  return directory.remove('ledger', bookId, id, actor)
}

function closeBook(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<Closure, DirectoryRefusal>> {
  return directory.edit(bookId, actor, async (_reader, now) => {
    const closure: Closure = newRow(bookId, id, now, null)
    return accept({ changes: [created('closure', closure)], value: closure })
  })
}

/** Deletes an organization with all of its ledgers. */
export async function deleteOrganization(
  directory: Directory,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<Decision<Organization, DirectoryRefusal>> {
  for (;;) {
    const ledgers = await directory.store.list('ledger', bookId, {
      ...FIRST_PAGE,
      limit: LEDGERS_AT_ONCE,
    })
    for (const ledger of ledgers) {
      const gone = await deleteLedger(directory, bookId, ledger.id, actor)
      if (!gone.accepted && gone.refusal.code !== 'not_found') return gone
    }
    const deleted = await directory.remove(
      'organization',
      bookId,
      id,
      actor,
      async (_, reader, now) =>
        (await reader.count('ledger', bookId, FIRST_PAGE)) > 0
          ? refuse({ code: 'in_use', entity: 'organization', id })
          : accept([created('closure', newRow(bookId, id, now, null))]),
    )
    if (deleted.accepted || deleted.refusal.code !== 'in_use') return deleted
  }
}
