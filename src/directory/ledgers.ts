import { accept, type Decision, refuse } from '../ledger/index.ts'
import { equals } from '../reports/index.ts'
import type { Actor, Directory } from './directory.ts'
import { freeName } from './names.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Ledger, Rows } from './rows.ts'

/** What two names of ledgers of one organization must not have in common. */
export function ledgerNameKey(name: string): string {
  return name.toLowerCase()
}

/** Replaces parts of a ledger. A name that another one has may be taken, too, without a claim to it. */
export function updateLedger(
  directory: Directory,
  bookId: number,
  id: string,
  change: (row: Ledger) => Partial<Ledger>,
  actor: Actor,
): Promise<Decision<Ledger, DirectoryRefusal>> {
  return directory.update('ledger', bookId, id, actor, async (row, reader) => {
    const replaced = change(row)
    if (replaced.name === undefined || replaced.name === row.name) return accept(replaced)
    const within = [equals('organizationId', row.organizationId)]
    const nameKey = ledgerNameKey(replaced.name)
    if (nameKey === row.nameKey) return accept(replaced)
    return accept({
      ...replaced,
      nameKey: await freeName(reader, 'ledger', bookId, within, nameKey),
    })
  })
}

type InLedger = 'portfolio' | 'segment' | 'account_type' | 'operation_route' | 'transaction_route'

/** Replaces parts of what belongs to a ledger, if it belongs to this one. */
export function updateInLedger<E extends InLedger>(
  directory: Directory,
  entity: E,
  { bookId, ledgerId }: { readonly bookId: number; readonly ledgerId: string },
  id: string,
  change: (row: Rows[E]) => Partial<Rows[E]>,
  actor: Actor,
): Promise<Decision<Rows[E], DirectoryRefusal>> {
  return directory.update(entity, bookId, id, actor, async (row) =>
    row.ledgerId === ledgerId ? accept(change(row)) : refuse({ code: 'not_found', entity, id }),
  )
}

/** Deletes what belongs to a ledger, if it belongs to this one. */
export function removeInLedger<E extends InLedger>(
  directory: Directory,
  entity: E,
  { bookId, ledgerId }: { readonly bookId: number; readonly ledgerId: string },
  id: string,
  actor: Actor,
): Promise<Decision<Rows[E], DirectoryRefusal>> {
  return directory.remove(entity, bookId, id, actor, async (row) =>
    row.ledgerId === ledgerId ? accept([]) : refuse({ code: 'not_found', entity, id }),
  )
}
