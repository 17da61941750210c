/**
 * Fields of identities that are kept encrypted. A token stands in the field, and tells by itself that it is one.
 *
 * The fact that encrypts a field has its clear text in `before`; the one that follows it tells the row once more, without.
 * So everything that has the clear text can be erased, and the last fact still bears witness to the row.
 */
import { accept, type Decision, type Micros, refuse } from '../ledger/index.ts'
import { isToken, type Vault } from '../vault/index.ts'
import { updated } from './changes.ts'
import type { Actor, Directory } from './directory.ts'
import type { DirectoryRefusal } from './refusal.ts'
import type { Identity } from './rows.ts'

export const TOKENIZABLE = [
  'firstName',
  'lastName',
  'otherNames',
  'emailAddress',
  'phoneNumber',
  'street',
  'postCode',
] as const satisfies readonly (keyof Identity)[]

export type TokenField = (typeof TOKENIZABLE)[number]

export type TokenRefusal =
  | DirectoryRefusal
  | { readonly code: 'already_tokenized'; readonly field: TokenField }
  /** A field that is kept encrypted was to be changed, and there is no key to encrypt with. */
  | { readonly code: 'no_key' }

/** The fields of an identity that hold tokens. */
export function tokenizedIn(identity: Identity): readonly TokenField[] {
  return TOKENIZABLE.filter((field) => isToken(identity[field]))
}

function placeOf({ bookId, id }: Identity, field: TokenField): string {
  return `${bookId}|${id}|${field}`
}

/** The clear text of a field that holds a token, or null when it cannot be read with the keys that are here. */
export function clearTextOf(vault: Vault, identity: Identity, field: TokenField): string | null {
  return vault.detokenize(placeOf(identity, field), identity[field] ?? '')
}

/** Puts tokens into fields; all of them, or none when one of them holds a token already. */
export function tokenizeFields(
  directory: Directory,
  vault: Vault,
  bookId: number,
  id: string,
  fields: readonly TokenField[],
  actor: Actor,
): Promise<Decision<Identity, TokenRefusal>> {
  return directory.edit<Identity, TokenRefusal>(bookId, actor, async (reader, now) => {
    const before = await reader.get('identity', bookId, id)
    if (before === null) return refuse({ code: 'not_found', entity: 'identity', id })
    const field = fields.find((one) => isToken(before[one]))
    if (field !== undefined) return refuse({ code: 'already_tokenized', field })
    const tokens = fields.map((one) => [one, tokenFor(vault, before, one, before[one] ?? '')])
    return accept(replaced(before, Object.fromEntries(tokens), now))
  })
}

function tokenFor(vault: Vault, row: Identity, field: TokenField, text: string): string {
  return vault.tokenize(placeOf(row, field), text)
}

function replaced(before: Identity, tokens: Partial<Identity>, now: Micros) {
  const { row, change } = updated('identity', before, tokens, now)
  return { changes: [change, updated('identity', row, {}, now).change], value: row }
}

/** Changes an identity; what was made secret stays so. */
export function changeIdentity(
  directory: Directory,
  vault: Vault | null,
  bookId: number,
  id: string,
  change: Partial<Identity>,
  actor: Actor,
): Promise<Decision<Identity, TokenRefusal>> {
  return directory.edit<Identity, TokenRefusal>(bookId, actor, async (reader, now) => {
    const before = await reader.get('identity', bookId, id)
    if (before === null) return refuse({ code: 'not_found', entity: 'identity', id })
    const kept = keptSecret(vault, before, change)
    if (kept === null) return refuse({ code: 'no_key' })
    const after = updated('identity', before, kept, now)
    return accept({ changes: [after.change], value: after.row })
  })
}

/**
 * What a change writes, where fields that hold tokens are to hold another text: a token for it. Null where there is no
 * key to do it with.
 */
function keptSecret(
  vault: Vault | null,
  before: Identity,
  change: Partial<Identity>,
): Partial<Identity> | null {
  const tokens: Partial<Record<TokenField, string>> = {}
  for (const field of tokenizedIn(before)) {
    const text = change[field]
    if (typeof text !== 'string' || isToken(text)) continue
    if (vault === null) return null
    tokens[field] = tokenFor(vault, before, field, text)
  }
  return { ...change, ...tokens }
}

/** Encrypts what was encrypted with another key than the one that encrypts now. Says whether there was anything. */
export async function retokenize(
  directory: Directory,
  vault: Vault,
  bookId: number,
  id: string,
  actor: Actor,
): Promise<boolean> {
  const decision = await directory.edit<boolean, DirectoryRefusal>(
    bookId,
    actor,
    async (reader, now) => {
      const before = await reader.get('identity', bookId, id)
      const tokens = before === null ? [] : staleIn(vault, before)
      if (before === null || tokens.length === 0) return accept({ changes: [], value: false })
      const { change } = updated('identity', before, Object.fromEntries(tokens), now)
      return accept({ changes: [change], value: true })
    },
  )
  return decision.accepted && decision.outcome
}

/** Tokens that can be read and are not of the current key, each with what is to stand there instead. */
function staleIn(vault: Vault, row: Identity): readonly (readonly [TokenField, string])[] {
  return tokenizedIn(row).flatMap((field) => {
    if (vault.isCurrent(row[field] ?? '')) return []
    const text = clearTextOf(vault, row, field)
    return text === null ? [] : [[field, tokenFor(vault, row, field, text)] as const]
  })
}

/** Whether an identity has tokens that are not of the current key, and whether all of them can be read. */
export function stalenessOf(vault: Vault, row: Identity): 'current' | 'stale' | 'unreadable' {
  const stale = tokenizedIn(row).filter((field) => !vault.isCurrent(row[field] ?? ''))
  if (stale.some((field) => clearTextOf(vault, row, field) === null)) return 'unreadable'
  return stale.length > 0 ? 'stale' : 'current'
}
