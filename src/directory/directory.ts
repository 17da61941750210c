import type { Edit, EditRefusal, Engine } from '../engine/index.ts'
import { accept, type Change, type Decision, type Micros, refuse } from '../ledger/index.ts'
import { created, deleted, updated } from './changes.ts'
import type { DirectoryReader, DirectoryStore } from './port.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Rows } from './rows.ts'

/** Who asks, for the event log. */
export type Actor = string | null

/**
 * Everything of the books that is not money. Reading asks the store; each change is an edit that the engine runs under
 * the lock of the book, so what it checked is still true when it is written.
 */
export class Directory {
  readonly store: DirectoryStore
  readonly engine: Engine<DirectoryReader>

  constructor(store: DirectoryStore, engine: Engine<DirectoryReader>) {
    this.store = store
    this.engine = engine
  }

  edit<Value, Reason>(
    bookId: number,
    actor: Actor,
    edit: Edit<DirectoryReader, Value, Reason>,
  ): Promise<Decision<Value, Reason | EditRefusal>> {
    return this.engine.edit(bookId, edit, actor)
  }

  /** Makes a row, after the checks that `prepare` makes under the lock. */
  create<E extends keyof Rows>(
    entity: E,
    bookId: number,
    actor: Actor,
    prepare: (
      reader: DirectoryReader,
      now: Micros,
      id: string,
    ) => Promise<Decision<Rows[E], DirectoryRefusal>>,
  ): Promise<Decision<Rows[E], DirectoryRefusal>> {
    const id = this.engine.freeId()
    return this.edit(bookId, actor, async (reader, now) => {
      const prepared = await prepare(reader, now, id)
      if (!prepared.accepted) return prepared
      const row = prepared.outcome
      return accept({ changes: [created(entity, row)], value: row })
    })
  }

  /** Replaces parts of a row, as `change` says after it has seen the row under the lock. */
  update<E extends keyof Rows>(
    entity: E,
    bookId: number,
    id: string,
    actor: Actor,
    change: (
      row: Rows[E],
      reader: DirectoryReader,
    ) => Promise<Decision<Partial<Rows[E]>, DirectoryRefusal>>,
  ): Promise<Decision<Rows[E], DirectoryRefusal>> {
    return this.edit(bookId, actor, async (reader, now) => {
      const before = await reader.get(entity, bookId, id)
      if (before === null) return refuse<DirectoryRefusal>({ code: 'not_found', entity, id })
      const replaced = await change(before, reader)
      if (!replaced.accepted) return replaced
      const after = updated(entity, before, replaced.outcome, now)
      return accept({ changes: [after.change], value: after.row })
    })
  }

  /** Deletes a row, and with it whatever `also` says after it has seen the row under the lock. */
  remove<E extends keyof Rows>(
    entity: E,
    bookId: number,
    id: string,
    actor: Actor,
    also: (
      row: Rows[E],
      reader: DirectoryReader,
      now: Micros,
    ) => Promise<Decision<readonly Change[], DirectoryRefusal>> = async () => accept([]),
  ): Promise<Decision<Rows[E], DirectoryRefusal>> {
    return this.edit(bookId, actor, async (reader, now) => {
      const row = await reader.get(entity, bookId, id)
      if (row === null) return refuse<DirectoryRefusal>({ code: 'not_found', entity, id })
      const others = await also(row, reader, now)
      if (!others.accepted) return others
      return accept({ changes: [...others.outcome, deleted(entity, row, now)], value: row })
    })
  }
}
