/** Which organization, which ledger, which book. */
import { accept, assert, type Decision, refuse } from '../ledger/index.ts'
import { equals, FIRST_PAGE } from '../reports/index.ts'
import { created, newRow } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import { asksForRoutes, firstRules } from './ledger-rules.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Ledger, Organization } from './rows.ts'

/** The ledger that is there from the beginning, in the one book that its organization's ledgers share. */
export const SHARED_LEDGER_ID = '00000000-0000-4000-8000-000000000001'

export type Home = { readonly organizationId: string; readonly bookId: number }

const HOME_SETTING = 'home'

/**
 * The organization whose ledgers share one book, made at first start with its first ledger. Servers that start together
 * agree on one, because the first setting that is kept stands.
 */
export async function ensureHome(directory: Directory): Promise<Home> {
  const { store, engine } = directory
  const known = (await store.setting(HOME_SETTING)) as Home | undefined
  const home =
    known ??
    ((await store.keepSetting(HOME_SETTING, {
      organizationId: engine.freeId(),
      bookId: await store.createBook(),
    })) as Home)
  const { bookId, organizationId } = home
  const made = await directory.edit(bookId, null, async (reader, now) => {
    if ((await reader.get('organization', bookId, organizationId)) !== null)
      return accept({ changes: [], value: null })
    const status = { statusCode: 'ACTIVE', statusDescription: null }
    const organization: Organization = {
      ...newRow(bookId, organizationId, now, null),
      ...status,
      parentId: null,
      legalName: 'Home',
      legalDocument: 'home',
      doingBusinessAs: null,
      address: null,
    }
    const ledger: Ledger = {
      ...newRow(bookId, SHARED_LEDGER_ID, now, null),
      ...status,
      organizationId,
      moneyBookId: bookId,
      name: 'General Ledger',
      nameKey: null,
      settings: null,
    }
    return accept({
      changes: [created('organization', organization), created('ledger', ledger)],
      value: null,
    })
  })
  assert(made.accepted, 'nothing can stand in the way of the first organization')
  return home
}

/** Makes an organization, in a book of its own. */
export async function createOrganization(
  directory: Directory,
  order: Omit<Organization, 'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt'>,
  actor: Actor,
): Promise<Decision<Organization, DirectoryRefusal>> {
  const { parentId } = order
  if (parentId !== null && (await directory.store.bookOf(parentId)) === null)
    return refuse({ code: 'reference_not_found', entity: 'organization', id: parentId })
  const bookId = await directory.store.createBook()
  const { metadata, ...fields } = order
  return directory.create('organization', bookId, actor, async (_reader, now, id) =>
    accept({ ...newRow(bookId, id, now, metadata), ...fields }),
  )
}

/** Makes a ledger of an organization: in a book of its own, or in the organization's own book, which it shares. */
export async function createLedger(
  directory: Directory,
  bookId: number,
  order: Omit<Ledger, 'bookId' | 'id' | 'createdAt' | 'updatedAt' | 'deletedAt' | 'moneyBookId'> & {
    readonly shared: boolean
  },
  actor: Actor,
): Promise<Decision<Ledger, DirectoryRefusal>> {
  const { metadata, shared, ...fields } = order
  const moneyBookId = shared ? bookId : await directory.store.createBook()
  const id = directory.engine.freeId()
  // A new book gets its rules before anybody can know of it.
  if (!shared && asksForRoutes(fields.settings)) {
    const ruled = await directory.edit<null, never>(moneyBookId, actor, async (_reader, now) =>
      accept({ changes: firstRules(moneyBookId, id, fields.settings, now), value: null }),
    )
    if (!ruled.accepted) return ruled
  }
  return directory.edit(bookId, actor, async (reader, now) => {
    const { organizationId } = order
    if ((await reader.get('organization', bookId, organizationId)) === null)
      return refuse({ code: 'reference_not_found', entity: 'organization', id: organizationId })
    const ledger: Ledger = { ...newRow(bookId, id, now, metadata), ...fields, moneyBookId }
    const rules = shared ? firstRules(moneyBookId, id, fields.settings, now) : []
    return accept({ changes: [...rules, created('ledger', ledger)], value: ledger })
  })
}

/** Finds the books of organizations and ledgers. What is found once is remembered: neither ever moves. */
export class Tenancy {
  readonly #directory: Directory
  readonly #books = new Map<string, number>()
  readonly #ledgers = new Map<string, number>()

  constructor(directory: Directory) {
    this.#directory = directory
  }

  /** The book of an organization that lives. */
  async bookOf(organizationId: string): Promise<number | null> {
    const known = this.#books.get(organizationId)
    if (known !== undefined) return known
    const bookId = await this.#directory.store.bookOf(organizationId)
    if (bookId !== null) remember(this.#books, organizationId, bookId)
    return bookId
  }

  /** The book that the money of a ledger is in, whether or not the ledger has been deleted since it was seen. */
  async moneyBookOf(organizationId: string, ledgerId: string): Promise<number | null> {
    const key = `${organizationId}/${ledgerId}`
    const known = this.#ledgers.get(key)
    if (known !== undefined) return known
    const bookId = await this.bookOf(organizationId)
    if (bookId === null) return null
    const [ledger] = await this.#directory.store.list('ledger', bookId, {
      ...FIRST_PAGE,
      within: [equals('id', ledgerId)],
      limit: 1,
    })
    if (ledger === undefined) return null
    remember(this.#ledgers, key, ledger.moneyBookId)
    return ledger.moneyBookId
  }

  /** Forgets what was deleted. */
  forget(organizationId: string, ledgerId?: string): void {
    if (ledgerId !== undefined) this.#ledgers.delete(`${organizationId}/${ledgerId}`)
    else this.#books.delete(organizationId)
  }
}

const REMEMBERED_MAX = 100_000

function remember(map: Map<string, number>, key: string, value: number): void {
  if (map.size >= REMEMBERED_MAX) map.clear()
  map.set(key, value)
}
