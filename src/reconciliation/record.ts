/** Records of somebody else's, checked before they are kept. */
import {
  accept,
  type Decision,
  formatDecimal,
  type Micros,
  microsOf,
  parseDecimal,
  refuse,
} from '../ledger/index.ts'

/** What somebody else says happened, as it is kept. */
export type ExternalRecord = {
  readonly id: string
  /** Decimal text, exact. */
  readonly amount: string
  readonly date: Micros
  readonly currency: string
  readonly reference: string
  readonly description: string
  readonly source: string
}

/** A record as it is written: every field text, empty where it is missing. */
export type WrittenRecord = { readonly [Field in keyof ExternalRecord]: string }

/** What is wrong with a record, and where. */
export type RecordFault = {
  readonly field: keyof ExternalRecord
  readonly fault: 'missing' | 'not_an_amount' | 'not_a_date' | 'too_long' | 'not_text'
}

/** Characters of each field. */
export const FIELD_MAX = 4096

const FIELDS = ['id', 'amount', 'date', 'currency', 'reference', 'description', 'source'] as const

/** Checks a record; its id, amount and date must be there. */
export function recordOf(written: WrittenRecord): Decision<ExternalRecord, RecordFault> {
  for (const field of FIELDS) {
    if (written[field].length > FIELD_MAX) return refuse({ field, fault: 'too_long' })
    if (written[field].includes('\0')) return refuse({ field, fault: 'not_text' })
  }
  for (const field of ['id', 'amount', 'date'] as const)
    if (written[field].trim() === '') return refuse({ field, fault: 'missing' })
  const amount = parseDecimal(written.amount.trim())
  if (typeof amount === 'string') return refuse({ field: 'amount', fault: 'not_an_amount' })
  const date = dateOf(written.date.trim())
  if (date === null) return refuse({ field: 'date', fault: 'not_a_date' })
  const text = (field: keyof ExternalRecord) => written[field].toWellFormed().trim()
  return accept({
    id: text('id'),
    amount: formatDecimal(amount),
    date,
    currency: text('currency'),
    reference: text('reference'),
    description: text('description'),
    source: text('source'),
  })
}

/** Reads RFC 3339, a day, or a day and a time without a zone, which is UTC. */
function dateOf(text: string): Micros | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return microsOf(`${text}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text)) return microsOf(`${text}Z`)
  return microsOf(text)
}
