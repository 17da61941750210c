/** Documents as Typesense has them of Blnk: whole numbers as text, times as seconds since 1970, and an id of their own. */

import { FIRST_PAGE, type ListQuery } from '../../../reports/index.ts'
import type { Collection } from '../../../search/index.ts'
import { type JsonValue, parseExact, stringifyExact } from '../../exact-json.ts'
import { balanceText } from '../balances/translate.ts'
import type { Face } from '../face.ts'
import { identityText } from '../identities/translate.ts'
import { ledgerText } from '../ledgers/translate.ts'
import { reconciliationBody } from '../reconciliation/translate.ts'
import { transactionText } from '../transactions/translate.ts'

export type Document = { readonly id: string; readonly [name: string]: JsonValue }

type Texts = ReadonlyMap<string, string>

const TIMES: ReadonlySet<string> = new Set([
  'created_at',
  'effective_date',
  'scheduled_for',
  'inflight_expiry_date',
  'inflight_commit_date',
  'inflight_expires_at',
  'dob',
  'started_at',
  'completed_at',
])

const DIGITS: ReadonlySet<string> = new Set([
  'balance',
  'credit_balance',
  'debit_balance',
  'inflight_balance',
  'inflight_credit_balance',
  'inflight_debit_balance',
  'precise_amount',
])

const IDS: Readonly<Record<Collection, string>> = {
  ledgers: 'ledger_id',
  balances: 'balance_id',
  transactions: 'transaction_id',
  identities: 'identity_id',
  reconciliations: 'reconciliation_id',
}

/** The documents with these ids, as they are now; what is no longer there is left out. */
export async function documentsOf(
  face: Face,
  collection: Collection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Document>> {
  const texts = await SOURCES[collection](face, ids)
  return new Map([...texts].map(([id, text]) => [id, documentIn(collection, text)]))
}

function documentIn(collection: Collection, text: string): Document {
  const shown = parseExact(text) as { readonly [name: string]: JsonValue }
  const document: Record<string, JsonValue> = { id: String(shown[IDS[collection]]) }
  for (const [name, value] of Object.entries(shown)) {
    if (name === 'meta_data') document[name] = value ?? {}
    else if (value === null) continue
    else if (TIMES.has(name)) document[name] = Math.floor(Date.parse(String(value)) / 1000)
    else document[name] = DIGITS.has(name) ? String(value) : value
  }
  return document as Document
}

function within(ids: readonly string[]): ListQuery {
  return {
    ...FIRST_PAGE,
    within: [{ field: 'id', operator: 'in', values: ids }],
    limit: ids.length,
  }
}

type Source = (face: Face, ids: readonly string[]) => Promise<Texts>

const SOURCES: Readonly<Record<Collection, Source>> = {
  ledgers: async ({ services, bookId }, ids) => {
    const rows = await services.directory.store.list('ledger', bookId, within(ids))
    return new Map(rows.map((row) => [row.id, ledgerText(row)]))
  },
  identities: async ({ services, bookId }, ids) => {
    const rows = await services.directory.store.list('identity', bookId, within(ids))
    return new Map(rows.map((row) => [row.id, identityText(row)]))
  },
  balances: async ({ services, scales, bookId }, ids) => {
    const rows = await Promise.all(ids.map((id) => services.balances.load(bookId, id)))
    const found = rows.filter((row) => row !== null)
    await scales.learn(found.map((row) => row.terms.assetCode))
    return new Map(found.map((row) => [row.id, balanceText(row, scales, { in: 'answer' })]))
  },
  transactions: async ({ services, scales, bookId }, ids) => {
    const rows = await Promise.all(ids.map((id) => services.transactions.load(bookId, id)))
    const found = rows.filter((row) => row !== null)
    await scales.learn(found.map((row) => row.assetCode))
    return new Map(found.map((row) => [row.id, transactionText(row, scales)]))
  },
  reconciliations: async ({ services, bookId }, ids) => {
    const { store } = services.directory
    const rows = await store.list('reconciliation', bookId, within(ids))
    const uploads = await store.list('upload', bookId, within(rows.map((row) => row.uploadId)))
    return new Map(
      rows.map((row) => {
        const upload = uploads.find(({ id }) => id === row.uploadId) ?? null
        return [row.id, stringifyExact(reconciliationBody(row, upload, null))]
      }),
    )
  },
}

/** The fields of a document that were asked for. */
export function selected(
  document: Document,
  include: readonly string[],
  exclude: readonly string[],
): { readonly [name: string]: JsonValue } {
  const names = Object.keys(document).filter(
    (name) => (include.length === 0 || include.includes(name)) && !exclude.includes(name),
  )
  return Object.fromEntries(names.map((name) => [name, document[name] as JsonValue]))
}
