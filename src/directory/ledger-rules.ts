/**
 * What a ledger's settings ask of postings, kept where postings are decided: in the book of its money. Whoever changes it
 * there advances the head of that book, so no server goes on by what held before.
 */
import {
  accept,
  type Change,
  type Decision,
  type JsonObject,
  type Micros,
} from '../ledger/index.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Ledger } from './rows.ts'

/** Whether settings ask for routes. */
export function asksForRoutes(settings: JsonObject | null): boolean {
  const accounting = settings?.['accounting'] as JsonObject | null | undefined
  return accounting?.['validateRoutes'] === true
}

/** The rules that a new ledger begins with: none are written where none are asked for. */
export function firstRules(
  moneyBookId: number,
  ledgerId: string,
  settings: JsonObject | null,
  now: Micros,
): readonly Change[] {
  if (!asksForRoutes(settings)) return []
  const row = { ...newRow(moneyBookId, ledgerId, now, null), validateRoutes: true }
  return [created('ledger_rules', row)]
}

/**
 * Changes the settings of a ledger and puts them in force. The two may be in different books, so this is two steps: after
 * a crash between them the settings say what is not in force, until they are written again.
 */
export async function changeSettings(
  directory: Directory,
  bookId: number,
  id: string,
  change: (settings: JsonObject | null) => JsonObject | null,
  actor: Actor,
): Promise<Decision<Ledger, DirectoryRefusal>> {
  const changed = await directory.update('ledger', bookId, id, actor, async (row) =>
    accept({ settings: change(row.settings) }),
  )
  if (!changed.accepted) return changed
  const { moneyBookId } = changed.outcome
  const inForce = await directory.edit<null, never>(moneyBookId, actor, async (reader, now) =>
    accept({ changes: await rulesInForce(reader, changed.outcome, now), value: null }),
  )
  return inForce.accepted ? changed : inForce
}

/** What the settings say by now, which others may have changed since: whoever comes last puts the last word in force. */
async function rulesInForce(
  reader: DirectoryReader,
  { bookId, moneyBookId, id }: Ledger,
  now: Micros,
): Promise<readonly Change[]> {
  const ledger = await reader.get('ledger', bookId, id)
  const rules = await reader.get('ledger_rules', moneyBookId, id)
  const validateRoutes = asksForRoutes(ledger?.settings ?? null)
  if ((rules?.validateRoutes ?? false) === validateRoutes) return []
  return rules === null
    ? firstRules(moneyBookId, id, ledger?.settings ?? null, now)
    : [updated('ledger_rules', rules, { validateRoutes }, now).change]
}
