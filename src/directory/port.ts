/** What the directory needs from storage. */
import type { Micros, Sums } from '../ledger/index.ts'
import type { ListQuery } from '../reports/index.ts'
import type { Rows } from './rows.ts'

/** Reads rows that live; deleted ones only where it is said. */
export interface DirectoryReader {
  get<E extends keyof Rows>(entity: E, bookId: number, id: string): Promise<Rows[E] | null>
  /** Those of the rows that there are, in no order. */
  getAll<E extends keyof Rows>(
    entity: E,
    bookId: number,
    ids: readonly string[],
  ): Promise<readonly Rows[E][]>
  list<E extends keyof Rows>(
    entity: E,
    bookId: number,
    query: ListQuery,
  ): Promise<readonly Rows[E][]>
  count<E extends keyof Rows>(entity: E, bookId: number, query: ListQuery): Promise<number>
  /** The sums of balances are all zero. */
  isEmpty(bookId: number, balanceIds: readonly string[]): Promise<boolean>
  /** The sums of a balance that exists. */
  sumsOf(bookId: number, balanceId: string): Promise<Sums>
}

export interface DirectoryStore extends DirectoryReader {
  /** The book of an organization that lives, or null. */
  bookOf(organizationId: string): Promise<number | null>
  /** Organizations live each in a book of its own: the one list that spans books. */
  organizations(query: ListQuery): Promise<readonly Rows['organization'][]>
  countOrganizations(query: ListQuery): Promise<number>
  /** Makes an empty book. */
  createBook(): Promise<number>
  /** The names of metadata that somebody asked to have indexed. */
  readonly metadataIndexes: MetadataIndexStore
  readonly settingsUnderway: SettingsUnderway
  setting(name: string): Promise<unknown>
  /** Keeps a setting unless it is there already; returns what is kept. */
  keepSetting(name: string, value: unknown): Promise<unknown>
}

/** A change of a ledger's settings that is not in force for certain yet. */
export type UnderwayNote = {
  /** The book of the organization. */
  readonly bookId: number
  readonly id: string
  readonly ledgerId: string
  readonly notedAt: Micros
}

export interface SettingsUnderway {
  note(note: UnderwayNote): Promise<void>
  done(note: UnderwayNote): Promise<void>
  /** The oldest first. */
  left(limit: number): Promise<readonly UnderwayNote[]>
}

/** A name of metadata that is to be found quickly, as somebody asked. */
export type MetadataIndex = {
  readonly entity: string
  readonly key: string
  readonly isUnique: boolean
  readonly isSparse: boolean
  readonly createdAt: string
}

export interface MetadataIndexStore {
  /** Those of an entity, or all, in the order of their names. */
  list(entity: string | null): Promise<readonly MetadataIndex[]>
  /** What there is under the name afterwards: the new one or an older one; null when there are too many already. */
  create(
    index: Omit<MetadataIndex, 'createdAt'>,
    now: Micros,
    most: number,
  ): Promise<MetadataIndex | null>
  /** Whether there was one. */
  remove(entity: string, key: string): Promise<boolean>
}
