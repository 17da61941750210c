/** Where documents are: in the index, and beyond it. */
import type { Collection } from '../../search/port.ts'
import { documentSources } from './documents.ts'
import { TRANSACTION_SOURCES } from './transactions.ts'

export type Sources = { readonly indexed: string; readonly beyond: string }

export function sourcesOf(collection: Collection): Sources {
  return collection === 'transactions' ? TRANSACTION_SOURCES : documentSources(collection)
}
