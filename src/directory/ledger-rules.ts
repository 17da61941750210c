/**
 * What a ledger's settings ask of postings, kept where postings are decided: in the book of its money. Whoever changes it
 * there advances the head of that book, so no server goes on by what held before.
 */
import type { EditRefusal } from '../engine/index.ts'
import {
  accept,
  type Change,
  type Decision,
  type JsonObject,
  type Micros,
} from '../ledger/index.ts'
import { created, newRow, updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryReader, UnderwayNote } from './port.ts'
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
 * Changes the settings of a ledger and puts them in force. The two may be in different books, so this is two commits. That
 * there will be two is noted before: what is lost between them is made up for by `finishSettings`.
 */
export async function changeSettings(
  directory: Directory,
  { bookId, ledgerId }: { readonly bookId: number; readonly ledgerId: string },
  change: (settings: JsonObject | null) => JsonObject | null,
  actor: Actor,
  notedAt: Micros,
): Promise<Decision<Ledger, DirectoryRefusal>> {
  const { settingsUnderway } = directory.store
  const note = { bookId, id: directory.engine.freeId(), ledgerId, notedAt }
  await settingsUnderway.note(note)
  const changed = await directory.update('ledger', bookId, ledgerId, actor, async (row) =>
    accept({ settings: change(row.settings) }),
  )
  const inForce = changed.accepted
    ? await putInForce(directory, changed.outcome, actor)
    : accept(null)
  await settingsUnderway.done(note)
  return inForce.accepted ? changed : inForce
}

/** Notes that are looked at together. */
const NOTES_MAX = 100

/** Microseconds after which nobody is still at what was noted. */
const UNDERWAY_MAX = 60_000_000

/**
 * Puts in force what changes of settings have left behind. Others may still be at it, which does no harm: each puts in
 * force what the settings say by then. So a note stays for as long as its change might still be made.
 */
export async function finishSettings(
  directory: Directory,
  now: Micros,
  failed: (error: unknown) => void,
): Promise<void> {
  for (const note of await directory.store.settingsUnderway.left(NOTES_MAX))
    await finish(directory, note, now).catch(failed)
}

async function finish(directory: Directory, note: UnderwayNote, now: Micros): Promise<void> {
  const ledger = await directory.store.get('ledger', note.bookId, note.ledgerId)
  if (ledger !== null) await putInForce(directory, ledger, null)
  if (note.notedAt < now - UNDERWAY_MAX) await directory.store.settingsUnderway.done(note)
}

function putInForce(
  directory: Directory,
  ledger: Ledger,
  actor: Actor,
): Promise<Decision<null, EditRefusal>> {
  return directory.edit<null, never>(ledger.moneyBookId, actor, async (reader, now) =>
    accept({ changes: await rulesInForce(reader, ledger, now), value: null }),
  )
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
