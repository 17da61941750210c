/** Rules, uploads and reconciliations as Blnk shows them. */
import type { MatchingRule, Reconciliation, Upload } from '../../../directory/index.ts'
import { assert, formatDecimal, type JsonObject } from '../../../ledger/index.ts'
import {
  type AskedCriterion,
  decodeCriterion,
  type MatchView,
  type Progress,
  type RecordView,
  type RuleFault,
} from '../../../reconciliation/index.ts'
import { rawJson } from '../../exact-json.ts'
import { wireId } from '../wire/ids.ts'
import { timeOfRow, timeText } from '../wire/time.ts'
import type { RuleBody } from './schema.ts'

/** What is said of each fault of a rule. */
export const ruleFaults = {
  name_missing: 'rule name is required',
  criteria_missing: 'at least one matching criteria is required',
  too_many_criteria: 'a rule has at most 20 criteria',
  field_or_operator_missing: 'field and operator are required for each criteria',
  operator_unknown: 'invalid operator',
  field_unknown: 'invalid field',
  amount_drift_out_of_range: 'drift for amount must be between 0 and 1 (fraction, e.g. 0.01 = 1%)',
  date_drift_negative: 'drift for date must be non-negative (seconds)',
  drift_not_a_decimal: 'drift for a field must be a decimal number',
} as const satisfies Readonly<Record<RuleFault, string>>

export function criteriaIn({ criteria = [] }: RuleBody): readonly AskedCriterion[] {
  return criteria.map(({ field = '', operator = '', value = '', pattern = '', ...more }) => ({
    field,
    operator,
    value,
    pattern,
    drift: String(more.allowable_drift ?? 0),
  }))
}

export function ruleBody(rule: MatchingRule) {
  return {
    rule_id: wireId('rule', rule.id),
    created_at: timeOfRow(rule.createdAt),
    updated_at: timeOfRow(rule.updatedAt),
    name: rule.name,
    description: rule.description,
    criteria: rule.criteria.map(criterionBody),
  }
}

function criterionBody(kept: JsonObject) {
  const { field, operator, value, pattern, drift } = decodeCriterion(kept)
  return { field, operator, value, pattern, allowable_drift: rawJson(formatDecimal(drift)) }
}

/** An upload of records that came with the request is called otherwise than one of a file. */
export function uploadId({ id, kind }: Pick<Upload, 'id' | 'kind'>): string {
  return wireId(kind === 'instant' ? 'instant' : 'upload', id)
}

export function uploadBody(upload: Upload) {
  return {
    upload_id: uploadId(upload),
    record_count: upload.recordCount,
    source: upload.source,
  }
}

export function listedUpload(upload: Upload) {
  return {
    ...uploadBody(upload),
    status: upload.status,
    created_at: timeOfRow(upload.createdAt),
  }
}

/** A reconciliation; while it is under way, with how far it has come. */
export function reconciliationBody(
  row: Reconciliation,
  upload: Upload | null,
  progress: Progress | null,
) {
  const running = progress !== null && row.completedAt === null
  return {
    reconciliation_id: wireId('recon', row.id),
    upload_id: uploadId(upload ?? { id: row.uploadId, kind: 'file' }),
    status: row.status,
    matched_transactions: running ? progress.matched : row.matched,
    unmatched_transactions: row.unmatched,
    is_dry_run: row.dryRun,
    started_at: timeOfRow(row.createdAt),
    completed_at: row.completedAt === null ? null : timeOfRow(row.completedAt),
    strategy: row.strategy,
    grouping_criteria: row.grouping ?? '',
    ...(running ? { phase: progress.phase, processed_records: progress.processed } : {}),
    record_count: upload?.recordCount ?? 0,
    ...(row.failure === null ? {} : { failure: row.failure }),
  }
}

export function recordBody(record: RecordView) {
  return {
    row: record.number,
    id: record.id,
    amount: rawJson(record.amount),
    reference: record.reference,
    currency: record.currency,
    description: record.description,
    date: timeText(record.date),
    source: record.source,
  }
}

export function matchBody({ record, transactionId }: MatchView) {
  return {
    transaction_id: wireId('txn', transactionId),
    external_transaction: recordBody(record),
  }
}

/** The place of a match in the list, for the next page. */
export function placeOf({ record, transactionId }: MatchView): string {
  return `${record.number}.${transactionId}`
}

const PLACE = /^(\d{1,9})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

export function placeIn(text: string): { number: number; transactionId: string } | null {
  const [, number, transactionId] = PLACE.exec(text) ?? []
  if (number === undefined) return null
  assert(transactionId !== undefined, 'a place has a transaction')
  return { number: Number(number), transactionId }
}
